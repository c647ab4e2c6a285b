import { Fault, type Item, type Source } from '@offramp/core'
import { expect, test } from 'vitest'
import { memoryLane } from './testing/memory-lane.ts'

/** The provider sends us away while bodies are in hand that would have been written together with later ones. */

const DAY = 86_400_000

function reading(reach: 'gate' | 'account') {
  const lane = memoryLane({ destination: { batch: { items: 100, bytes: 1_000_000 } } })
  const home = lane.account.addCollection('Inbox')
  const ids = Array.from({ length: 8 }, (_, n) => lane.add(home, n))
  const reads = new Map<string, number>()
  let refusing = true
  const source: Source = {
    ...lane.source,
    open: async (ref, call): Promise<Item> => {
      const item = await lane.source.open(ref, call)
      return {
        ...item,
        async *body(more) {
          reads.set(ref.id, (reads.get(ref.id) ?? 0) + 1)
          // From the sixth on the allowance is used up.
          if (refusing && ids.indexOf(ref.id) >= 5)
            throw new Fault({
              reach,
              code: 'test',
              message: 'Too many requests.',
              ...(reach === 'gate' ? { until: lane.clock.now() + DAY } : {}),
            })
          yield* item.body(more)
        },
      }
    },
  }
  return {
    ...lane,
    ids,
    reads,
    source,
    relent: () => {
      refusing = false
    },
  }
}

test('what was read before the provider asks for patience is written, in the books, and not read again', async () => {
  const lane = reading('gate')
  const { source, ids } = lane
  expect(await lane.turn({ source })).toMatchObject({ state: 'wait' })
  expect(lane.standing()).toHaveLength(5)
  const arrived = lane.entries().filter(({ state }) => state === 'arrived')
  expect(arrived).toHaveLength(5)
  // The others were never tried, but for those whose reading was refused: none has a strike.
  expect(lane.entries().filter(({ state }) => state === 'failed')).toEqual([])
  lane.relent()
  lane.clock.advance(DAY)
  expect(await lane.turn({ source })).toEqual({ state: 'done' })
  expect(lane.standing()).toHaveLength(8)
  expect(ids.slice(0, 5).map((id) => lane.reads.get(id))).toEqual([1, 1, 1, 1, 1])
})

test('where the account is halted, the same bodies are not lost either: they are read and written once more, and stand once', async () => {
  const lane = reading('account')
  const { source } = lane
  expect(await lane.turn({ source })).toMatchObject({ state: 'halted' })
  lane.relent()
  expect(await lane.turn({ source })).toEqual({ state: 'done' })
  expect(lane.standing()).toHaveLength(8)
  expect(lane.entries().map(({ state }) => state)).toEqual(Array(8).fill('arrived'))
})
