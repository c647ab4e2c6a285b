import type { CalendarEvent, EventFacts, Guest, Moment, Reminder } from '@offramp/formats'
import { instantOfLocal } from './expand.ts'
import type { EventJson } from './state.ts'

const compact = (local: string): string => local.replaceAll(/[-:]/g, '')

/** As much of a series as an exception needs to name its place. */
interface Frame {
  /** Where what has no zone takes place. */
  readonly zone: string
}

function whenOf(moment: Moment, { zone }: Frame): NonNullable<EventJson['start']> {
  if ('date' in moment) return { date: moment.date }
  const timeZone = moment.zone ?? zone
  const iso = new Date(instantOfLocal(moment.local, timeZone)).toISOString()
  return { dateTime: iso.replace('.000Z', 'Z'), timeZone }
}

/** The day after, or the same instant, where the model has no end or one that is none. */
function endOf({ start, end }: EventFacts, frame: Frame): NonNullable<EventJson['end']> {
  if (!('date' in start)) return whenOf(end ?? start, frame)
  // A day without a length is refused ("The specified time range is empty").
  const next = new Date(Date.parse(`${start.date}T00:00:00Z`) + 86_400_000).toISOString().slice(0, 10)
  return { date: end !== undefined && 'date' in end && end.date > next ? end.date : next }
}

const ANSWERS: Readonly<Record<Guest['answer'], string>> = {
  'needs-action': 'needsAction',
  accepted: 'accepted',
  declined: 'declined',
  tentative: 'tentative',
  delegated: 'needsAction',
}

const guestJson = (guest: Guest) => ({
  ...(guest.address !== undefined && { email: guest.address }),
  ...(guest.name !== undefined && { displayName: guest.name }),
  responseStatus: ANSWERS[guest.answer],
  ...(guest.role === 'optional' && { optional: true }),
  ...((guest.type === 'room' || guest.type === 'resource') && { resource: true }),
  ...(guest.extra !== undefined && { additionalGuests: guest.extra }),
})

function remindersOf(reminders: readonly Reminder[]): NonNullable<EventJson['reminders']> {
  const overrides = reminders.flatMap(({ method, when }) =>
    'minutesBefore' in when && when.minutesBefore >= 0 && when.minutesBefore <= 40_320
      ? [{ method: method === 'display' ? 'popup' : 'email', minutes: Math.round(when.minutesBefore) }]
      : [],
  )
  return { useDefault: false, overrides: overrides.slice(0, 5) }
}

function factsJson(facts: EventFacts, frame: Frame): EventJson {
  const { summary, description, location, url, privacy, organizer, guests, reminders, busy } = facts
  return {
    start: whenOf(facts.start, frame),
    end: endOf(facts, frame),
    ...(summary !== undefined && { summary }),
    ...(description !== undefined && { description: description.html ?? description.text }),
    ...(location !== undefined && { location }),
    ...(url !== undefined && { source: { url, title: url } }),
    ...(privacy !== undefined && { visibility: privacy }),
    ...(busy === 'free' && { transparency: 'transparent' }),
    ...(facts.status === 'tentative' && { status: 'tentative' }),
    ...(organizer?.address !== undefined && {
      organizer: { email: organizer.address, ...(organizer.name && { displayName: organizer.name }) },
    }),
    ...(guests !== undefined && guests.length > 0 && { attendees: guests.map(guestJson) }),
    reminders: remindersOf(reminders ?? []),
  }
}

function dateLine(name: string, moment: Moment): string {
  if ('date' in moment) return `${name};VALUE=DATE:${compact(moment.date)}`
  if (moment.zone === 'UTC') return `${name}:${compact(moment.local)}Z`
  return `${name}${moment.zone === undefined ? '' : `;TZID=${moment.zone}`}:${compact(moment.local)}`
}

/** An event as Google would keep it after it was imported: the master, and its exceptions without the master's id. */
export function toGoogle(event: CalendarEvent, frame: Frame): { readonly master: EventJson; readonly exceptions: readonly EventJson[] } {
  const { rules = [], exceptRules = [], dates = [], exceptDates = [] } = event.recurrence ?? {}
  const recurrence = [
    ...rules.map((rule) => `RRULE:${rule}`),
    ...exceptRules.map((rule) => `EXRULE:${rule}`),
    ...dates.map((moment) => dateLine('RDATE', moment)),
    ...exceptDates.map((moment) => dateLine('EXDATE', moment)),
  ]
  const master: EventJson = { ...factsJson(event, frame), iCalUID: event.uid, ...(recurrence.length > 0 && { recurrence }) }
  const exceptions = (event.overrides ?? []).map(({ insteadOf, ...facts }) => ({
    ...factsJson(facts, frame),
    iCalUID: event.uid,
    originalStartTime: whenOf(insteadOf, frame),
  }))
  return { master, exceptions }
}
