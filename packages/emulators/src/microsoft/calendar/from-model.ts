import type { Attendee, DayOfWeek, Event, PatternedRecurrence, RecurrencePattern, WeekIndex } from '@microsoft/microsoft-graph-types'
import type { CalendarEvent, EventFacts, Guest, Moment } from '@offramp/formats'
import { dateOf, dayOf, daysOf } from './dates.ts'
import type { AttachmentSeed, EventSeed, OccurrenceChange, Recurrence } from './state.ts'
import { ianaOf, wallAt, windowsOf } from './zones.ts'

/** What could be put into a calendar of Outlook; and what could not, in sentences. Without a seed, nothing of it can. */
export interface ModelSeed {
  readonly seed?: EventSeed
  readonly untold: readonly string[]
}

const DAYS: Readonly<Record<string, DayOfWeek>> = {
  SU: 'sunday',
  MO: 'monday',
  TU: 'tuesday',
  WE: 'wednesday',
  TH: 'thursday',
  FR: 'friday',
  SA: 'saturday',
}
const INDEXES: Readonly<Record<string, WeekIndex>> = { '1': 'first', '2': 'second', '3': 'third', '4': 'fourth', '-1': 'last' }

/** A model of `formats` in Graph's words. */
export function seedOfModel(model: CalendarEvent): ModelSeed {
  const untold: string[] = []
  const zone = zoneOf(model.start)
  if (zone === undefined) return { untold: ['Its time zone is none that the runtime knows.'] }
  const recurrence = recurrenceOf(model, untold)
  if (recurrence === 'none such') return { untold }
  const event: Event = { ...eventOf(model, zone), iCalUId: model.uid, ...(recurrence && { recurrence }) }
  const cancelled = (model.recurrence?.exceptDates ?? []).map(dayIn)
  const exceptions = (model.overrides ?? []).map(
    (override): OccurrenceChange => ({ date: dayIn(override.insteadOf), event: eventOf(override, zone) }),
  )
  return { seed: { event, attachments: filesOf(model, untold), ...(recurrence && { cancelled, exceptions }) }, untold }
}

/** Files with their bytes. Outlook attaches no address. */
function filesOf({ attachments = [] }: EventFacts, untold: string[]): readonly AttachmentSeed[] {
  return attachments.flatMap((each) => {
    if ('bytes' in each)
      return [
        {
          name: each.name,
          ...(each.mediaType !== undefined && { contentType: each.mediaType }),
          base64: Buffer.from(each.bytes).toString('base64'),
        },
      ]
    untold.push('An attachment that is only an address cannot be attached.')
    return []
  })
}

const dayIn = (moment: Moment): string => ('date' in moment ? moment.date : moment.local.slice(0, 10))

/** What Windows calls it. Outlook knows no floating time: it is that of the owner. */
function zoneOf(start: Moment): string | undefined {
  if ('date' in start) return 'UTC'
  if (start.zone === undefined) return 'W. Europe Standard Time'
  const iana = ianaOf(start.zone)
  return iana === undefined ? undefined : windowsOf(iana)
}

/** Outlook has no day without a length: it lasts until the next one. */
function endOf({ start, end = start }: EventFacts): Moment {
  if (!('date' in start)) return end
  const next = dayOf(start.date) + 1
  return { date: dateOf(Math.max(next, dayOf(dayIn(end)))) }
}

function eventOf(facts: EventFacts, zone: string): Event {
  const time = (moment: Moment): NonNullable<Event['start']> =>
    'date' in moment
      ? { dateTime: `${moment.date}T00:00:00`, timeZone: zone }
      : { dateTime: moment.local, timeZone: moment.zone === undefined ? zone : (ianaOf(moment.zone) ?? zone) }
  const isAllDay = 'date' in facts.start
  const end = endOf(facts)
  const minutes = facts.reminders?.flatMap(({ when }) => ('minutesBefore' in when ? [when.minutesBefore] : []))[0]
  const { description, location, summary } = facts
  return {
    start: time(facts.start),
    end: time(end),
    isAllDay,
    subject: summary ?? '',
    ...(description && {
      body: description.html ? { contentType: 'html', content: description.html } : { contentType: 'text', content: description.text },
    }),
    ...(location !== undefined && { location: { displayName: location } }),
    ...(facts.categories && { categories: [...facts.categories] }),
    ...statesOf(facts),
    ...(minutes !== undefined && { isReminderOn: true, reminderMinutesBeforeStart: minutes }),
    ...(facts.organizer?.address !== undefined && {
      organizer: { emailAddress: { name: facts.organizer.name ?? facts.organizer.address, address: facts.organizer.address } },
    }),
    attendees: (facts.guests ?? []).map(attendeeOf),
  }
}

const SENSITIVITY = { public: 'normal', private: 'private', confidential: 'confidential' } as const
const SHOW_AS = { busy: 'busy', free: 'free', tentative: 'tentative', 'out-of-office': 'oof', elsewhere: 'workingElsewhere' } as const

function statesOf(facts: EventFacts): Event {
  return {
    sensitivity: SENSITIVITY[facts.privacy ?? 'public'],
    showAs: facts.busy !== undefined ? SHOW_AS[facts.busy] : facts.status === 'tentative' ? 'tentative' : 'busy',
    importance: facts.importance ?? 'normal',
    isCancelled: facts.status === 'cancelled',
  }
}

const RESPONSES = {
  accepted: 'accepted',
  declined: 'declined',
  tentative: 'tentativelyAccepted',
  'needs-action': 'none',
  delegated: 'none',
} as const

const attendeeOf = ({ address = '', name, role, type, answer }: Guest): Attendee => ({
  type: type === 'room' || type === 'resource' ? 'resource' : role === 'optional' ? 'optional' : 'required',
  status: { response: RESPONSES[answer], time: '0001-01-01T00:00:00Z' },
  emailAddress: { name: name ?? address, address },
})

/** Graph holds one rule of six shapes, and nothing beside it. */
function recurrenceOf(model: CalendarEvent, untold: string[]): Recurrence | undefined | 'none such' {
  const { recurrence, start } = model
  if (recurrence === undefined) return undefined
  const [rule, ...more] = recurrence.rules
  if (rule === undefined || more.length > 0) untold.push('Graph holds one rule for a series.')
  if ((recurrence.dates?.length ?? 0) > 0 || (recurrence.exceptRules?.length ?? 0) > 0)
    untold.push('Graph holds no further dates beside a rule.')
  if (untold.length > 0 || rule === undefined) return 'none such'
  const parts = new Map(rule.split(';').map((part) => [part.split('=')[0]?.toUpperCase() ?? '', part.split('=')[1]?.toUpperCase() ?? '']))
  const pattern = patternOf(parts, dayIn(start))
  const range = rangeOf(parts, start)
  if (pattern === undefined || range === undefined) {
    untold.push('Graph has no such rule.')
    return 'none such'
  }
  if (daysOf({ pattern, range }, dayOf(dayIn(start)))[0] === undefined) {
    untold.push('Graph has no series that begins on a day which its rule does not give.')
    return 'none such'
  }
  return { pattern, range }
}

const KNOWN = new Set(['FREQ', 'INTERVAL', 'COUNT', 'UNTIL', 'WKST', 'BYDAY', 'BYMONTHDAY', 'BYMONTH', 'BYSETPOS'])

function patternOf(parts: ReadonlyMap<string, string>, start: string): RecurrencePattern | undefined {
  if ([...parts.keys()].some((name) => !KNOWN.has(name))) return undefined
  const interval = Number(parts.get('INTERVAL') ?? 1)
  const named = (parts.get('BYDAY') ?? '').split(',').filter((each) => each !== '')
  const days = named.flatMap((each) => DAYS[each.slice(-2)] ?? [])
  const position = parts.get('BYSETPOS') ?? named[0]?.slice(0, -2)
  const index = INDEXES[(position ?? '').replace('+', '')]
  const isRelative = named.length > 0 && index !== undefined && (named.length === 1 || parts.has('BYSETPOS'))
  const monthDay = parts.get('BYMONTHDAY')
  const day = monthDay === '-1' ? 31 : Number(monthDay ?? start.slice(8, 10))
  const month = Number(parts.get('BYMONTH') ?? start.slice(5, 7))
  const isPlainDay = named.length === 0 && !parts.has('BYSETPOS') && day > 0 && (day <= 28 || monthDay === '-1')
  switch (parts.get('FREQ')) {
    case 'DAILY':
      return named.length === 0 && monthDay === undefined && !parts.has('BYMONTH') ? { type: 'daily', interval } : undefined
    case 'WEEKLY': {
      const daysOfWeek = days.length > 0 ? days : [weekdayOf(start)]
      return parts.has('BYMONTH') || monthDay !== undefined
        ? undefined
        : { type: 'weekly', interval, daysOfWeek, firstDayOfWeek: DAYS[parts.get('WKST') ?? 'MO'] ?? 'monday' }
    }
    case 'MONTHLY':
      if (parts.has('BYMONTH')) return undefined
      if (isRelative && monthDay === undefined) return { type: 'relativeMonthly', interval, daysOfWeek: days, index }
      return isPlainDay ? { type: 'absoluteMonthly', interval, dayOfMonth: day } : undefined
    case 'YEARLY':
      if (isRelative && monthDay === undefined && parts.has('BYMONTH'))
        return { type: 'relativeYearly', interval, daysOfWeek: days, index, month }
      return isPlainDay && Number.isInteger(month) ? { type: 'absoluteYearly', interval, dayOfMonth: day, month } : undefined
    default:
      return undefined
  }
}

const weekdayOf = (date: string): DayOfWeek => Object.values(DAYS)[new Date(date).getUTCDay()] ?? 'monday'

/** The days of a range are those of the series' own zone, and an end in UTC is some moment of one of them. */
function rangeOf(parts: ReadonlyMap<string, string>, start: Moment): NonNullable<PatternedRecurrence['range']> | undefined {
  const startDate = dayIn(start)
  const count = parts.get('COUNT')
  if (count !== undefined) return { type: 'numbered', startDate, numberOfOccurrences: Number(count) }
  const until = parts.get('UNTIL')
  if (until === undefined) return { type: 'noEnd', startDate }
  const [, year, month, day, time] = /^(\d{4})(\d\d)(\d\d)(?:T(\d{6})Z?)?$/.exec(until) ?? []
  if (year === undefined) return undefined
  const last = `${year}-${month}-${day}`
  if (time === undefined || 'date' in start) return { type: 'endDate', startDate, endDate: last }
  const at = Date.parse(`${last}T${time.slice(0, 2)}:${time.slice(2, 4)}:${time.slice(4)}Z`)
  const zone = start.zone === undefined ? 'Europe/Berlin' : (ianaOf(start.zone) ?? 'UTC')
  return { type: 'endDate', startDate, endDate: endDayOf(at, { zone, time: start.local.slice(11) }) }
}

/** The last day on whose clock the series' time is not behind the end. */
function endDayOf(at: number, { zone, time }: { readonly zone: string; readonly time: string }): string {
  const wall = wallAt(at, zone)
  const day = dayOf(wall)
  return dateOf(wall.slice(11) < time ? day - 1 : day)
}
