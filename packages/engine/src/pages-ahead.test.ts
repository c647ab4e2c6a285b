import { type Call, type Cursor, type Destination, Fault, type FaultFacts, type Source } from '@offramp/core'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { memoryLane } from './testing/memory-lane.ts'

/** The page after the one that is being copied is asked for ahead of its time. What that must not change. */

const fault = (facts: Partial<FaultFacts> & Pick<FaultFacts, 'reach'>): Fault =>
  new Fault({ code: 'test', message: 'It went wrong.', ...facts })

interface Asked {
  readonly after: Cursor | undefined
  readonly call: Call
}

/** A lane of six messages in pages of two, and every page that the source was asked for. */
function pages() {
  const lane = memoryLane({ destination: { batch: { items: 10, bytes: 10_000 } } })
  const home = lane.account.addCollection('Inbox')
  for (let n = 0; n < 6; n++) lane.add(home, n)
  const asked: Asked[] = []
  const source: Source = {
    ...lane.source,
    page(listing, after, limit, call) {
      asked.push({ after, call })
      return lane.source.page(listing, after, limit, call)
    },
  }
  return { ...lane, plain: lane.source, asked, source, limits: { ...lane.limits, pageItems: 2 } }
}

const unhandled: unknown[] = []
const note = (reason: unknown): void => void unhandled.push(reason)
beforeAll(() => void process.on('unhandledRejection', note))
afterAll(() => void process.off('unhandledRejection', note))
afterEach(() => {
  expect(unhandled.splice(0)).toEqual([])
})

/** A turn of the event loop, in which a rejection that nobody handles would be told. */
const turnOfTheLoop = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

test('the second page is asked for before anything of the first is written, and every page once', async () => {
  const lane = pages()
  const { source, limits, asked } = lane
  const written: number[] = []
  const destination: Destination = {
    ...lane.destination,
    putMany(place, items, call) {
      written.push(asked.length)
      return lane.destination.putMany?.(place, items, call) ?? Promise.reject(new Error('memory writes many'))
    },
  }
  expect(await lane.turn({ source, destination, limits })).toEqual({ state: 'done' })
  expect(written[0]).toBeGreaterThanOrEqual(2)
  const cursors = asked.map(({ after }) => after)
  expect(new Set(cursors).size).toBe(cursors.length)
  expect(lane.standing()).toHaveLength(6)
})

test('a page that fails ahead of its time takes nothing from the page before it', async () => {
  const lane = pages()
  const { limits, asked } = lane
  const source: Source = {
    ...lane.plain,
    page: async (listing, after, limit, call) => {
      asked.push({ after, call })
      if (after !== undefined) throw fault({ reach: 'gate', until: lane.clock.now() + 86_400_000 })
      return lane.plain.page(listing, after, limit, call)
    },
  }
  expect(await lane.turn({ source, limits })).toMatchObject({ state: 'wait' })
  await turnOfTheLoop()
  expect(lane.standing()).toHaveLength(2)
  expect(lane.entries().map(({ state }) => state)).toEqual(['arrived', 'arrived'])
  expect(await lane.turn({ limits })).toEqual({ state: 'done' })
  expect(lane.standing()).toHaveLength(6)
})

test('a cursor that dies ahead of its time is told when its page is due: then the listing begins anew, and nothing is copied twice', async () => {
  const lane = pages()
  const { limits, asked } = lane
  let died = false
  const source: Source = {
    ...lane.plain,
    page: async (listing, after, limit, call) => {
      asked.push({ after, call })
      if (after !== undefined && !died) {
        died = true
        throw fault({ reach: 'listing' })
      }
      return lane.plain.page(listing, after, limit, call)
    },
  }
  expect(await lane.turn({ source, limits })).toEqual({ state: 'done' })
  await turnOfTheLoop()
  expect(asked.filter(({ after }) => after === undefined)).toHaveLength(2)
  expect(lane.standing()).toHaveLength(6)
  expect(lane.entries().map(({ state }) => state)).toEqual(Array(6).fill('arrived'))
})

test('a page that was read ahead is worked before the turn ends with its slice, and no page is asked for twice', async () => {
  const lane = pages()
  const { limits, asked } = lane
  const source: Source = {
    ...lane.plain,
    async page(listing, after, limit, call) {
      asked.push({ after, call })
      const page = await lane.plain.page(listing, after, limit, call)
      // The slice is over while the second page is read.
      if (asked.length === 2) lane.clock.advance(limits.sliceMs)
      return page
    },
  }
  expect(await lane.turn({ source, limits })).toEqual({ state: 'more' })
  expect(lane.standing()).toHaveLength(4)
  expect(await lane.turn({ source, limits })).toEqual({ state: 'done' })
  expect(asked.filter(({ after }) => after === undefined)).toHaveLength(1)
  expect(new Set(asked.map(({ after }) => after)).size).toBe(asked.length)
  expect(lane.standing()).toHaveLength(6)
})

test('nothing is asked ahead that this turn would not read', async () => {
  const lane = pages()
  const { source, asked } = lane
  const limits = { ...lane.limits, sliceMs: 0 }
  for (const turns of [1, 2]) {
    expect(await lane.turn({ source, limits })).toEqual({ state: 'more' })
    expect(asked).toHaveLength(turns)
  }
  expect(await lane.turn({ source, limits })).toEqual({ state: 'done' })
  expect(asked).toHaveLength(3)
})

test('a page that nobody will take is broken off with the turn, and its end bothers nobody', async () => {
  const lane = pages()
  const { limits, asked } = lane
  let ended = 0
  const source: Source = {
    ...lane.plain,
    page: (listing, after, limit, call) => {
      asked.push({ after, call })
      if (after === undefined) return lane.plain.page(listing, after, limit, call)
      return new Promise((_resolve, reject) =>
        call.signal.addEventListener('abort', () => {
          ended++
          reject(call.signal.reason)
        }),
      )
    },
  }
  const destination: Destination = {
    ...lane.destination,
    putMany: () => Promise.reject(fault({ reach: 'account' })),
    put: () => Promise.reject(fault({ reach: 'account' })),
  }
  expect(await lane.turn({ source, destination, limits })).toMatchObject({ state: 'halted' })
  await turnOfTheLoop()
  expect(asked.length).toBeGreaterThanOrEqual(2)
  expect(ended).toBe(asked.length - 1)
})
