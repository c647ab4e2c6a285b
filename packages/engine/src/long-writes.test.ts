import { ROOT } from '@offramp/conformance'
import type { Destination, PutCall } from '@offramp/core'
import { expect, test } from 'vitest'
import { oneAtATime } from './one-at-a-time.ts'
import { fileLane } from './testing/file-lane.ts'

const LARGE = 10_000

function large() {
  const lane = fileLane({ source: { chunk: 500 }, destination: { part: 1_000 } })
  const id = lane.add(ROOT, 'large.bin', LARGE)
  return { ...lane, id }
}

/** The destination, with something done at each sign of its getting on. */
function telling({ destination }: { readonly destination: Destination }, at: (told: number) => void | Promise<void>): Destination {
  let told = 0
  return {
    ...destination,
    put: (place, item, over, call) => {
      const progress = (): void => {
        void at(++told)
        call.progress?.()
      }
      return destination.put(place, item, over, { ...call, progress })
    },
  }
}

test('a write that gets on may take longer than one that keeps silent', async () => {
  const lane = large()
  const destination = telling(lane.connect(), () => lane.clock.advance(lane.limits.putMs - 1_000))
  expect(await lane.turn({ destination, limits: { ...lane.limits, sliceMs: 1e9 } })).toEqual({ state: 'done' })
  expect(lane.standing()).toEqual(['large.bin'])
  const { doing } = lane.reports.findLast(({ doing }) => doing !== undefined) ?? {}
  expect(doing).toContain('of a large file')
})

test('one that keeps silent is given up', async () => {
  const lane = large()
  const { destination } = lane.connect()
  const put = async (_place: unknown, _item: unknown, _over: unknown, { signal }: PutCall): Promise<never> => {
    setImmediate(() => lane.clock.advance(lane.limits.putMs))
    await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason), { once: true }))
    throw new Error('unreachable')
  }
  await lane.turn({ destination: { ...destination, put } })
  expect(lane.standing()).toEqual([])
  expect(lane.entries()).toMatchObject([{ state: 'failed', message: expect.stringContaining('did not answer') }])
})

test('a stop is obeyed between two parts, and the next turn goes on where the last one was', async () => {
  const lane = large()
  const stop = new AbortController()
  const destination = telling(lane.connect(), (told) => (told === 4 ? stop.abort(new Error('stop')) : undefined))
  expect(await lane.turn({ destination }, { signal: stop.signal })).toEqual({ state: 'more' })
  expect(lane.standing()).toEqual([])
  expect(lane.entries()).toMatchObject([{ state: 'intended', tries: 1 }])
  const told: number[] = []
  expect(await lane.turn({ destination: telling(lane.connect(), (now) => void told.push(now)) })).toEqual({ state: 'done' })
  expect(lane.standing()).toEqual(['large.bin'])
  expect(told).toHaveLength(6)
})

test('however often it is stopped, what gets on is not given up', async () => {
  const lane = fileLane({ source: { chunk: 500 }, destination: { part: 500 } })
  lane.add(ROOT, 'large.bin', LARGE)
  for (let turns = 0; turns < 15; turns++) {
    const stop = new AbortController()
    const destination = telling(lane.connect(), () => stop.abort(new Error('stop')))
    expect(await lane.turn({ destination }, { signal: stop.signal })).toEqual({ state: 'more' })
  }
  expect(lane.entries()).toMatchObject([{ state: 'intended', tries: 1 }])
  expect(await lane.turn()).toEqual({ state: 'done' })
  expect(lane.tree.file('', 'large.bin')?.body).toHaveLength(LARGE)
})

test('a write that never says that it could be gone on with is seen through', async () => {
  const lane = large()
  const stop = new AbortController()
  const { destination } = lane.connect()
  const put: Destination['put'] = (place, item, over, { progress: _, ...call }) => {
    stop.abort(new Error('stop'))
    return destination.put(place, item, over, call)
  }
  expect(await lane.turn({ destination: { ...destination, put } }, { signal: stop.signal })).toEqual({ state: 'more' })
  expect(lane.standing()).toEqual(['large.bin'])
  expect(lane.entries()).toMatchObject([{ state: 'arrived' }])
})

test('what an item can do besides being read survives on its way', async () => {
  const lane = fileLane({ source: { versions: 2 } })
  const ids = [lane.add(ROOT, 'small.txt', 50), lane.add(ROOT, 'large.bin', 5_000)]
  for (const id of ids) for (const size of [60, 5_001, 5_002]) lane.drive.edit(id, Buffer.alloc(id === ids[0] ? 70 : size, `${size}`))
  const { destination } = lane.connect()
  const seen: unknown[] = []
  const put: Destination['put'] = async (place, item, over, call) => {
    const versions: number[] = []
    for await (const version of item.versions?.(call) ?? []) versions.push(version.size)
    let tail = 0
    for await (const part of item.bodyFrom?.(10, call) ?? []) tail += part.length
    seen.push([item.naturalKey, item.address?.startsWith('https://'), item.checksum?.algorithm, versions.length, (item.size ?? 0) - tail])
    return destination.put(place, item, over, call)
  }
  await lane.turn({ destination: { ...destination, put } })
  expect(seen).toEqual([
    ['small.txt', true, 'sha256', 2, 10],
    ['large.bin', true, 'sha256', 2, 10],
  ])
})

test('some streams at a time in one process, and the others wait, until they are asked to stop', async () => {
  const { streams } = oneAtATime()
  if (!streams) throw new Error('There are no streams.')
  const stop = new AbortController()
  const doors = Array.from({ length: 4 }, () => Promise.withResolvers<void>())
  const log: number[] = []
  const works = doors.map(({ promise }, n) =>
    streams(
      async () => {
        log.push(n)
        await promise
      },
      { signal: new AbortController().signal },
    ),
  )
  const waiting = streams(async () => log.push(4), { signal: stop.signal })
  const last = streams(async () => log.push(5), { signal: new AbortController().signal })
  await Promise.resolve()
  expect(log).toEqual([0, 1, 2, 3])
  stop.abort(new Error('stopped'))
  await expect(waiting).rejects.toThrow('stopped')
  doors[2]?.resolve()
  await last
  expect(log).toEqual([0, 1, 2, 3, 5])
  for (const { resolve } of doors) resolve()
  await Promise.all(works)
})
