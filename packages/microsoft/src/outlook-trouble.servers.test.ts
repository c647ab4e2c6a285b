import type { ItemRef, Kind, Source } from '@offramp/core'
import { type AccountSeed, type EmulatedTenant, type EventSeed, startTenant } from '@offramp/emulators'
import { afterEach, describe, expect, test } from 'vitest'
import { ANNA, bytesOf, call, closeAll, everything, faultOf, lab, listings, walk } from './testing/tenant-lab.ts'

afterEach(closeAll)

const FULL: AccountSeed = { address: ANNA, events: 60, contacts: 60, tasks: 40 }
const KINDS: readonly Kind[] = ['event', 'contact', 'task']

const single = (subject: string, poison?: 'page'): EventSeed => ({
  event: {
    subject,
    start: { dateTime: '2026-03-02T09:00:00', timeZone: 'UTC' },
    end: { dateTime: '2026-03-02T10:00:00', timeZone: 'UTC' },
  },
  ...(poison === undefined ? {} : { poison }),
})

/** Ids that are truly there, as the connector calls them. */
async function truth(tenant: EmulatedTenant, kind: Kind): Promise<readonly string[]> {
  const anna = tenant.outlook(ANNA)
  if (kind === 'event') return (await anna.events()).map(({ id }) => id).sort()
  if (kind === 'contact') return (await anna.contacts()).map(({ id }) => id).sort()
  const tasks = await anna.tasks()
  return tasks.flatMap(({ id, list, steps }) => [`${list}/${id}`, ...steps.map((step) => `${list}/${id}/${step}`)]).sort()
}

const idsIn = async (source: Source): Promise<readonly string[]> => [...(await everything(source)).keys()].sort()

describe.each(KINDS)('%s', (kind) => {
  test('too many requests: everybody waits, and all is read', async () => {
    const { tenant, connect } = await lab({ accounts: [FULL] })
    tenant.faults.add({ path: '/(events|contacts|tasks)', when: { every: 7 }, times: 4, effect: { kind: 'throttle', retryAfter: 2 } })
    const source = await connect(ANNA, kind)
    expect(await idsIn(source)).toEqual(await truth(tenant, kind))
    expect(tenant.violations()).toEqual([])
  })

  test('torn connections, gateways and sign-in pages are tried again', async () => {
    const { tenant, connect } = await lab({ accounts: [FULL] })
    tenant.faults.add({ path: '/(events|contacts|tasks)', when: { nth: [2, 9] }, effect: { kind: 'reset', afterBytes: 40 } })
    tenant.faults.add({ path: '/(events|contacts|tasks)', when: { nth: 4 }, effect: { kind: 'status', status: 503, body: 'empty' } })
    tenant.faults.add({ path: '/(events|contacts|tasks)', when: { nth: 6 }, effect: { kind: 'sign-in-page' } })
    const source = await connect(ANNA, kind)
    expect(await idsIn(source)).toEqual(await truth(tenant, kind))
    expect(tenant.violations()).toEqual([])
  })

  test('a mailbox that is being moved is left alone', async () => {
    const { tenant, connect } = await lab({ accounts: [FULL] })
    const source = await connect(ANNA, kind)
    tenant.faults.add({ effect: { kind: 'mailbox-move' } })
    expect(await faultOf(() => listings(source))).toMatchObject({ reach: 'gate' })
  })

  test('a missing permission stops the account and says what to do', async () => {
    const { connect } = await lab({ accounts: [FULL], permissions: ['User.Read.All', 'Mail.Read'] })
    const fault = await faultOf(async () => listings(await connect(ANNA, kind)))
    expect(fault.reach).toBe('account')
    expect(fault.remedy).toMatch(/consent/)
  })

  test('a person who works meanwhile is seen by the next pass', async () => {
    const { tenant, connect } = await lab({ accounts: [FULL] })
    const source = await connect(ANNA, kind)
    tenant.scenario({
      mailbox: ANNA,
      steps: [
        { every: 5, act: 'edit-event', times: 5 },
        { every: 7, act: 'move-occurrence', times: 5 },
        { every: 9, act: 'cancel-occurrence', times: 3 },
        { every: 11, act: 'delete-event', times: 3 },
        { every: 3, act: 'edit-contact', times: 3 },
        { every: 4, act: 'delete-contact', times: 2 },
        { every: 6, act: 'tick-step', times: 4 },
        { every: 8, act: 'delete-task', times: 2 },
        { every: 10, act: 'add-task', times: 2 },
      ],
    })
    const cursors = new Map<string, string>()
    const versions = new Map<string, string>()
    const note = async (): Promise<void> => {
      for (const listing of await listings(source)) {
        if (listing.skip) continue
        const after = cursors.get(listing.id)
        const walked = await walk(source, listing, after === undefined ? {} : { after })
        cursors.set(listing.id, walked.cursor)
        for (const id of walked.removed) versions.delete(id)
        for (const ref of walked.refs.values()) versions.set(ref.id, ref.version)
      }
    }
    // The script ends within the first passes; the last one finds all at rest.
    for (let pass = 0; pass < 4; pass++) await note()
    const fresh = new Map([...(await everything(source)).values()].map(({ ref }) => [ref.id, ref.version]))
    for (const [id, version] of fresh) expect([id, versions.get(id)]).toEqual([id, version])
    expect(tenant.violations()).toEqual([])
  })
})

describe.each(['contact', 'task'] as const)('%s', (kind) => {
  test('a state that Microsoft has forgotten is a fault of the listing, also in the middle of it', async () => {
    const { tenant, connect } = await lab({ accounts: [FULL], quirks: { expireAfterPages: 2 } })
    const source = await connect(ANNA, kind)
    const listing = (await listings(source)).find(({ collection }) => collection?.role === 'default')
    if (!listing) throw new Error('nothing to walk')
    expect(await faultOf(() => walk(source, listing, { limit: 5 }))).toMatchObject({ reach: 'listing', code: 'graph-sync-state-lost' })
    const again = await walk(source, listing, { limit: 5 })
    expect([...again.refs.keys()].sort()).toEqual(await truth(tenant, kind))
    expect(tenant.violations()).toEqual([])
  })
})

test('an event that fails its whole page does not take its neighbours with it', async () => {
  const { tenant, connect } = await lab({ accounts: [{ address: ANNA }] })
  const anna = tenant.outlook(ANNA)
  for (let n = 0; n < 12; n++) await anna.addEvent(null, single(`Event ${n}`, n === 5 ? 'page' : undefined))
  const source = await connect(ANNA, 'event')
  const found = await everything(source)
  expect(found.size).toBe(12)
  const outcomes = await Promise.all([...found.values()].map(({ ref }) => source.open(ref, call).then(bytesOf, () => undefined)))
  expect(outcomes.filter((each) => each === undefined)).toHaveLength(1)
  expect(tenant.violations()).toEqual([])
})

test('nothing is ever written, and each item costs what the docs say', async () => {
  const { tenant, connect } = await lab({ accounts: [{ ...FULL, events: 300, contacts: 200, tasks: 100 }] })
  const costs: Record<string, number> = {}
  for (const kind of KINDS) {
    const source = await connect(ANNA, kind)
    const before = tenant.stats().requests
    const refs: ItemRef[] = [...(await everything(source)).values()].map(({ ref }) => ref)
    for (const ref of refs) await bytesOf(await source.open(ref, call))
    costs[kind] = (tenant.stats().requests - before) / refs.length
  }
  // A third of the events are series: one request each, and a page for the rest. A contact costs its photo, a task its steps.
  expect(costs['event']).toBeLessThan(0.75)
  expect(costs['contact']).toBeLessThan(1.2)
  expect(costs['task']).toBeLessThan(1.3)
  expect(tenant.violations()).toEqual([])
})

test('a tenant of the same seed holds the same items, byte by byte', async () => {
  const options = { seed: 11, accounts: [FULL], now: () => Date.UTC(2026, 5, 1) }
  const [one, other] = [await startTenant(options), await startTenant(options)]
  expect(await one.outlook(ANNA).events()).toEqual(await other.outlook(ANNA).events())
  expect(await one.outlook(ANNA).contacts()).toEqual(await other.outlook(ANNA).contacts())
  expect(await one.outlook(ANNA).tasks()).toEqual(await other.outlook(ANNA).tasks())
  await Promise.all([one.close(), other.close()])
})
