import type { Calendar } from './calendar.ts'
import { putException } from './series.ts'
import type { EventJson } from './state.ts'

const at = (dateTime: string, timeZone = 'Europe/Berlin') => ({ dateTime, timeZone })
const hour = (text: string): EventJson => ({ start: at(`${text}T10:00:00+02:00`), end: at(`${text}T11:00:00+02:00`) })
const days = (from: string, to: string): EventJson => ({ start: { date: from }, end: { date: to } })

/** Single events, each of a sort that has cost somebody a migration. */
const SINGLES: readonly EventJson[] = [
  {
    ...hour('2025-05-05'),
    summary: 'guests without addresses',
    attendees: [{ displayName: 'Nobody', responseStatus: 'accepted' }, { id: '17' }],
  },
  {
    ...hour('2025-05-06'),
    summary: 'guests left out',
    attendees: [{ email: 'a@b.example', responseStatus: 'accepted' }],
    attendeesOmitted: true,
  },
  { ...hour('2025-05-07') },
  { summary: 'no zone of its own', start: { dateTime: '2025-05-08T08:00:00Z' }, end: { dateTime: '2025-05-08T08:00:00Z' } },
  { ...hour('2025-05-09'), endTimeUnspecified: true, summary: 'no end' },
  { ...days('2025-03-29', '2025-04-01'), summary: 'days over the change of the clocks' },
  { ...hour('2025-05-10'), summary: 'script', description: '<script>alert(1)</script><a href="http://169.254.169.254/">link</a>' },
  { ...hour('2025-05-11'), summary: 'long', description: 'x'.repeat(8_192) },
  { ...hour('2025-05-12'), summary: 'odd uid', iCalUID: `a/b c ${'u'.repeat(200)}` },
  {
    ...hour('2025-05-13'),
    summary: 'files',
    attachments: [
      { fileUrl: 'https://drive.google.com/open?id=1', title: 'Plan', mimeType: 'application/vnd.google-apps.document', fileId: '1' },
    ],
  },
  {
    ...hour('2025-05-14'),
    summary: 'another maker’s meeting',
    conferenceData: {
      conferenceSolution: { name: 'Zoom Meeting', key: { type: 'addOn' } },
      entryPoints: [
        { entryPointType: 'video', uri: 'https://zoom.example/j/123' },
        { entryPointType: 'phone', uri: 'tel:+49-30-1', pin: '4711' },
      ],
    },
  },
  { ...hour('2025-05-15'), summary: 'from mail', eventType: 'fromGmail', source: { url: 'https://airline.example/1', title: 'Booking' } },
  { ...hour('2025-05-16'), summary: 'away', eventType: 'outOfOffice', outOfOfficeProperties: { autoDeclineMode: 'declineNone' } },
  { ...hour('2025-05-17'), summary: 'focus', eventType: 'focusTime', focusTimeProperties: {} },
  {
    ...days('2025-05-18', '2025-05-19'),
    summary: 'Home',
    eventType: 'workingLocation',
    transparency: 'transparent',
    workingLocationProperties: { type: 'homeOffice', homeOffice: {} },
  },
  {
    ...days('2025-05-20', '2025-05-21'),
    summary: 'Birthday',
    eventType: 'birthday',
    recurrence: ['RRULE:FREQ=YEARLY'],
    transparency: 'transparent',
  },
  { ...hour('2025-05-21'), summary: 'other programs', extendedProperties: { private: { crm: '4711' }, shared: { x: 'y' } } },
  {
    ...hour('2025-05-22'),
    summary: 'no such zone',
    start: at('2025-05-22T10:00:00Z', 'Custom/Nowhere'),
    end: at('2025-05-22T11:00:00Z', 'Custom/Nowhere'),
  },
  { ...hour('2025-05-23'), summary: 'hidden invitation', extendedProperties: { private: { hiddenInvitation: 'yes' } } },
  { ...hour('2025-05-24'), summary: 'no rule at all', recurrence: ['RRULE:FREQ=SOMETIMES'] },
]

/** Puts one of everything into a calendar. */
export function putHostile(calendar: Calendar, address: string): void {
  for (const single of SINGLES) calendar.put(single)
  calendar.put({
    ...hour('2025-06-01'),
    summary: 'three hundred guests',
    attendees: Array.from({ length: 300 }, (_, n) => ({ email: `g${n}@elsewhere.example`, responseStatus: 'needsAction' })),
  })
  putOrphan(calendar)
  const odd = calendar.put({
    ...hour('2025-06-03'),
    summary: 'every line there is',
    recurrence: [
      'RRULE:FREQ=DAILY;COUNT=30',
      'EXRULE:FREQ=WEEKLY;BYDAY=SU',
      'EXDATE;TZID=Europe/Berlin:20250605T100000,20250606T100000',
      'RDATE:20250801T080000Z',
      'RDATE;TZID=America/New_York:20250802T040000',
    ],
  })
  putException(calendar, odd, { originalStartTime: at('2025-06-10T10:00:00+02:00'), status: 'cancelled' })
  const days31 = calendar.put({
    ...days('2025-01-31', '2025-02-01'),
    summary: 'the last day',
    recurrence: ['RRULE:FREQ=MONTHLY;BYMONTHDAY=31;COUNT=6'],
  })
  // A day that became an hour: its place is still named by the day.
  putException(calendar, days31, { ...hour('2025-03-31'), originalStartTime: { date: '2025-03-31' } })
  const owner = { email: 'team@group.calendar.google.com', displayName: 'Team' }
  calendar.put({
    ...hour('2025-06-04'),
    summary: 'a calendar invites',
    organizer: owner,
    attendees: [{ email: address, self: true, responseStatus: 'needsAction' }],
  })
  split(calendar)
  const gone = calendar.put({ ...hour('2025-06-05'), summary: 'gone before anybody looked' })
  calendar.cancel(gone.id ?? '')
}

/** An occurrence to which somebody was invited alone: its series is nowhere. */
export function putOrphan(calendar: Calendar): string {
  const master = `${calendar.newId()}`
  const orphan = calendar.put({
    ...hour('2025-06-02'),
    id: `${master}_20250602T080000Z`,
    recurringEventId: master,
    originalStartTime: at('2025-06-02T10:00:00+02:00'),
    summary: 'one of a series that is not here',
    organizer: { email: 'boss@elsewhere.example' },
  })
  return orphan.id ?? ''
}

/** "This and following": the first part ends, and another event with another UID goes on. */
function split(calendar: Calendar): void {
  const first = calendar.put({ ...hour('2025-07-07'), summary: 'split', recurrence: ['RRULE:FREQ=WEEKLY;UNTIL=20250720T215959Z'] })
  const id = `${first.id}_R20250721T080000`
  calendar.put({
    ...hour('2025-07-21'),
    id,
    iCalUID: `${id}@google.com`,
    summary: 'split, later',
    recurrence: ['RRULE:FREQ=WEEKLY;COUNT=4'],
  })
}

/** So many copies of one invitation, under ids of their own. */
export function putCopies(calendar: Calendar, count: number): void {
  for (let n = 0; n < count; n++) {
    calendar.put({
      ...hour('2025-08-01'),
      id: `copy${String(n).padStart(4, '0')}`,
      summary: 'again and again',
      iCalUID: 'one-invitation@elsewhere.example',
    })
  }
}
