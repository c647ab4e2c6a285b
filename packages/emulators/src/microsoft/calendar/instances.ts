import { occurrenceTimes } from './calendars.ts'
import { dateOf, dayOf, daysOf } from './dates.ts'
import type { EventState, ExceptionState, Times } from './state.ts'
import { instantAt, wallAt } from './zones.ts'

/** One occurrence as it truly is. Milliseconds since the Unix epoch; whole days begin and end at midnights of UTC. */
export interface Instance {
  readonly start: number
  readonly end: number
  readonly allDay: boolean
  readonly subject: string
  /** The day on which it would have been; undefined for a single event. */
  readonly date?: string
  readonly exception?: ExceptionState
}

export const startOf = ({ start, isAllDay }: Times, zone: string): number => instantAt(start, isAllDay ? 'UTC' : zone)
export const endOf = ({ end, isAllDay }: Times, zone: string): number => instantAt(end, isAllDay ? 'UTC' : zone)

/** Every occurrence that begins in [from, to), in order. By Graph's own patterns and the runtime's clocks: nothing of iCalendar is in it. */
export function instancesOf(event: EventState, from: number, to: number): readonly Instance[] {
  const zone = event.zone.iana
  const at = (times: Times, subject: string): Instance => ({
    start: startOf(times, zone),
    end: endOf(times, zone),
    allDay: times.isAllDay,
    subject,
  })
  const subject = event.words.subject ?? ''
  const all: Instance[] = []
  if (event.recurrence === undefined) all.push(at(event.times, subject))
  else {
    const last = dayOf(wallAt(to, zone)) + 1
    for (const day of daysOf(event.recurrence, last)) {
      const date = dateOf(day)
      if (!event.cancelled.has(date) && !event.exceptions.has(date)) all.push({ ...at(occurrenceTimes(event, date), subject), date })
    }
    for (const exception of event.exceptions.values()) {
      all.push({ ...at(exception.times, exception.words.subject ?? ''), date: exception.date, exception })
    }
  }
  return all.filter(({ start }) => start >= from && start < to).sort((left, right) => left.start - right.start)
}

/** Whether a series has an occurrence on a day, cancelled or moved ones among them. */
export const isDayOf = (event: EventState, date: string): boolean =>
  event.recurrence !== undefined && daysOf(event.recurrence, dayOf(date)).at(-1) === dayOf(date)

/** The first days of a series that stand as they were planned, for a person who changes one. */
export function plainDays(event: EventState, most: number): readonly string[] {
  if (event.recurrence === undefined) return []
  const until = dayOf(event.times.start) + 3_660
  return daysOf(event.recurrence, until)
    .slice(0, most * 4)
    .map(dateOf)
    .filter((date) => !event.cancelled.has(date) && !event.exceptions.has(date))
    .slice(0, most)
}
