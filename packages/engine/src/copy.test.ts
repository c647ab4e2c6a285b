import { type Destination, Fault, type Source } from '@offramp/core'
import { expect, test } from 'vitest'
import { memoryLane } from './testing/memory-lane.ts'

const ticks = async (count: number): Promise<void> => {
  for (let n = 0; n < count; n++) await new Promise((resolve) => setImmediate(resolve))
}

function slowLane(spoil: (nth: number) => Fault | undefined = () => undefined) {
  const lane = memoryLane({ destination: { batch: { items: 5, bytes: 1_000_000 } } })
  const inbox = lane.account.addCollection('Inbox')
  for (let n = 0; n < 40; n++) lane.add(inbox, n)
  const seen = { flying: 0, most: 0, calls: 0 }
  const destination: Destination = {
    ...lane.destination,
    async putMany(place, items, call) {
      const nth = ++seen.calls
      seen.most = Math.max(seen.most, ++seen.flying)
      await ticks(20)
      try {
        const fault = spoil(nth)
        if (fault) throw fault
        return (await lane.destination.putMany?.(place, items, call)) ?? []
      } finally {
        seen.flying--
      }
    },
  }
  return { ...lane, destination, seen }
}

test('while a batch is being stored the next is handed over, and never a third', async () => {
  const lane = slowLane()
  expect(await lane.turn({ destination: lane.destination })).toEqual({ state: 'done' })
  expect(lane.seen).toEqual({ flying: 0, most: 2, calls: 8 })
  expect(lane.standing()).toHaveLength(40)
})

test('where a batch ends the turn, the one behind it is seen through and on record, and nothing else was begun', async () => {
  const gone = new Fault({ reach: 'account', code: 'test-gone', message: 'The account was closed.' })
  const lane = slowLane((nth) => (nth === 3 ? gone : undefined))
  expect(await lane.turn({ destination: lane.destination })).toMatchObject({ state: 'halted', fault: { code: 'test-gone' } })
  expect(lane.seen).toMatchObject({ flying: 0, calls: 4 })
  expect(lane.standing()).toHaveLength(15)
  expect(lane.entries().filter(({ state }) => state === 'arrived')).toHaveLength(15)
  // The third is what nobody knows of; a later turn looks for its messages before it writes them.
  expect(await lane.turn()).toEqual({ state: 'done' })
  expect(lane.standing()).toHaveLength(40)
})

test('the time of a batch begins when the one before it is stored: on a slow line none is given up', async () => {
  const lane = slowLane()
  let line: Promise<unknown> = Promise.resolve()
  const putMany: Destination['putMany'] = (place, items, call) => {
    const written = line.then(async () => {
      const answers = (await lane.destination.putMany?.(place, items, call)) ?? []
      lane.clock.advance(lane.limits.putMs * 0.7)
      await ticks(3)
      return answers
    })
    line = written.catch(() => undefined)
    return written
  }
  const refused = () => Promise.reject(new Error('Nothing is in doubt, so nothing is written alone.'))
  expect(await lane.turn({ destination: { ...lane.destination, putMany, put: refused, find: refused } })).toEqual({ state: 'done' })
  expect(lane.seen).toMatchObject({ most: 1, calls: 8 })
  expect(lane.standing()).toHaveLength(40)
})

test('an item larger than the window is read once, whether the destination has a limit or not; in doubt once to look for it and once to write it', async () => {
  for (const [maxItemBytes, fails] of [
    [undefined, 0],
    [200_000, 0],
    [200_000, 1],
    [50_000, 0],
  ] as const) {
    const lane = memoryLane({ destination: maxItemBytes === undefined ? {} : { maxItemBytes } })
    lane.add(lane.account.addCollection('Inbox'), 1, 100_000)
    let reads = 0
    const source: Source = {
      ...lane.source,
      async open(ref, call) {
        const item = await lane.source.open(ref, call)
        return {
          ...item,
          size: 100_000,
          body: (asked) => {
            reads++
            return item.body(asked)
          },
        }
      },
    }
    let left: number = fails
    const destination: Destination = {
      ...lane.destination,
      put: (place, item, over, call) =>
        left-- > 0
          ? Promise.reject(new Fault({ reach: 'call', code: 'test', message: 'Nobody knows.' }))
          : lane.destination.put(place, item, over, call),
    }
    const limits = { ...lane.limits, windowBytes: 20_000 }
    expect(await lane.turn({ source, destination, limits })).toEqual({ state: 'done' })
    expect(reads).toBe(1 + fails)
    const isTaken = maxItemBytes !== 50_000
    expect(lane.standing()).toHaveLength(isTaken ? 1 : 0)
    expect(lane.entries()).toMatchObject([isTaken ? { state: 'arrived' } : { state: 'rejected', reason: 'too-large' }])
  }
})
