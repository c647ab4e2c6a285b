import { fastClock, MemoryGate } from '@offramp/conformance'
import { type Source, silentLog } from '@offramp/core'
import type { EmulatedWorkspace, GoogleEventTruth, WorkDesks } from '@offramp/emulators'
import { occurrences } from '@offramp/formats'
import { afterEach, describe, expect, test } from 'vitest'
import { googleSource } from './endpoint.ts'
import { BOUNDS } from './mail-bodies.ts'
import { listingsOf, type Opened, openAll, type WorkWalk, walkWork } from './testing/work.ts'
import { ADMIN, ANNA, call, closeAll, faultOf, lab, settingsFor, userOf } from './testing/workspace-lab.ts'

afterEach(closeAll)

const FROM = Date.UTC(2023, 0, 1)
const TO = Date.UTC(2029, 0, 1, 12, 34)

interface Scene {
  readonly workspace: EmulatedWorkspace
  readonly desks: WorkDesks
  readonly connect: () => Promise<Source>
  readonly source: Source
}

async function scene(calendars: object, more: object = {}): Promise<Scene> {
  const accounts = [
    { address: ADMIN, admin: true },
    { address: ANNA, calendars },
  ]
  const { workspace, endpoint } = await lab({ domain: { accounts, ...more }, speed: 200 })
  const connect = () => endpoint.connect(userOf(ANNA), 'event')
  return { workspace, desks: workspace.work(ANNA), connect, source: await connect() }
}

const bare = (id: string): string => id.split('@')[0] ?? ''

/** Instants of an item, as the emulator's own library has them and as the product's reads them out of the bytes. */
async function instants({ desks }: Scene, { calendar, event }: GoogleEventTruth, text: string) {
  const spans = (all: readonly { start: number; end: number; summary?: string }[]): string[] =>
    all.map(({ start, end, summary }) => `${new Date(start).toISOString()} ${end - start} ${summary ?? ''}`).sort()
  const truth = await desks.calendars.instants(calendar, event.id ?? '', FROM, TO)
  return { truth: spans(truth), found: spans(occurrences(Buffer.from(text), FROM, TO)) }
}

async function expectTrueInstants(scene: Scene, items: readonly Opened[]): Promise<number> {
  const truths = await scene.desks.calendars.items()
  let compared = 0
  for (const { item, text } of items) {
    const truth = truths.find(({ event, calendar }) => event.id === bare(item.id) && calendar === item.home.id)
    if (truth === undefined) throw new Error(`${item.id} is nothing that stands there.`)
    const { truth: there, found } = await instants(scene, truth, text)
    expect(found, `${item.id} ${JSON.stringify(truth.event.recurrence)}`).toEqual(there)
    compared += there.length
  }
  return compared
}

describe('a calendar', () => {
  test('is read whole, each series once with all its exceptions, at its true instants', async () => {
    const set = await scene({ events: 250 })
    const walked = await walkWork(set.source)
    const { items, left } = await openAll(set.source, walked)
    expect([...left]).toEqual([])
    expect(items).toHaveLength((await set.desks.calendars.items()).length)
    expect(await expectTrueInstants(set, items)).toBeGreaterThan(1_500)
    const { requests, refusals } = await set.workspace.stats()
    // Two calendars of one page each, and their list; nothing an item.
    expect([requests['events.list'], requests['calendarList.list'], requests['events.get']]).toEqual([2, 1, undefined])
    expect(refusals.throttled).toBe(0)
    expect(await set.workspace.violations()).toEqual([])
  })

  test('is the same however its pages fall, and wherever a walk is broken off', async () => {
    const set = await scene({ events: 120 }, { quirks: { pageItems: 7, emptyPageEvery: 3 } })
    const whole = await walkWork(set.source)
    const versions = (refs: ReadonlyMap<string, { version: string }>) => [...refs].map(([id, { version }]) => `${id} ${version}`).sort()
    const { items } = await openAll(set.source, whole)
    await expectTrueInstants(set, items)
    // Several calls for one page of Google's.
    expect(versions((await walkWork(set.source, { limit: 3 })).refs)).toEqual(versions(whole.refs))
    // A process of its own for every page: nothing but the cursor goes on.
    const found = new Map<string, { version: string }>()
    for (const listing of await listingsOf(set.source)) {
      for (let after: string | undefined; ; ) {
        const page = await (await set.connect()).page(listing, after, 10, call)
        for (const ref of page.refs) if (!ref.removed) found.set(ref.id, ref)
        expect(page.refs.length).toBeLessThanOrEqual(10)
        after = page.cursor
        expect(after.length).toBeLessThan(2_000)
        if (page.last) break
      }
    }
    expect(versions(found)).toEqual(versions(whole.refs))
    expect(await set.workspace.violations()).toEqual([])
  })

  test.each([12_000, 2_000])('holds no more than %i bytes of its series at once, and names each all the same', async (series) => {
    const set = await scene({ events: 150 }, { quirks: { pageItems: 40, emptyPageEvery: 0 } })
    const services = { clock: fastClock(200), log: silentLog }
    const gate = new MemoryGate(services.clock, { patienceMs: 300_000, ticketMs: 3_600_000 })
    const endpoint = googleSource(settingsFor(set.workspace), { ...services, gate }, { ...BOUNDS, series })
    const tight = await endpoint.connect(userOf(ANNA), 'event')
    const named = ({ refs }: WorkWalk) => [...refs.values()].map(({ id, version }) => `${id} ${version}`).sort()
    const roomy = await walkWork(set.source)
    const before = (await set.workspace.stats()).requests['events.list'] ?? 0
    const walked = await walkWork(tight)
    expect(named(walked)).toEqual(named(roomy))
    // The pages once, and once more for each shard that was tried.
    const asked = ((await set.workspace.stats()).requests['events.list'] ?? 0) - before
    expect(asked).toBeGreaterThan(before * 2)
    expect(asked).toBeLessThan(before * 200)
    const counted: string[] = []
    for (const listing of await listingsOf(tight)) {
      for await (const items of tight.census?.(listing, call) ?? []) counted.push(...items.map(({ id, version }) => `${id} ${version}`))
    }
    expect(counted.sort()).toEqual(named(roomy))
    await endpoint.close?.()
  })

  test('with one of everything: each is moved or left behind for a reason, and the others are not the worse for it', async () => {
    const set = await scene({ hostile: true, copies: 700 })
    const walked = await walkWork(set.source)
    const { items, left } = await openAll(set.source, walked)
    const truths = await set.desks.calendars.items(ANNA)
    expect(items.length + left.size).toBe(truths.length)
    const named = (part: string) => truths.find(({ event }) => event.summary === part)?.event.id ?? ''
    expect(Object.fromEntries(left)).toEqual({
      [named('Home')]: 'left-out',
      [named('Birthday')]: 'made-by-source',
      [named('no rule at all')]: 'not-understood',
    })
    const losses = (part: string) => items.find(({ item }) => item.label === part)?.item.losses ?? []
    expect(losses('guests left out')).toEqual([expect.stringContaining('only a part of its list of guests')])
    expect(losses('files')).toEqual([expect.stringContaining('Google Drive')])
    expect(losses('no such zone')).toEqual([expect.stringContaining('time zone that does not exist')])
    expect(losses('other programs')).toEqual([expect.stringContaining('extended properties')])
    expect(losses('one of a series that is not here')).toEqual([expect.stringContaining('one occurrence of a series')])
    const orphan = items.find(({ item }) => item.label === 'one of a series that is not here')
    expect(orphan?.text).not.toContain('RECURRENCE-ID')
    expect(orphan?.item.naturalKey).not.toContain('@google.com')
    const again = items.filter(({ item }) => item.label === 'again and again')
    expect([again.length, new Set(again.map(({ item }) => item.naturalKey)).size]).toEqual([700, 1])
    const comparable = items.filter(({ item }) => item.label !== 'no such zone' && item.label !== 'again and again')
    await expectTrueInstants(set, comparable)
  })

  test('that is not the account’s own is named with the reason, and a hidden one is moved', async () => {
    const { source, workspace } = await scene({ others: true })
    const listed = (await listingsOf(source)).map(({ collection, skip }) => [
      collection?.path[0],
      skip ?? collection?.hidden ?? collection?.role,
    ])
    expect(listed).toEqual([
      [ANNA, 'default'],
      ['Old / projects', true],
      ['Holidays in Germany', 'made-by-source'],
      ['Birthdays', 'made-by-source'],
      ['https://example.org/feed.ics', 'made-by-source'],
      ['A colleague’s', 'not-owned'],
      ['Two owners', 'not-owned'],
    ])
    expect(await workspace.violations()).toEqual([])
  })
})

test('a calendar with several owners moves once, whether Google says whose it is or not', async () => {
  const ben = 'ben@fabrikam.example'
  const accounts = [{ address: ADMIN, admin: true }, { address: ANNA }, { address: ben }]
  const { workspace, endpoint } = await lab({ domain: { accounts }, speed: 200 })
  const [annas, bens] = [workspace.work(ANNA).calendars, workspace.work(ben).calendars]
  const unsaid = { accessRole: 'owner', dataOwner: '' }
  const [told, untold] = [await bens.addCalendar('told'), await bens.addCalendar('untold', { entry: unsaid })]
  await annas.subscribe(told.id, { accessRole: 'owner', dataOwner: ben })
  await annas.subscribe(untold.id, unsaid)
  for (const each of [told, untold]) await bens.share(each.id, { role: 'owner', scope: { type: 'user', value: ANNA } })
  const moved = async (address: string) => {
    const listings = await listingsOf(await endpoint.connect(userOf(address), 'event'))
    return listings.filter(({ skip }) => skip === undefined).map(({ collection }) => collection?.path[0])
  }
  expect([await moved(ANNA), await moved(ben)]).toEqual([
    [ANNA, 'untold'],
    [ben, 'told'],
  ])
  expect(await workspace.violations()).toEqual([])
})

describe('changes', () => {
  const series = { summary: 'weekly', recurrence: ['RRULE:FREQ=WEEKLY;COUNT=10'] }
  const hour = (day: string) => ({
    start: { dateTime: `${day}T10:00:00+01:00`, timeZone: 'Europe/Berlin' },
    end: { dateTime: `${day}T11:00:00+01:00`, timeZone: 'Europe/Berlin' },
  })

  test('an exception that comes alone brings its series, with what was changed before', async () => {
    const set = await scene({ events: 40 })
    const { calendars } = set.desks
    const { id } = await calendars.put(ANNA, { ...hour('2025-01-06'), ...series })
    await calendars.putException(ANNA, id ?? '', { originalStartTime: hour('2025-01-13').start, summary: 'the second' })
    const before = await walkWork(set.source)
    const version = before.refs.get(id ?? '')?.version
    await calendars.putException(ANNA, id ?? '', { originalStartTime: hour('2025-01-20').start, status: 'cancelled' })
    const asked = (await set.workspace.stats()).requests['events.list'] ?? 0
    const after = await walkWork(await set.connect(), { since: before })
    expect([...after.refs.keys()]).toEqual([id])
    expect(after.refs.get(id ?? '')?.version).not.toBe(version)
    // A request a calendar, and one for the series: by its UID, or by the id of its master first.
    expect(((await set.workspace.stats()).requests['events.list'] ?? 0) - asked).toBe(3)
    const { items } = await openAll(set.source, after)
    expect(items[0]?.text).toContain('SUMMARY:the second')
    expect(items[0]?.text).toMatch(/EXDATE[^\r]*:20250120T100000/)
    await expectTrueInstants(set, items)
    const bareItem = await (await set.connect()).open({ id: id ?? '', version: '' }, call)
    expect(bareItem.version).toBe(after.refs.get(id ?? '')?.version)
  })

  test('a deleted series, a deleted event and a deleted orphan are told as removed', async () => {
    const set = await scene({})
    const { calendars } = set.desks
    const [single, weekly] = [
      await calendars.put(ANNA, hour('2025-02-03')),
      await calendars.put(ANNA, { ...hour('2025-01-06'), ...series }),
    ]
    await calendars.putException(ANNA, weekly.id ?? '', { originalStartTime: hour('2025-01-13').start, summary: 'moved' })
    const orphan = await calendars.orphan(ANNA)
    const before = await walkWork(set.source)
    expect([...before.refs.keys()].sort()).toEqual([single.id, weekly.id, `${orphan}@${ANNA}`].sort())
    for (const id of [single.id, weekly.id, orphan]) await calendars.cancel(ANNA, id ?? '')
    const after = await walkWork(set.source, { since: before })
    expect([...after.refs]).toEqual([])
    expect(after.removed).toEqual(expect.arrayContaining([single.id, weekly.id, `${orphan}@${ANNA}`]))
    expect((await faultOf(async () => set.source.open({ id: weekly.id ?? '', version: '' }, call))).reason).toBe('gone')
  })

  test('a quiet pass costs a request a calendar and one for their list', async () => {
    const set = await scene({ events: 60 })
    const before = await walkWork(set.source)
    const asked = await set.workspace.stats()
    const after = await walkWork(await set.connect(), { since: before })
    expect([after.refs.size, after.removed.length]).toEqual([0, 0])
    const { requests } = await set.workspace.stats()
    const spent = Object.entries(requests).map(([name, count]) => [name, count - (asked.requests[name] ?? 0)] as const)
    expect(Object.fromEntries(spent.filter(([, count]) => count > 0))).toEqual({ 'calendarList.list': 1, 'events.list': 2 })
  })

  test('other reminders of the calendar are other bytes of its events, so that it is listed anew', async () => {
    const set = await scene({})
    await set.desks.calendars.put(ANNA, { ...hour('2025-02-03'), reminders: { useDefault: true } })
    const before = await walkWork(set.source)
    await set.desks.calendars.see(ANNA, { defaultReminders: [{ method: 'popup', minutes: 5 }] })
    const later = await set.connect()
    const after = await walkWork(later, { since: before })
    expect([...after.refs.values()].map(({ version }) => version)).not.toEqual([...before.refs.values()].map(({ version }) => version))
    expect((await openAll(later, after)).items[0]?.text).toContain('TRIGGER:-PT5M')
  })

  test('a sync token that has expired, with and without a reason, rewinds the listing', async () => {
    const set = await scene({ events: 10 })
    const before = await walkWork(set.source)
    for (let round = 0; round < 2; round++) {
      await set.desks.calendars.put(ANNA, hour('2025-02-03'))
      await set.desks.calendars.expireSyncTokens()
      const [listing] = await listingsOf(set.source)
      if (listing === undefined) throw new Error('no listing')
      const fault = await faultOf(() => set.source.page(listing, before.cursors.get(listing.id), 50, call))
      expect([fault.reach, fault.code]).toEqual(['listing', 'google-sync-expired'])
    }
  })
})
