import { ROOT } from '@offramp/conformance'
import { type Destination, Fault, type PutCall } from '@offramp/core'
import { expect, test } from 'vitest'
import type { TurnEnd } from './contract.ts'
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
      const progress: NonNullable<PutCall['progress']> = (stored) => {
        void at(++told)
        call.progress?.(stored)
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

/** The destination, whose line breaks where a sign of its getting on says so. */
function breaking({ destination }: { readonly destination: Destination }, breaks: (parts: number) => boolean): Destination {
  let parts = 0
  return {
    ...destination,
    put: (place, item, over, call) => {
      const progress: NonNullable<PutCall['progress']> = (stored) => {
        call.progress?.(stored)
        if (stored !== undefined) parts++
        if (breaks(parts)) throw new Fault({ reach: 'call', code: 'cut', message: 'The line broke.', connection: true })
      }
      return destination.put(place, item, over, { ...call, progress })
    },
  }
}

test('an upload whose line breaks after every other part gets there in one pass, and is not waited for longer each time', async () => {
  const lane = large()
  const waits: number[] = []
  const tries: (number | undefined)[] = []
  let end: TurnEnd
  do {
    const destination = breaking(lane.connect(), (parts) => parts > 1)
    end = await lane.turn({ destination, troubles: waits.length, fruitless: 0 })
    if (end.state !== 'wait') break
    expect(end).toMatchObject({ trouble: true, gotOn: true, why: 'The line broke.' })
    tries.push(lane.entries()[0]?.tries)
    waits.push((end.until - lane.clock.now()) / 1000)
    lane.clock.advance(end.until - lane.clock.now())
  } while (waits.length < 20)
  expect(end).toEqual({ state: 'done' })
  expect(waits).toEqual([15, 15, 15, 15, 15])
  expect(tries).toEqual([1, 1, 1, 1, 1])
  expect(lane.tree.file('', 'large.bin')?.body).toHaveLength(LARGE)
  expect(lane.entries()).toMatchObject([{ state: 'arrived' }])
})

test('what is found wrong after all of it was sent is no broken line: three times, and no more', async () => {
  const lane = large()
  const { destination } = lane.connect()
  let puts = 0
  const put: Destination['put'] = (...asked) => {
    puts++
    asked[3].progress?.('resumed')
    return Promise.reject(new Fault({ reach: 'call', code: 'not-stored', message: 'Other bytes stand there.' }))
  }
  expect(await lane.turn({ destination: { ...destination, put } })).toEqual({ state: 'done' })
  expect(puts).toBe(3)
  expect(lane.entries()).toMatchObject([{ state: 'failed', message: 'Other bytes stand there.' }])
})

test('one whose line breaks before any part is stored is not waited for: it is to blame', async () => {
  const lane = large()
  const { destination } = lane.connect()
  const put = async () => Promise.reject(new Fault({ reach: 'call', code: 'cut', message: 'The line broke.', connection: true }))
  expect(await lane.turn({ destination: { ...destination, put } })).toEqual({ state: 'done' })
  expect(lane.entries()).toMatchObject([{ state: 'failed', message: 'The line broke.' }])
})

test.each([
  { loses: 'all', keep: 0, least: 2, most: 6 },
  { loses: 'some', keep: 1, least: 50, most: 104 },
])('a server that loses again $loses of what it has taken is not tried for ever', async ({ keep, least, most }) => {
  const lane = large()
  const lose = (): true => {
    for (const [id, upload] of lane.tree.uploads) lane.tree.uploads.set(id, { ...upload, parts: upload.parts.slice(0, keep) })
    return true
  }
  let troubles = 0
  for (let end: TurnEnd | undefined; end?.state !== 'done'; troubles++) {
    expect(troubles).toBeLessThan(most)
    end = await lane.turn({ destination: breaking(lane.connect(), (parts) => parts > 3 && lose()), troubles })
    if (end.state === 'wait') lane.clock.advance(end.until - lane.clock.now())
  }
  expect(troubles).toBeGreaterThan(least)
  expect(lane.entries()).toMatchObject([{ state: 'failed' }])
})

/** How often it was written until the pass was over. */
async function writesOf(lane: ReturnType<typeof large>, put: Destination['put']): Promise<number> {
  let [writes, turns] = [0, 0]
  for (let end: TurnEnd | undefined; end?.state !== 'done'; turns++) {
    if (turns > 40) throw new Error(`The pass does not end: ${writes} writes.`)
    const { destination } = lane.connect()
    const counted: Destination['put'] = (...asked) => {
      writes++
      return put(...asked)
    }
    end = await lane.turn({ destination: { ...destination, put: counted } })
  }
  return writes
}

/** Longer than a slice, and heard of all the while. */
async function takesLong(lane: ReturnType<typeof large>, call: PutCall): Promise<void> {
  for (let n = 0; n < 3; n++) {
    lane.clock.advance(lane.limits.putMs - 1_000)
    call.progress?.()
  }
}

test('a file that takes long and is refused in the end does not keep a pass from ending', async () => {
  const lane = large()
  const writes = await writesOf(lane, async (_place, _item, _over, call) => {
    await takesLong(lane, call)
    throw new Fault({ reach: 'item', code: 'x', message: 'It is not as it was announced.' })
  })
  expect(writes).toBe(2)
  expect(lane.entries()).toMatchObject([{ state: 'failed', message: 'It is not as it was announced.' }])
})

test('nor do hundreds of them, which are not all tried again in one look', async () => {
  const lane = large()
  for (let n = 0; n < 200; n++) lane.add(ROOT, `large-${n}.bin`, 1_001)
  let turns = 0
  for (let end: TurnEnd | undefined; end?.state !== 'done'; turns++) {
    expect(turns).toBeLessThan(60)
    const { destination } = lane.connect()
    const put: Destination['put'] = async (_place, _item, _over, call) => {
      await takesLong(lane, call)
      throw new Fault({ reach: 'item', code: 'x', message: 'It is not as it was announced.' })
    }
    end = await lane.turn({ destination: { ...destination, put } })
  }
  expect(new Set(lane.entries().map(({ state }) => state))).toEqual(new Set(['failed']))
})
