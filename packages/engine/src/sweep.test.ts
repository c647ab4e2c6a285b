import { type Destination, Fault, type Receipt } from '@offramp/core'
import { expect, test } from 'vitest'
import { memoryLane } from './testing/memory-lane.ts'

/** The text of a message without what its writer chose anew: here a comment after the last line. */
const textOf = (body: Uint8Array): string =>
  Buffer.from(body)
    .toString('latin1')
    .replace(/% written .*\r\n$/, '')

/**
 * The first write is given up and stored late, after the search for it, as the source wrote it that time: other bytes, another size, the
 * same message. `naturalKey` of what is stored.
 */
function lateAndOther(lane: ReturnType<typeof memoryLane>, naturalKey?: string) {
  const folder = lane.mailbox.make(['Inbox'])
  const copyOf = ({ locator }: Receipt) => folder.copies.get(Number(locator))
  let puts = 0
  const asked: boolean[] = []
  const destination: Destination = {
    ...lane.destination,
    async put(place, item, over, call) {
      if (++puts === 1) throw new Fault({ reach: 'call', code: 'x', message: 'No answer.' })
      const receipt = await lane.destination.put(place, item, over, call)
      const body = Buffer.concat([lane.account.item(item.id)?.body ?? new Uint8Array(), Buffer.from('% written again, and longer\r\n')])
      if (puts === 2) lane.mailbox.append(folder, { body, naturalKey: naturalKey ?? item.naturalKey, traits: {} })
      return receipt
    },
    async dropDouble(extra, keeper) {
      const [one, other] = [copyOf(extra), copyOf(keeper)]
      const same = one !== undefined && other !== undefined && textOf(one.body) === textOf(other.body)
      asked.push(same)
      return same && folder.copies.delete(Number(extra.locator))
    },
  }
  return { destination, asked }
}

test('a second copy of another size is the same message where the destination says so', async () => {
  const lane = memoryLane()
  lane.add(lane.account.addCollection('Inbox'), 1)
  const { destination, asked } = lateAndOther(lane)
  expect(await lane.turn({ destination })).toEqual({ state: 'done' })
  expect(asked).toEqual([true])
  expect(lane.standing().map(({ copy }) => copy.uid)).toEqual([Number(lane.entries()[0]?.receipt?.locator)])
})

test.each(['', '<other@example.org>'])('a copy of another size under the natural key %j is nobody’s double', async (key) => {
  const lane = memoryLane()
  lane.add(lane.account.addCollection('Inbox'), 1)
  const { destination, asked } = lateAndOther(lane, key)
  expect(await lane.turn({ destination })).toEqual({ state: 'done' })
  expect(asked).toEqual([])
  expect(lane.standing()).toHaveLength(2)
})
