import { expect, test } from 'vitest'
import { rebuild } from './rebuild.ts'
import { forever, memoryLane } from './testing/memory-lane.ts'

test('after a lost ledger what is there is adopted, and the next turn copies only the rest', async () => {
  const lane = memoryLane()
  const home = lane.account.addCollection('Inbox')
  for (let n = 0; n < 6; n++) lane.add(home, n)
  await lane.turn()
  lane.store.forgetAll()
  for (let n = 6; n < 8; n++) lane.add(home, n)
  lane.mailbox.append(lane.mailbox.make(['Inbox']), { body: new Uint8Array(5), naturalKey: '<theirs@x>', traits: {} })
  const lease = await lane.lease()
  expect(await rebuild(lane.request(lease), forever)).toEqual({ adopted: 6, toCopy: 2, foreign: 1 })
  expect(await rebuild(lane.request(lease), forever)).toEqual({ adopted: 0, toCopy: 2, foreign: 1 })
  await lease.release()
  expect(lane.standing()).toHaveLength(7)
  expect(await lane.turn()).toEqual({ state: 'done' })
  expect(lane.standing()).toHaveLength(9)
})

test('equal messages are matched one to one', async () => {
  const lane = memoryLane()
  const home = lane.account.addCollection('Inbox')
  for (const _ of 'abc') lane.add(home, 1)
  await lane.turn()
  lane.store.forgetAll()
  lane.add(home, 1)
  const lease = await lane.lease()
  expect(await rebuild(lane.request(lease), forever)).toEqual({ adopted: 3, toCopy: 1, foreign: 0 })
  await lease.release()
})

test('receipts of a place that was renumbered are renewed', async () => {
  const lane = memoryLane()
  const home = lane.account.addCollection('Inbox')
  for (let n = 0; n < 3; n++) lane.add(home, n)
  await lane.turn()
  lane.mailbox.rebuild(lane.mailbox.make(['Inbox']))
  const lease = await lane.lease()
  expect(await rebuild(lane.request(lease), forever)).toEqual({ adopted: 3, toCopy: 0, foreign: 0 })
  await lease.release()
})
