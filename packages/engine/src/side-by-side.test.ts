import { ROOT } from '@offramp/conformance'
import type { Destination } from '@offramp/core'
import { expect, test } from 'vitest'
import { fileLane } from './testing/file-lane.ts'

const BATCH = { items: 10, bytes: 100_000, atOnce: 4 }

/** A destination that answers only when as many wait as it takes at once, or nobody comes any more. */
function slow(destination: Destination) {
  const waiting: (() => void)[] = []
  const seen = { most: 0, rounds: 0, batches: [] as number[] }
  const round = async (): Promise<void> => {
    const { promise, resolve } = Promise.withResolvers<void>()
    waiting.push(resolve)
    seen.most = Math.max(seen.most, waiting.length)
    // Whoever could come has come by then.
    setTimeout(() => {
      if (waiting.length === 0) return
      seen.rounds++
      for (const go of waiting.splice(0)) go()
    }, 2)
    await promise
  }
  const put: Destination['put'] = async (place, item, over, call) => {
    await round()
    return destination.put(place, item, over, call)
  }
  const putMany: NonNullable<Destination['putMany']> = async (place, items, call) => {
    seen.batches.push(items.length)
    await round()
    return (await destination.putMany?.(place, items, call)) ?? []
  }
  return { seen, destination: { ...destination, put, putMany } }
}

/** So many folders, their files named one of each in turn. */
function mixed(folders: number, each: number) {
  const lane = fileLane({ destination: { batch: BATCH } })
  const ids = Array.from({ length: folders }, (_, n) => lane.drive.addFolder(`Folder ${n}`))
  for (let n = 0; n < each; n++) for (const id of ids) lane.add(id, `${n}.txt`, 20 + n + ids.indexOf(id) * each)
  const limits = { ...lane.limits, pageItems: 400, windowItems: 100, windowBytes: 1_000_000 }
  return { ...lane, limits, ids }
}

test('files of folders that come mixed are written in batches of their folder, several at a time', async () => {
  const lane = mixed(10, 10)
  const { seen, destination } = slow(lane.connect().destination)
  expect(await lane.turn({ destination, limits: lane.limits })).toEqual({ state: 'done' })
  expect(lane.standing()).toHaveLength(100)
  expect(seen.batches).toEqual(Array.from({ length: 10 }, () => 10))
  expect([seen.most, seen.rounds <= 4]).toEqual([4, true])
})

test('a folder with a single file holds up nobody', async () => {
  const lane = mixed(40, 1)
  const { seen, destination } = slow(lane.connect().destination)
  await lane.turn({ destination, limits: lane.limits })
  expect(lane.standing()).toHaveLength(40)
  expect([seen.most, seen.rounds <= 12]).toEqual([4, true])
})

test('what follows a renamed folder goes side by side as well', async () => {
  const lane = mixed(1, 40)
  await lane.turn({ limits: lane.limits })
  lane.drive.moveFolder(lane.ids[0] ?? '', { name: 'Renamed' })
  const { seen, destination } = slow(lane.connect().destination)
  await lane.turn({ pass: 2, destination, limits: lane.limits })
  expect(lane.standing().every((name) => name.startsWith('Renamed/'))).toBe(true)
  expect([seen.most, seen.rounds <= 12]).toEqual([4, true])
})

test('twins are never written at the same time, and each gets a copy of its own', async () => {
  const lane = fileLane({ destination: { batch: BATCH } })
  for (let n = 0; n < 6; n++) lane.drive.add(ROOT, 'same.bin', Buffer.alloc(2_000, 'x'))
  const { seen, destination } = slow(lane.connect().destination)
  await lane.turn({ destination })
  expect(lane.standing()).toHaveLength(6)
  expect(seen.most).toBe(1)
  expect(new Set(lane.entries().map(({ receipt }) => receipt?.locator)).size).toBe(6)
})

test('large files go side by side, some at a time', async () => {
  const lane = fileLane({ destination: { batch: BATCH } })
  for (let n = 0; n < 12; n++) lane.add(ROOT, `${n}.bin`, 2_000 + n)
  const { seen, destination } = slow(lane.connect().destination)
  await lane.turn({ destination })
  expect(lane.standing()).toHaveLength(12)
  expect(seen.most).toBe(4)
})

test('one large file that is refused leaves the others alone', async () => {
  const lane = fileLane({ destination: { batch: BATCH } })
  for (let n = 0; n < 6; n++) lane.add(ROOT, `${n}.bin`, 2_000 + n)
  const { destination } = lane.connect()
  const put: Destination['put'] = (place, item, over, call) =>
    item.naturalKey === '3.bin' ? Promise.reject(new Error('It answers 500.')) : destination.put(place, item, over, call)
  expect(await lane.turn({ destination: { ...destination, put } })).toEqual({ state: 'done' })
  expect(lane.standing()).toHaveLength(5)
  expect(lane.entries().filter(({ state }) => state === 'failed')).toHaveLength(1)
})
