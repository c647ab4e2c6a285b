import { asFault } from '@offramp/core'
import { describe, expect, test } from 'vitest'
import { cancelledDates, type EventSetting, eventOf } from './calendar-event.ts'
import { LOSSES } from './losses.ts'

const setting: EventSetting = {
  account: { id: 'u', name: 'anna@contoso.example', kind: 'user', displayName: 'Anna', aliases: ['a.berg@contoso.example'] },
  names: { addressOf: (address) => (address?.includes('@') ? address : undefined) },
  mailboxZone: 'Europe/Berlin',
}

const utc = (dateTime: string) => ({ dateTime: `${dateTime}.0000000`, timeZone: 'UTC' })

const plain = {
  id: 'e1',
  iCalUId: 'uid-1',
  type: 'singleInstance',
  subject: 'Hello',
  isAllDay: false,
  originalStartTimeZone: 'Eastern Standard Time',
  start: utc('2026-07-01T13:00:00'),
  end: utc('2026-07-01T14:00:00'),
  recurrence: null,
}

const of = (more: object, also: Partial<EventSetting> = {}) => eventOf({ ...plain, ...more }, { ...setting, ...also })

const weekly = {
  type: 'seriesMaster',
  recurrence: {
    pattern: { type: 'weekly', interval: 1, daysOfWeek: ['wednesday'], firstDayOfWeek: 'sunday' },
    range: { type: 'noEnd', startDate: '2026-07-01', recurrenceTimeZone: 'Eastern Standard Time' },
  },
}

describe('when', () => {
  test('by the clock where it was made', () => {
    expect(of({}).event).toMatchObject({
      uid: 'uid-1',
      start: { local: '2026-07-01T09:00:00', zone: 'America/New_York' },
      end: { local: '2026-07-01T10:00:00', zone: 'America/New_York' },
    })
  })

  test('in the hour that the clock shows twice, a single event is in UTC', () => {
    expect(of({ start: utc('2026-11-01T06:30:00'), end: utc('2026-11-01T07:30:00') }).event.start).toEqual({
      local: '2026-11-01T06:30:00',
      zone: 'UTC',
    })
    expect(of({ start: utc('2026-11-01T05:30:00'), end: utc('2026-11-01T06:30:00') }).event.start).toEqual({
      local: '2026-11-01T01:30:00',
      zone: 'America/New_York',
    })
  })

  test('days are the dates that stand there, whatever their zone says, and the end is the day after', () => {
    const day = of(
      { isAllDay: true, start: utc('2026-07-01T00:00:00'), end: utc('2026-07-03T00:00:00') },
      { mailboxZone: 'Pacific/Honolulu' },
    )
    expect(day.event).toMatchObject({ start: { date: '2026-07-01' }, end: { date: '2026-07-03' } })
    expect(of({ isAllDay: true, start: utc('2026-07-01T00:00:00'), end: utc('2026-07-01T00:00:00') }).event.end).toBeUndefined()
  })

  test('without a start nobody can say when it is', () => {
    let thrown: unknown
    try {
      of({ start: { dateTime: 'soon' } })
    } catch (each) {
      thrown = each
    }
    expect(asFault(thrown)).toMatchObject({ reach: 'item', reason: 'not-understood' })
  })
})

describe('zones of a series', () => {
  test.each([
    ['its rule', { recurrenceTimeZone: 'Tokyo Standard Time' }, 'Eastern Standard Time', 'Europe/Berlin', 'Asia/Tokyo', []],
    ['its start, where the rule says none', { recurrenceTimeZone: '' }, 'Eastern Standard Time', 'Europe/Berlin', 'America/New_York', []],
    ['an IANA name', { recurrenceTimeZone: 'Europe/Vienna' }, '', 'Europe/Berlin', 'Europe/Vienna', []],
    ['tzone://Microsoft/Utc', { recurrenceTimeZone: 'tzone://Microsoft/Utc' }, '', 'Europe/Berlin', 'UTC', []],
    ['the mailbox, where nothing is said', { recurrenceTimeZone: '' }, '', 'Europe/Berlin', 'Europe/Berlin', []],
    [
      'the mailbox, and a loss, where it is of the owner’s making',
      { recurrenceTimeZone: 'Customized Time Zone' },
      'tzone://Microsoft/Custom',
      'Europe/Berlin',
      'Europe/Berlin',
      [LOSSES.ownZone],
    ],
    ['UTC, and a loss, where nobody says any', { recurrenceTimeZone: 'Customized Time Zone' }, '', undefined, 'UTC', [LOSSES.noZone]],
  ])('%s', (_, range, originalStartTimeZone, mailboxZone, zone, losses) => {
    const recurrence = { ...weekly.recurrence, range: { ...weekly.recurrence.range, ...range } }
    const read = of({ ...weekly, recurrence, originalStartTimeZone }, { mailboxZone })
    expect(read.event.start).toMatchObject({ zone })
    expect(read.losses).toEqual(losses)
  })
})

describe('exceptions', () => {
  test('stand in place of the occurrence by the clock of the series, also after a change of clocks', () => {
    const exception = {
      ...plain,
      id: 'e2',
      type: 'exception',
      originalStart: '2026-11-04T14:00:00Z',
      start: utc('2026-11-04T20:00:00'),
      end: utc('2026-11-04T21:00:00'),
    }
    const { event } = of({ ...weekly, exceptionOccurrences: [exception] })
    expect(event.overrides).toMatchObject([
      { insteadOf: { local: '2026-11-04T09:00:00' }, start: { local: '2026-11-04T15:00:00', zone: 'America/New_York' } },
    ])
  })

  test('of whole days: the midnight of the series’ own zone', () => {
    const allDay = { isAllDay: true, start: utc('2026-07-01T00:00:00'), end: utc('2026-07-02T00:00:00') }
    for (const originalStart of ['2026-07-08T04:00:00Z', '2026-07-08T00:00:00Z']) {
      const exception = {
        ...plain,
        ...allDay,
        type: 'exception',
        originalStart,
        start: utc('2026-07-09T00:00:00'),
        end: utc('2026-07-10T00:00:00'),
      }
      expect(of({ ...weekly, ...allDay, exceptionOccurrences: [exception] }).event.overrides?.[0]).toMatchObject({
        insteadOf: { date: '2026-07-08' },
        start: { date: '2026-07-09' },
      })
    }
  })

  test('cancelled ones are days behind the last dot, and become times of the series', () => {
    const cancelledOccurrences = ['OID.AAMk.a.b=.2026-07-15', 'OID.AAMk.2026-07-08', 'nonsense']
    expect(cancelledDates({ cancelledOccurrences })).toEqual(['2026-07-08', '2026-07-15'])
    expect(of({ ...weekly, cancelledOccurrences }).event.recurrence?.exceptDates).toEqual([
      { local: '2026-07-08T09:00:00', zone: 'America/New_York' },
      { local: '2026-07-15T09:00:00', zone: 'America/New_York' },
    ])
  })
})

describe('who', () => {
  const guest = (address: string, response = 'none', more: object = {}) => ({
    emailAddress: { name: '', address },
    type: 'required',
    status: { response },
    ...more,
  })

  test('without guests there is no organiser either', () => {
    expect(of({ attendees: [], organizer: { emailAddress: { address: 'anna@contoso.example' } } }).event).not.toHaveProperty('organizer')
  })

  test('what a guest answered stands in the event and not in the list', () => {
    const attendees = [guest('A.Berg@contoso.example'), guest('ben@partner.example', 'tentativelyAccepted', { type: 'optional' })]
    const { event } = of({
      isOrganizer: false,
      responseStatus: { response: 'declined' },
      attendees,
      organizer: { emailAddress: { name: 'Chair', address: 'chair@partner.example' } },
    })
    expect(event.guests).toMatchObject([
      { address: 'A.Berg@contoso.example', answer: 'declined', role: 'required' },
      { address: 'ben@partner.example', answer: 'tentative', role: 'optional' },
    ])
    expect(event.organizer).toEqual({ address: 'chair@partner.example', name: 'Chair' })
  })

  test('asked by way of a group, the owner is a guest all the same', () => {
    const { event } = of({
      isOrganizer: false,
      responseStatus: { response: 'accepted' },
      attendees: [guest('all@contoso.example')],
      organizer: { emailAddress: { address: 'chair@partner.example' } },
    })
    expect(event.guests?.map(({ address, answer }) => [address, answer])).toEqual([
      ['all@contoso.example', 'needs-action'],
      ['anna@contoso.example', 'accepted'],
    ])
  })

  test('rooms are told by their place, other resources are none', () => {
    const attendees = [
      guest('room1@contoso.example', 'accepted', { type: 'resource' }),
      guest('beamer@contoso.example', 'accepted', { type: 'resource' }),
    ]
    const { event } = of({ attendees, locations: [{ displayName: 'Room 1', locationEmailAddress: 'Room1@contoso.example' }] })
    expect(event.guests?.map(({ type }) => type)).toEqual(['room', 'resource'])
  })
})

test.each([
  [{ showAs: 'free' }, { busy: 'free', status: 'confirmed' }],
  [{ showAs: 'tentative' }, { busy: 'tentative', status: 'tentative' }],
  [{ showAs: 'oof' }, { busy: 'out-of-office' }],
  [{ showAs: 'workingElsewhere' }, { busy: 'elsewhere' }],
  [{ isCancelled: true, showAs: 'tentative' }, { status: 'cancelled' }],
  [{ sensitivity: 'personal' }, { privacy: 'private' }],
  [{ sensitivity: 'confidential' }, { privacy: 'confidential' }],
  [{ importance: 'high' }, { importance: 'high' }],
  [{ categories: ['A', 'A', 'B, C'] }, { categories: ['A', 'B, C'] }],
  [{ isReminderOn: true, reminderMinutesBeforeStart: -10 }, { reminders: [{ method: 'display', when: { minutesBefore: -10 } }] }],
  [{ locations: [{ displayName: 'Room 1' }, { displayName: 'Room 2' }] }, { location: 'Room 1; Room 2' }],
  [{ body: { contentType: 'html', content: '<p>a &amp; b</p>' } }, { description: { text: 'a & b', html: '<p>a &amp; b</p>' } }],
  [
    { onlineMeetingProvider: 'teamsForBusiness', onlineMeeting: { joinUrl: 'https://teams.contoso.example/x' } },
    { meeting: { service: 'teams', url: 'https://teams.contoso.example/x' } },
  ],
  [{ iCalUId: 'other' }, { uid: 'other' }],
])('%j', (more, expected) => {
  expect(of(more).event).toMatchObject(expected)
})

test('nothing is said that Graph only fills in', () => {
  const { event } = of({
    isReminderOn: false,
    reminderMinutesBeforeStart: 15,
    importance: 'normal',
    sensitivity: 'normal',
    body: { contentType: 'html', content: '<html><body></body></html>' },
    lastModifiedDateTime: '0001-01-01T00:00:00Z',
  })
  for (const name of ['reminders', 'importance', 'privacy', 'description', 'modifiedAt', 'guests', 'recurrence'])
    expect(event).not.toHaveProperty(name)
})

test('without a UID it has the same one every time, and another one in another mailbox', () => {
  const uid = of({ iCalUId: '' }).event.uid
  expect(uid).toMatch(/^[\da-f-]{36}$/)
  expect(of({ iCalUId: null }).event.uid).toBe(uid)
  expect(of({ iCalUId: '' }, { account: { ...setting.account, id: 'v' } }).event.uid).not.toBe(uid)
})
