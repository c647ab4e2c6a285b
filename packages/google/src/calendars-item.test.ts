import type { Json } from '@offramp/wire'
import { describe, expect, test } from 'vitest'
import { DIAL_LOSS, DRIVE_LOSS, type EventFrame, EXTENDED_LOSS, factsOf, GUESTS_LOSS, REMARK_LOSS, richText } from './calendars-event.ts'
import { calendarEventOf, endsWithAccount, ORPHAN_LOSS, uidOfEvent, whyLeftOut, writeWhole } from './calendars-item.ts'
import { placeIn, ZONE_LOSS } from './calendars-moment.ts'
import { PERIOD_LOSS, recurrenceOf } from './calendars-recurrence.ts'

const FRAME: EventFrame = {
  zone: 'Europe/Berlin',
  reminders: [{ method: 'display', when: { minutesBefore: 30 } }],
  owner: { address: 'anna@fabrikam.example', name: 'Anna' },
  labels: new Map([['l1', 'Projects']]),
  note: () => undefined,
}
const ON = { choices: {}, domain: 'fabrikam.example' }
const hour = (from: string, to = from.replace('T10', 'T11')) => ({ start: at(from), end: at(to) })
const at = (dateTime: string, timeZone = 'Europe/Berlin') => ({ dateTime, timeZone })
const TEN = hour('2025-01-06T10:00:00+01:00')

function told(event: Json): { readonly facts: ReturnType<typeof factsOf>; readonly losses: readonly string[] } {
  const losses: string[] = []
  const facts = factsOf(event, { ...FRAME, note: (loss) => void losses.push(loss) })
  return { facts, losses }
}

describe('times', () => {
  test.each<[string, Json, Json, unknown, unknown]>([
    ['a day', { date: '2025-01-06' }, { date: '2025-01-07' }, { date: '2025-01-06' }, { date: '2025-01-07' }],
    [
      'an offset of another zone than its own',
      at('2025-07-01T04:00:00-04:00'),
      at('2025-07-01T05:00:00-04:00'),
      { local: '2025-07-01T10:00:00', zone: 'Europe/Berlin' },
      { local: '2025-07-01T11:00:00', zone: 'Europe/Berlin' },
    ],
    [
      'no zone: the calendar’s',
      { dateTime: '2025-07-01T08:00:00Z' },
      { dateTime: '2025-07-01T08:30:00Z' },
      { local: '2025-07-01T10:00:00', zone: 'Europe/Berlin' },
      { local: '2025-07-01T10:30:00', zone: 'Europe/Berlin' },
    ],
    [
      'an alias of a zone',
      at('2025-01-01T08:00:00Z', 'Asia/Calcutta'),
      at('2025-01-01T08:00:00Z', 'Asia/Calcutta'),
      { local: '2025-01-01T13:30:00', zone: expect.stringMatching(/Asia\/(Kolkata|Calcutta)/) },
      { local: '2025-01-01T13:30:00', zone: expect.stringMatching(/Asia\/(Kolkata|Calcutta)/) },
    ],
  ])('%s', (_, start, end, wantedStart, wantedEnd) => {
    const { facts, losses } = told({ start, end })
    expect([facts.start, facts.end, losses]).toEqual([wantedStart, wantedEnd, []])
  })

  test('a zone that nobody knows is the calendar’s, and told; an unspecified end is none; no start is no event', () => {
    expect(told({ start: at('2025-07-01T08:00:00Z', 'Custom/Nowhere') })).toMatchObject({
      facts: { start: { local: '2025-07-01T10:00:00', zone: 'Europe/Berlin' } },
      losses: [ZONE_LOSS],
    })
    expect(told({ ...TEN, endTimeUnspecified: true }).facts.end).toBeUndefined()
    expect(() => told({ summary: 'x' })).toThrow(expect.objectContaining({ reach: 'item', reason: 'not-understood' }))
  })

  test.each([
    [
      'timed for timed, in another zone',
      { local: '2025-01-06T10:00:00', zone: 'Europe/Berlin' },
      at('2025-01-13T04:00:00-05:00', 'America/New_York'),
      { local: '2025-01-13T10:00:00', zone: 'Europe/Berlin' },
    ],
    [
      'a day for timed',
      { local: '2025-01-06T10:00:00', zone: 'Europe/Berlin' },
      { date: '2025-01-13' },
      { local: '2025-01-13T10:00:00', zone: 'Europe/Berlin' },
    ],
    ['timed for a day', { date: '2025-01-06' }, at('2025-01-13T00:00:00+01:00'), { date: '2025-01-13' }],
    ['a day for a day', { date: '2025-01-06' }, { date: '2025-01-13' }, { date: '2025-01-13' }],
  ])('the place of an exception: %s', (_, master, original, wanted) => {
    expect(placeIn(master, original, FRAME)).toEqual(wanted)
  })
})

describe('recurrence', () => {
  const start = { local: '2025-01-06T10:00:00', zone: 'Europe/Berlin' }
  const read = (...lines: string[]) => {
    const losses: string[] = []
    return { ...recurrenceOf(lines, start, (loss) => void losses.push(loss)), losses }
  }

  test('lines go on as they are; dates are of the sort and in the zone of the series', () => {
    expect(
      read(
        'RRULE:FREQ=WEEKLY;BYDAY=MO;UNTIL=20260101T000000Z',
        'EXRULE:FREQ=MONTHLY',
        'EXDATE;TZID=Europe/Berlin:20250113T100000,20250120T100000',
        'EXDATE;TZID="America/New_York":20250127T040000',
        'EXDATE;VALUE=DATE:20250203',
        'RDATE:20250301T090000Z',
      ),
    ).toEqual({
      rules: ['FREQ=WEEKLY;BYDAY=MO;UNTIL=20260101T000000Z'],
      exceptRules: ['FREQ=MONTHLY'],
      exceptDates: ['2025-01-13', '2025-01-20', '2025-01-27', '2025-02-03'].map((day) => ({
        local: `${day}T10:00:00`,
        zone: 'Europe/Berlin',
      })),
      dates: [{ local: '2025-03-01T10:00:00', zone: 'Europe/Berlin' }],
      losses: [],
    })
  })

  test('of a series of days, every date is a day', () => {
    const found = recurrenceOf(['RRULE:FREQ=DAILY', 'EXDATE:20250113T000000Z'], { date: '2025-01-06' }, () => undefined)
    expect(found?.exceptDates).toEqual([{ date: '2025-01-13' }])
  })

  test('a period is its start, and told; what is no line at all is not understood', () => {
    expect(read('RDATE;VALUE=PERIOD:20250301T090000Z/PT2H')).toMatchObject({
      rules: [],
      dates: [{ local: '2025-03-01T10:00:00' }],
      losses: [PERIOD_LOSS],
    })
    for (const line of ['RRULE', 'EXDATE:someday', 'RDATE;TZID=x'])
      expect(() => read(line)).toThrow(expect.objectContaining({ reason: 'not-understood' }))
    expect(recurrenceOf([], start, () => undefined)).toBeUndefined()
  })
})

describe('people', () => {
  test('guests keep their answers, roles and companions; those without an address their names', () => {
    const { guests } = told({
      ...TEN,
      attendees: [
        { email: 'boss@x.example', organizer: true, responseStatus: 'accepted' },
        { email: 'b@x.example', displayName: 'B', responseStatus: 'tentative', optional: true, additionalGuests: 2 },
        { email: 'room@resource.calendar.google.com', resource: true, responseStatus: 'declined' },
        { displayName: 'Nobody', responseStatus: 'needsAction' },
      ],
    }).facts
    expect(guests).toEqual([
      { address: 'boss@x.example', role: 'chair', type: 'individual', answer: 'accepted' },
      { address: 'b@x.example', name: 'B', role: 'optional', type: 'individual', answer: 'tentative', extra: 2 },
      { address: 'room@resource.calendar.google.com', role: 'required', type: 'room', answer: 'declined' },
      { name: 'Nobody', role: 'required', type: 'individual', answer: 'needs-action' },
    ])
  })

  test.each<[string, Json, unknown]>([
    ['alone with it: none', { organizer: { email: 'anna@fabrikam.example', self: true } }, undefined],
    [
      'own, with guests',
      { organizer: { email: 'anna@fabrikam.example', self: true }, attendees: [{ email: 'b@x.example' }] },
      { address: 'anna@fabrikam.example' },
    ],
    [
      'an own secondary calendar: its owner',
      { organizer: { email: 'c_1@group.calendar.google.com', displayName: 'Team', self: true }, attendees: [{ email: 'b@x.example' }] },
      { address: 'anna@fabrikam.example', name: 'Team' },
    ],
    ['another’s calendar: its name', { organizer: { email: 'c_1@group.calendar.google.com', displayName: 'Team' } }, { name: 'Team' }],
    ['somebody else', { organizer: { email: 'boss@x.example', displayName: 'Boss' } }, { address: 'boss@x.example', name: 'Boss' }],
  ])('the organizer: %s', (_, event, wanted) => {
    expect(told({ ...TEN, ...event }).facts.organizer).toEqual(wanted)
  })
})

describe('what an event says', () => {
  test.each<[Json, Json]>([
    [{ reminders: { useDefault: true } }, { reminders: FRAME.reminders }],
    [
      { reminders: { useDefault: false, overrides: [{ method: 'email', minutes: 60 }] } },
      { reminders: [{ method: 'email', when: { minutesBefore: 60 } }] },
    ],
    [{}, { reminders: [], busy: 'busy' }],
    [{ transparency: 'transparent' }, { busy: 'free' }],
    [{ status: 'tentative' }, { status: 'tentative', busy: 'tentative' }],
    [{ eventType: 'outOfOffice' }, { busy: 'out-of-office' }],
    [{ visibility: 'private' }, { privacy: 'private' }],
    [{ visibility: 'confidential' }, { privacy: 'confidential' }],
    [{ colorId: '11' }, { color: '#dc2127' }],
    [{ eventLabelId: 'l1' }, { categories: ['Projects'] }],
    [{ source: { url: 'https://x.example/1' } }, { url: 'https://x.example/1' }],
    [
      { hangoutLink: 'https://meet.google.com/abc-defg-hij' },
      { meeting: { url: 'https://meet.google.com/abc-defg-hij', service: 'meet' } },
    ],
    [{ location: 'https://meet.google.com/abc-defg-hij' }, { meeting: { service: 'meet' } }],
    [
      { conferenceData: { entryPoints: [{ entryPointType: 'video', uri: 'https://zoom.example/j/1' }] } },
      { meeting: { url: 'https://zoom.example/j/1', service: 'other' } },
    ],
    [
      { attachments: [{ fileUrl: 'https://x.example/a.pdf', title: 'A', mimeType: 'application/pdf' }] },
      { attachments: [{ name: 'A', url: 'https://x.example/a.pdf', mediaType: 'application/pdf' }] },
    ],
    [{ created: '0000-12-31T00:00:00.000Z', sequence: 3 }, { sequence: 3 }],
  ])('%j', (event, wanted) => {
    const { facts } = told({ ...TEN, ...event })
    expect(facts).toMatchObject(wanted)
    expect(facts.createdAt).toBeUndefined()
  })

  test('HTML comes as text and as HTML, and text as it is', () => {
    expect(richText('one\n5 < 6 & 7')).toEqual({ text: 'one\n5 < 6 & 7' })
    expect(richText('<p>one<br>two</p>')).toEqual({ text: expect.stringMatching(/one\s*\n\s*two/), html: '<p>one<br>two</p>' })
  })

  test.each<[Json, string]>([
    [{ attendees: [{ email: 'a@x.example' }], attendeesOmitted: true }, GUESTS_LOSS],
    [{ attachments: [{ fileUrl: 'https://drive.google.com/open?id=1' }] }, DRIVE_LOSS],
    [{ attendees: [{ email: 'a@x.example', comment: 'late' }] }, REMARK_LOSS],
    [{ extendedProperties: { private: { a: '1' } } }, EXTENDED_LOSS],
    [{ conferenceData: { entryPoints: [{ entryPointType: 'phone', uri: 'tel:+49' }] } }, DIAL_LOSS],
  ])('%j is told', (event, loss) => {
    expect(told({ ...TEN, ...event }).losses).toEqual([loss])
  })
})

describe('an item', () => {
  const weekly = { id: 'm', iCalUID: 'm@google.com', ...TEN, recurrence: ['RRULE:FREQ=WEEKLY;COUNT=5'] }
  const exception = (day: string, more: Json) => ({
    id: `m_${day}`,
    recurringEventId: 'm',
    originalStartTime: at(`2025-01-${day}T10:00:00+01:00`),
    ...more,
  })

  test('is the series with its exceptions: deleted ones as dates, others in their order', () => {
    const exceptions = [
      exception('27', { ...hour('2025-01-28T10:00:00+01:00'), summary: 'later' }),
      exception('13', { status: 'cancelled' }),
      exception('20', { ...hour('2025-01-20T10:00:00+01:00'), summary: 'other' }),
    ]
    const event = calendarEventOf({ event: weekly, exceptions }, FRAME)
    expect(event.recurrence).toEqual({
      rules: ['FREQ=WEEKLY;COUNT=5'],
      exceptDates: [{ local: '2025-01-13T10:00:00', zone: 'Europe/Berlin' }],
    })
    expect(event.overrides?.map(({ insteadOf, summary }) => [insteadOf, summary])).toEqual([
      [{ local: '2025-01-20T10:00:00', zone: 'Europe/Berlin' }, 'other'],
      [{ local: '2025-01-27T10:00:00', zone: 'Europe/Berlin' }, 'later'],
    ])
    const text = Buffer.from(writeWhole({ event: weekly, exceptions }, FRAME, ON).bytes).toString()
    expect(text.match(/BEGIN:VEVENT/g)).toHaveLength(3)
    expect(new Set(text.match(/^UID:.*$/gm))).toEqual(new Set([expect.stringContaining('m@google.com')]))
  })

  test('that is one occurrence alone has a UID of its own, and no place in a series', () => {
    const losses: string[] = []
    const orphan = { ...exception('13', { ...TEN, iCalUID: 'm@google.com' }) }
    const event = calendarEventOf({ event: orphan, exceptions: [] }, { ...FRAME, note: (loss) => void losses.push(loss) })
    expect([event.recurrence, event.overrides, losses]).toEqual([undefined, undefined, [ORPHAN_LOSS]])
    expect(event.uid).not.toBe('m@google.com')
    expect(event.uid).toBe(uidOfEvent({ event: orphan, exceptions: [] }))
  })

  test.each([
    ['workingLocation', {}, 'left-out'],
    ['workingLocation', { workingLocations: 'keep' }, undefined],
    ['birthday', {}, 'made-by-source'],
    ['birthday', { birthdays: 'keep' }, undefined],
    ['focusTime', {}, undefined],
    ['outOfOffice', {}, undefined],
    ['fromGmail', {}, undefined],
    ['default', {}, undefined],
    ['something new', {}, undefined],
  ] as const)('of the sort %s with %j is left out: %s', (eventType, choices, reason) => {
    expect(whyLeftOut({ eventType }, choices)?.reason).toBe(reason)
  })

  test.each<[string, Json, boolean]>([
    ['own', { organizer: { self: true, email: 'anna@fabrikam.example' } }, true],
    ['a colleague’s', { organizer: { email: 'ben@FABRIKAM.example' } }, true],
    ['a team calendar’s', { organizer: { email: 'c_1@group.calendar.google.com' } }, true],
    ['a customer’s', { organizer: { email: 'boss@elsewhere.example' } }, false],
  ])('a Meet link ends with the account: %s', (_, event, ends) => {
    expect(endsWithAccount({ ...event, hangoutLink: 'https://meet.google.com/abc-defg-hij' }, ON)).toBe(ends)
    expect(endsWithAccount({ ...event, hangoutLink: 'https://zoom.example/j/1' }, ON)).toBe(false)
  })

  test('with a dead link tells so, unless the operator has another to put in its place', () => {
    const event = { ...TEN, id: 's', iCalUID: 's', summary: 'Talk', hangoutLink: 'https://meet.google.com/abc-defg-hij' }
    expect(writeWhole({ event, exceptions: [] }, FRAME, ON).losses).toEqual([expect.stringContaining('Meet link will stop working')])
    const replaced = { ...ON, choices: { meetingLinks: 'https://jitsi.example/{slug}' } }
    const written = writeWhole({ event, exceptions: [] }, FRAME, replaced)
    expect(written.losses).toEqual([])
    expect(Buffer.from(written.bytes).toString()).toContain('https://jitsi.example/')
  })
})
