import { expect, test } from 'vitest'
import { memoryLane } from './testing/memory-lane.ts'

test('collections that share one listing are made also where they are empty', async () => {
  const lane = memoryLane({ source: { whole: true } })
  const inbox = lane.account.addCollection('Inbox')
  lane.account.addCollection('Clients')
  lane.add(inbox, 1)
  expect(await lane.turn()).toEqual({ state: 'done' })
  expect(lane.mailbox.folders().map(({ path }) => path.join('/'))).toEqual(['Inbox', 'Clients'])
})

test('where a dead cursor says where to begin again, that is where, and it stands in the ledger before the next page', async () => {
  const lane = memoryLane({ source: { whole: true } })
  const inbox = lane.account.addCollection('Inbox')
  for (let n = 0; n < 120; n++) lane.add(inbox, n)
  expect(await lane.turn()).toEqual({ state: 'done' })
  lane.account.forgetCursors()
  lane.add(inbox, 120)
  const asked: (string | undefined)[] = []
  const page: typeof lane.source.page = async (listing, after, limit, call) => {
    asked.push(after)
    const standing = (await lane.ledger.books('anna-mail')).listings.get(listing.id)
    // The page ahead is asked for before its predecessor's cursor is stored.
    if (asked.length === 2) expect(standing?.cursor).toBe(after)
    return lane.source.page(listing, after, limit, call)
  }
  expect(await lane.turn({ pass: 2, source: { ...lane.source, page } })).toEqual({ state: 'done' })
  expect(asked).not.toContain(undefined)
  expect(lane.standing()).toHaveLength(121)
})

test('where a place was left, the listing is walked anew from where it says, and nothing stands twice', async () => {
  const lane = memoryLane({ source: { whole: true } })
  const inbox = lane.account.addCollection('Inbox')
  for (let n = 0; n < 60; n++) lane.add(inbox, n)
  expect(await lane.turn()).toEqual({ state: 'done' })
  const asked: (string | undefined)[] = []
  const page: typeof lane.source.page = (listing, after, limit, call) => {
    asked.push(after)
    return lane.source.page(listing, after, limit, call)
  }
  async function* listings(call: Parameters<typeof lane.source.listings>[0]) {
    for await (const listing of lane.source.listings(call)) {
      yield { ...listing, collections: listing.collections?.map((one) => ({ ...one, path: ['Renamed'] })) ?? [] }
    }
  }
  const open: typeof lane.source.open = async (ref, call) => {
    const item = await lane.source.open(ref, call)
    return { ...item, home: { ...item.home, path: ['Renamed'] } }
  }
  expect(await lane.turn({ pass: 2, source: { ...lane.source, page, listings, open } })).toEqual({ state: 'done' })
  expect(asked[0]).toMatch(/:all:/)
  expect(lane.standing().map(({ path }) => path)).toEqual(Array.from({ length: 60 }, () => 'Renamed'))
})
