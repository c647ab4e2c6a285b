import type { CalendarEvent } from '@offramp/formats'
import { type Calendar, timesOf } from './calendar.ts'
import { instantOfWhen, isAllDay, wallText } from './expand.ts'
import { toGoogle } from './from-model.ts'
import type { EventJson } from './state.ts'

/** Google's name of an occurrence: the series' id and the UTC time at which it would have been. */
export function exceptionId(master: EventJson, origin: EventJson['originalStartTime']): string {
  const text = wallText(instantOfWhen(origin), 'UTC')
  return `${master.id}_${isAllDay(master) ? text.slice(0, 8) : `${text}Z`}`
}

/** Puts an occurrence that differs from its series, or is deleted, beside it. */
export function putException(calendar: Calendar, master: EventJson, change: EventJson): EventJson {
  const { recurrence: _, id: __, etag: ___, ...facts } = master
  const placed = { ...change, ...timesOf(change, calendar.facts.timeZone) }
  const id = exceptionId(master, placed.originalStartTime)
  return calendar.put({ ...facts, ...placed, id, recurringEventId: master.id ?? null, iCalUID: master.iCalUID ?? null })
}

/** Puts an event of the product's own model there, with all its exceptions. Answers with the id of the event. */
export function putModel(calendar: Calendar, event: CalendarEvent): string {
  const { master, exceptions } = toGoogle(event, { zone: calendar.facts.timeZone })
  const put = calendar.put(master)
  for (const each of exceptions) putException(calendar, put, each)
  return put.id ?? ''
}
