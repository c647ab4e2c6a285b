import { describe, expect, test } from 'vitest'
import { outlookDesk } from '../control/outlook-desk.ts'
import { makeState } from '../make-state.ts'
import { findAccount } from '../serve/tenant-state.ts'
import { askState } from '../test-ask.ts'
import type { Page } from '../test-client.ts'
import { dateOf, dayOf, daysOf } from './dates.ts'
import { seedOfModel } from './from-model.ts'
import { generatedSeries } from './generate-series.ts'
import type { EventSeed } from './state.ts'
import { instantAt, wallAt } from './zones.ts'

const ANNA = 'anna@contoso.example'

function tenant() {
  const state = makeState({ seed: 1, accounts: [{ address: ANNA }], now: () => Date.UTC(2026, 5, 1) })
  const account = findAccount(state, ANNA)
  if (!account?.mailbox || !account.outlook) throw new Error('no mailbox')
  return { state, anna: outlookDesk({ account, mailbox: account.mailbox, outlook: account.outlook }) }
}

interface EventJson {
  readonly id: string
  readonly type: string
  readonly subject: string
  readonly originalStart: string | null
  readonly start: { readonly dateTime: string; readonly timeZone: string }
  readonly cancelledOccurrences?: readonly string[]
  readonly exceptionOccurrences?: readonly EventJson[]
  readonly recurrence: { readonly pattern: object; readonly range: object } | null
}

describe('days of a series', () => {
  const from = '2024-01-31'
  const days = (pattern: Parameters<typeof daysOf>[0]['pattern'], count: number, startDate = from): readonly string[] =>
    daysOf({ pattern, range: { type: 'numbered', startDate, numberOfOccurrences: count } }, dayOf('2040-01-01')).map(dateOf)

  test('on the 31st are the last ones of shorter months', () => {
    expect(days({ type: 'absoluteMonthly', interval: 1, dayOfMonth: 31 }, 4)).toEqual([
      '2024-01-31',
      '2024-02-29',
      '2024-03-31',
      '2024-04-30',
    ])
  })

  test('on 29 February are the 28th in other years', () => {
    expect(days({ type: 'absoluteYearly', interval: 1, month: 2, dayOfMonth: 29 }, 3, '2024-02-29')).toEqual([
      '2024-02-29',
      '2025-02-28',
      '2026-02-28',
    ])
  })

  test('every second week begin with the first day of the week', () => {
    const pattern = { type: 'weekly', interval: 2, daysOfWeek: ['tuesday', 'sunday'] } as const
    expect(days({ ...pattern, daysOfWeek: [...pattern.daysOfWeek], firstDayOfWeek: 'monday' }, 4, '1997-08-05')).toEqual([
      '1997-08-05',
      '1997-08-10',
      '1997-08-19',
      '1997-08-24',
    ])
    expect(days({ ...pattern, daysOfWeek: [...pattern.daysOfWeek], firstDayOfWeek: 'sunday' }, 4, '1997-08-05')).toEqual([
      '1997-08-05',
      '1997-08-17',
      '1997-08-19',
      '1997-08-31',
    ])
  })

  test('of several weekdays are the first that fits', () => {
    expect(
      days(
        { type: 'relativeMonthly', interval: 1, index: 'last', daysOfWeek: ['monday', 'tuesday', 'wednesday', 'thursday', 'friday'] },
        3,
        '2024-01-01',
      ),
    ).toEqual(['2024-01-31', '2024-02-29', '2024-03-29'])
  })
})

test('clocks: an hour that is not there counts on, one that is there twice is the first', () => {
  expect(new Date(instantAt('2026-03-29T02:30:00', 'Europe/Berlin')).toISOString()).toBe('2026-03-29T01:30:00.000Z')
  expect(new Date(instantAt('2026-10-25T02:30:00', 'Europe/Berlin')).toISOString()).toBe('2026-10-25T00:30:00.000Z')
  expect(new Date(instantAt('2026-07-01T12:00:00', 'Asia/Katmandu')).toISOString()).toBe('2026-07-01T06:15:00.000Z')
  expect(wallAt(Date.UTC(2018, 10, 4, 3), 'America/Sao_Paulo')).toBe('2018-11-04T01:00:00')
})

describe('what Graph says', () => {
  const weekly: EventSeed = {
    event: {
      subject: 'Weekly',
      start: { dateTime: '2026-03-02T09:00:00', timeZone: 'W. Europe Standard Time' },
      end: { dateTime: '2026-03-02T10:00:00', timeZone: 'W. Europe Standard Time' },
      recurrence: {
        pattern: { type: 'weekly', interval: 1, daysOfWeek: ['monday'], firstDayOfWeek: 'sunday' },
        range: { type: 'noEnd', startDate: '2026-03-02' },
      },
    },
    exceptions: [
      { date: '2026-04-06', event: { subject: 'Moved', start: { dateTime: '2026-04-07T09:00:00', timeZone: 'W. Europe Standard Time' } } },
    ],
    cancelled: ['2026-03-30'],
  }

  test('a list shows masters and no occurrence, and cancelled ones only by name', async () => {
    const { state, anna } = tenant()
    const { id } = await anna.addEvent(null, weekly)
    const list = askState<Page<EventJson>>(state, `/users/${ANNA}/events`).json.value
    expect(list.map(({ type }) => type)).toEqual(['seriesMaster'])
    expect(list[0]).not.toHaveProperty('cancelledOccurrences')
    expect(list[0]?.recurrence?.pattern).toMatchObject({ month: 0, dayOfMonth: 0, index: 'first' })
    expect(list[0]?.recurrence?.range).toMatchObject({
      endDate: '0001-01-01',
      numberOfOccurrences: 0,
      recurrenceTimeZone: 'W. Europe Standard Time',
    })
    const { json } = askState<EventJson>(
      state,
      `/users/${ANNA}/events/${id}?$select=subject,cancelledOccurrences&$expand=exceptionOccurrences`,
    )
    expect(json.cancelledOccurrences).toEqual([expect.stringMatching(/^OID\..+\.2026-03-30$/)])
    // Before the change of clocks 08:00, after it 07:00.
    expect(json.exceptionOccurrences).toMatchObject([{ type: 'exception', subject: 'Moved', originalStart: '2026-04-06T07:00:00Z' }])
  })

  test('a view shows every occurrence by the clocks, in the zone that was asked for', async () => {
    const { state, anna } = tenant()
    await anna.addEvent(null, weekly)
    const path = `/users/${ANNA}/calendarView?startDateTime=2026-03-20T00:00:00Z&endDateTime=2026-04-20T00:00:00Z&$top=50`
    const utc = askState<Page<EventJson>>(state, path).json.value
    expect(utc.map(({ type, start }) => [type, start.dateTime.slice(0, 16)])).toEqual([
      ['occurrence', '2026-03-23T08:00'],
      ['exception', '2026-04-07T07:00'],
      ['occurrence', '2026-04-13T07:00'],
    ])
    const eastern = askState<Page<EventJson>>(state, path, 'IdType="ImmutableId", outlook.timezone="Eastern Standard Time"').json.value
    expect(eastern[0]?.start).toEqual({ dateTime: '2026-03-23T04:00:00.0000000', timeZone: 'Eastern Standard Time' })
  })

  test('whole days are midnights of UTC, whatever is preferred', async () => {
    const { state, anna } = tenant()
    const start = { dateTime: '2026-05-01T00:00:00', timeZone: 'Tokyo Standard Time' }
    await anna.addEvent(null, { event: { isAllDay: true, start, end: { ...start, dateTime: '2026-05-02T00:00:00' } } })
    const [day] = askState<Page<EventJson>>(state, `/users/${ANNA}/events`, 'IdType="ImmutableId", outlook.timezone="Tokyo Standard Time"')
      .json.value
    expect(day?.start).toEqual({ dateTime: '2026-05-01T00:00:00.0000000', timeZone: 'UTC' })
  })

  test.each([
    ['a property that events do not have', '/events?$select=id,uid', 400],
    ['a view without bounds', '/calendarView', 400],
    ['an id that is none', '/events/nonsense', 400],
    ['a zone that nobody knows', '/events', 400],
    ['a calendar that is gone', '/calendars/AQ', 400],
  ])('refuses %s', async (_, path, status) => {
    const { state, anna } = tenant()
    await anna.addEvent(null, weekly)
    const prefer = path === '/events' ? 'IdType="ImmutableId", outlook.timezone="Nowhere"' : undefined
    expect(askState(state, `/users/${ANNA}${path}`, prefer).status).toBe(status)
  })

  test('notes who reads the boss’s calendar, flagged mail, or another’s list', async () => {
    const { state, anna } = tenant()
    const boss = await anna.addCalendar('Boss', { owner: { name: 'Boss', address: 'boss@contoso.example' } })
    const shared = await anna.addTaskList('Shared', { isOwner: false })
    const flagged = (await anna.taskLists()).find(({ name }) => name === 'Flagged Emails')
    askState(state, `/users/${ANNA}/calendars/${boss.id}/events`)
    askState(state, `/users/${ANNA}/todo/lists/${shared.id}/tasks/delta`)
    askState(state, `/users/${ANNA}/todo/lists/${flagged?.id}/tasks/delta`)
    askState(state, `/users/${ANNA}/contactFolders/contacts/contacts/delta?$top=5`)
    askState(state, `/users/${ANNA}/contacts`, '')
    expect(state.violations.list()).toHaveLength(5)
  })
})

test('generated series fall on the days of their own rule', async () => {
  const { anna } = tenant()
  for (let n = 0; n < 60; n++) {
    const seed = generatedSeries(3, n)
    const { id, cancelled, changed } = await anna.addEvent(null, seed)
    expect([...cancelled, ...changed].sort()).toEqual(
      [...(seed.cancelled ?? []), ...(seed.exceptions ?? []).map(({ date }) => date)].sort(),
    )
    expect((await anna.instants(id, Date.UTC(2015, 0, 1), Date.UTC(2040, 0, 1))).length + cancelled.length).toBeGreaterThan(0)
  }
})

describe('models of formats', () => {
  const start = { local: '2026-03-02T09:00:00', zone: 'Europe/Berlin' }
  const of = (rule: string, date = '2026-03-02') =>
    seedOfModel({ uid: 'u', start: { ...start, local: date + start.local.slice(10) }, recurrence: { rules: [rule] } })

  test.each([
    ['FREQ=DAILY;INTERVAL=2;COUNT=5', { type: 'daily', interval: 2 }, { type: 'numbered', numberOfOccurrences: 5 }],
    ['FREQ=WEEKLY;BYDAY=MO,WE', { type: 'weekly', daysOfWeek: ['monday', 'wednesday'], firstDayOfWeek: 'monday' }, { type: 'noEnd' }],
    ['FREQ=MONTHLY;BYMONTHDAY=-1', { type: 'absoluteMonthly', dayOfMonth: 31 }, { type: 'noEnd' }, '2026-03-31'],
    ['FREQ=MONTHLY;BYDAY=-1FR', { type: 'relativeMonthly', index: 'last', daysOfWeek: ['friday'] }, { type: 'noEnd' }, '2026-03-27'],
    [
      'FREQ=YEARLY;BYMONTH=3;BYDAY=SA,SU;BYSETPOS=2',
      { type: 'relativeYearly', index: 'second', month: 3 },
      { type: 'noEnd' },
      '2026-03-07',
    ],
    ['FREQ=WEEKLY;UNTIL=20260330T065959Z', { type: 'weekly' }, { type: 'endDate', endDate: '2026-03-29' }],
    ['FREQ=WEEKLY;UNTIL=20260330T070000Z', { type: 'weekly' }, { type: 'endDate', endDate: '2026-03-30' }],
  ])('%s has a pattern', (rule, pattern, range, date?: string) => {
    expect(of(rule, date).seed?.event.recurrence).toMatchObject({ pattern, range })
  })

  test.each([
    'FREQ=HOURLY',
    'FREQ=MONTHLY;BYMONTHDAY=1,15',
    'FREQ=MONTHLY;BYMONTHDAY=31',
    'FREQ=DAILY;BYDAY=MO',
    'FREQ=YEARLY;BYWEEKNO=7',
    'FREQ=MONTHLY;BYDAY=5MO',
  ])('%s is told to be none of Graph’s', (rule) => {
    expect(of(rule)).toEqual({ untold: [expect.stringMatching(/Graph has no such rule/)] })
  })
})
