import type { calendar_v3 } from '@googleapis/calendar'
import { beforeEach, describe, expect, test } from 'vitest'
import { CalendarDesk } from '../control/calendar-desk.ts'
import { accountNamed } from '../directory/account.ts'
import { ANNA, type ErrorShape, type TestDomain, testDomain } from '../test-domain.ts'

type Events = calendar_v3.Schema$Events

const ROOT = `/calendar/v3/calendars/${ANNA}/events`
const WHOLE = 'singleEvents=false&showDeleted=true&showHiddenInvitations=true&maxResults=2500'
const HOUR = { start: { dateTime: '2025-01-06T10:00:00Z', timeZone: 'UTC' }, end: { dateTime: '2025-01-06T11:00:00Z', timeZone: 'UTC' } }

let domain: TestDomain
let desk: CalendarDesk

function open(quirks: object = {}, calendars: object = {}): void {
  domain = testDomain({ accounts: [{ address: ANNA, admin: true, calendars }], quirks: { emptyPageEvery: 0, ...quirks } })
  desk = new CalendarDesk(accountNamed(domain.state, ANNA), domain.state)
  domain.as(ANNA, ['calendar.readonly'])
}

beforeEach(() => open())

const list = (query: string) => domain.get<Events>(`${ROOT}?${query}`)

/** All pages of a question. */
function walk(query: string): { readonly items: readonly calendar_v3.Schema$Event[]; readonly sync: string; readonly pages: number } {
  const items: calendar_v3.Schema$Event[] = []
  for (let token = '', pages = 1; ; pages++) {
    const { status, json } = list(token === '' ? query : `${query}&pageToken=${encodeURIComponent(token)}`)
    expect(status).toBe(200)
    items.push(...(json.items ?? []))
    if (!json.nextPageToken) return { items, sync: json.nextSyncToken ?? '', pages }
    token = json.nextPageToken
  }
}

const refusal = (query: string) => {
  const { status, json } = domain.get<ErrorShape>(`${ROOT}?${query}`)
  return [status, json.error.errors[0]?.reason]
}

describe('events.list', () => {
  test('gives masters and exceptions as items of their own, on any page and in any order', () => {
    open({ pageItems: 5, emptyPageEvery: 4 }, { events: 150 })
    const { items, pages } = walk(WHOLE)
    expect(new Set(items.map(({ id }) => id)).size).toBe(items.length)
    expect(pages).toBeGreaterThan(items.length / 5)
    const at = new Map(items.map(({ id }, n) => [id, n] as const))
    const exceptions = items.filter(({ recurringEventId }) => recurringEventId)
    const before = exceptions.filter(({ id, recurringEventId }) => (at.get(id) ?? 0) < (at.get(recurringEventId) ?? 0))
    expect(before.length).toBeGreaterThan(5)
    expect(exceptions.length - before.length).toBeGreaterThan(5)
    expect(walk(WHOLE).items).toEqual(items)
    expect(domain.state.violations.list()).toEqual([])
  })

  test('tells of a deleted occurrence which it was, of the owner’s deleted event all, and of another’s its id', async () => {
    const weekly = await desk.put(ANNA, { ...HOUR, recurrence: ['RRULE:FREQ=WEEKLY;COUNT=5'] })
    const gone = await desk.putException(ANNA, weekly.id ?? '', {
      originalStartTime: { dateTime: '2025-01-13T10:00:00Z' },
      status: 'cancelled',
    })
    const own = await desk.put(ANNA, { ...HOUR, summary: 'own' })
    const others = await desk.put(ANNA, { ...HOUR, organizer: { email: 'boss@elsewhere.example' } })
    for (const { id } of [own, others]) await desk.cancel(ANNA, id ?? '')
    const byId = new Map(walk(WHOLE).items.map((item) => [item.id, item] as const))
    expect(Object.keys(byId.get(gone.id) ?? {}).sort()).toEqual(['etag', 'id', 'kind', 'originalStartTime', 'recurringEventId', 'status'])
    expect(byId.get(own.id)).toMatchObject({ status: 'cancelled', summary: 'own' })
    expect(Object.keys(byId.get(others.id) ?? {}).sort()).toEqual(['etag', 'id', 'kind', 'status'])
    // Deleted occurrences come unasked, deleted events do not.
    expect(
      walk('maxResults=2500')
        .items.map(({ id }) => id)
        .sort(),
    ).toEqual([weekly.id, gone.id].sort())
  })

  test('follows its sync token: what has changed, each once, and deletions', async () => {
    const first = await desk.put(ANNA, HOUR)
    const { sync } = walk(WHOLE)
    expect(walk(`${WHOLE}&syncToken=${sync}`).items).toEqual([])
    await desk.patch(ANNA, first.id ?? '', { summary: 'one' })
    await desk.patch(ANNA, first.id ?? '', { summary: 'two' })
    const second = await desk.put(ANNA, HOUR)
    const next = walk(`${WHOLE}&syncToken=${sync}`)
    expect(next.items.map(({ id }) => id).sort()).toEqual([first.id, second.id].sort())
    await desk.cancel(ANNA, second.id ?? '')
    expect(walk(`${WHOLE}&syncToken=${next.sync}`).items).toMatchObject([{ id: second.id, status: 'cancelled' }])
    expect(domain.state.violations.list()).toEqual([])
  })

  test.each([
    'timeMin=2025-01-01T00:00:00Z',
    'updatedMin=2025-01-01T00:00:00Z',
    'iCalUID=x',
    'q=x',
    'orderBy=updated',
    'showDeleted=false',
  ])('refuses a sync token together with %s', (parameter) => {
    const { sync } = walk(WHOLE)
    expect(refusal(`maxResults=2500&singleEvents=false&syncToken=${sync}&${parameter}`)[0]).toBe(400)
  })

  test('refuses a sync token with other parameters than before, and one that has expired: with a reason and without', async () => {
    const { sync } = walk(WHOLE)
    expect(refusal(`maxResults=2500&syncToken=${sync}`)[0]).toBe(400)
    const reasons = []
    for (let round = 0; round < 2; round++) {
      const later = walk(WHOLE).sync
      await desk.put(ANNA, HOUR)
      await desk.expireSyncTokens()
      if (round === 1) await desk.put(ANNA, HOUR)
      reasons.push(refusal(`${WHOLE}&syncToken=${later}`))
    }
    expect(reasons.sort()).toEqual([
      [410, 'fullSyncRequired'],
      [410, 'gone'],
    ])
    expect(domain.state.violations.list()).toEqual([expect.stringContaining('other parameters')])
  })

  test('notes whoever asks for a part of a calendar, takes series apart, or asks again with a dead token', async () => {
    list(`${WHOLE}&timeMin=2025-01-01T00:00:00Z`)
    list(`${WHOLE}&maxAttendees=5`)
    list('maxResults=2500&singleEvents=true')
    list('showDeleted=true')
    const { sync } = walk(WHOLE)
    await desk.expireSyncTokens()
    list(`${WHOLE}&syncToken=${sync}`)
    list(`${WHOLE}&syncToken=${sync}`)
    expect(domain.state.violations.list()).toEqual([
      expect.stringContaining('timeMin'),
      expect.stringContaining('maxAttendees'),
      expect.stringContaining('singleEvents'),
      expect.stringContaining('without maxResults'),
      expect.stringContaining('had expired'),
    ])
  })

  test('a UID finds a series with all its exceptions, deleted ones as well', async () => {
    const weekly = await desk.put(ANNA, { ...HOUR, recurrence: ['RRULE:FREQ=WEEKLY;COUNT=5'] })
    await desk.putException(ANNA, weekly.id ?? '', { originalStartTime: { dateTime: '2025-01-13T10:00:00Z' }, status: 'cancelled' })
    await desk.putException(ANNA, weekly.id ?? '', { originalStartTime: { dateTime: '2025-01-20T10:00:00Z' }, summary: 'other' })
    await desk.put(ANNA, HOUR)
    expect(walk(`${WHOLE}&iCalUID=${encodeURIComponent(weekly.iCalUID ?? '')}`).items).toHaveLength(3)
  })
})

describe('instances', () => {
  const instances = (id: string) =>
    domain.get<Events>(`${ROOT}/${id}/instances?maxResults=2500&timeMin=2020-01-01T00:00:00Z&timeMax=2030-01-01T00:00:00Z`).json.items ?? []

  test('keep the clock on the wall when clocks change', async () => {
    const at = (dateTime: string) => ({ dateTime, timeZone: 'Europe/Berlin' })
    const weekly = {
      start: at('2025-03-24T09:00:00+01:00'),
      end: at('2025-03-24T10:00:00+01:00'),
      recurrence: ['RRULE:FREQ=WEEKLY;COUNT=3'],
    }
    const { id } = await desk.put(ANNA, weekly)
    expect(instances(id ?? '').map(({ start }) => start?.dateTime)).toEqual([
      '2025-03-24T08:00:00Z',
      '2025-03-31T07:00:00Z',
      '2025-04-07T07:00:00Z',
    ])
  })

  test('follow RDATE, EXDATE and EXRULE in whatever zone they stand, and exceptions', async () => {
    const at = (dateTime: string) => ({ dateTime, timeZone: 'Europe/Berlin' })
    const { id } = await desk.put(ANNA, {
      start: at('2025-06-02T10:00:00+02:00'),
      end: at('2025-06-02T11:00:00+02:00'),
      recurrence: [
        'RRULE:FREQ=DAILY;COUNT=8',
        'EXRULE:FREQ=WEEKLY;BYDAY=SU',
        'EXDATE;TZID=America/New_York:20250603T040000',
        'RDATE:20250701T080000Z',
      ],
    })
    await desk.putException(ANNA, id ?? '', { originalStartTime: at('2025-06-04T10:00:00+02:00'), status: 'cancelled' })
    const later = { start: at('2025-06-05T12:00:00+02:00'), end: at('2025-06-05T13:00:00+02:00') }
    await desk.putException(ANNA, id ?? '', { originalStartTime: at('2025-06-05T10:00:00+02:00'), ...later })
    const starts = instances(id ?? '').map(({ start }) => new Date(start?.dateTime ?? '').toISOString().slice(5, 16))
    expect(starts).toEqual(['06-02T08:00', '06-05T10:00', '06-06T08:00', '06-07T08:00', '06-09T08:00', '07-01T08:00'])
    const truth = await desk.instants(ANNA, id ?? '', Date.UTC(2025, 0, 1), Date.UTC(2026, 0, 1))
    expect(truth.map(({ start }) => new Date(start).toISOString().slice(5, 16))).toEqual(starts)
  })
})

describe('calendars', () => {
  test('hidden ones are told to whoever asks for them; who may see a calendar, to its owner with a scope of its own', async () => {
    open({}, { others: true })
    const ids = (query: string) =>
      (domain.get<calendar_v3.Schema$CalendarList>(`/calendar/v3/users/me/calendarList?maxResults=250${query}`).json.items ?? []).length
    expect([ids(''), ids('&showHidden=true')]).toEqual([6, 7])
    await desk.share(ANNA, { role: 'reader', scope: { type: 'user', value: 'ben@fabrikam.example' } })
    const acl = `/calendar/v3/calendars/${ANNA}/acl?maxResults=250`
    expect(domain.get<ErrorShape>(acl).json.error.errors[0]?.reason).toBe('insufficientPermissions')
    domain.as(ANNA, ['calendar.acls.readonly'])
    expect(domain.get<calendar_v3.Schema$Acl>(acl).json.items?.map(({ role }) => role)).toEqual(['owner', 'reader'])
    const colleague = (await desk.calendars()).find(({ name }) => name.startsWith('A colleague'))?.id ?? ''
    expect(domain.get(`/calendar/v3/calendars/${encodeURIComponent(colleague)}/acl?maxResults=250`).status).toBe(403)
  })

  test('of a user who has none answer that', () => {
    const account = accountNamed(domain.state, ANNA)
    account.calendar = false
    expect(refusal(WHOLE)).toEqual([403, 'notACalendarUser'])
  })

  test('are counted by requests: 600 a user and minute, in both of Google’s codes', () => {
    domain = testDomain({ accounts: [{ address: ANNA, admin: true }], limits: { calendarPerMinute: 3 } })
    domain.as(ANNA, ['calendar.readonly'])
    const answers = Array.from({ length: 7 }, () => refusalOf('/calendar/v3/colors'))
    expect(answers.slice(0, 3)).toEqual([200, 200, 200])
    expect(new Set(answers.slice(3))).toEqual(new Set(['403 userRateLimitExceeded', '429 rateLimitExceeded', '403 rateLimitExceeded']))
  })
})

function refusalOf(path: string): number | string {
  const { status, json } = domain.get<ErrorShape>(path)
  return status === 200 ? 200 : `${status} ${json.error.errors[0]?.reason}`
}
