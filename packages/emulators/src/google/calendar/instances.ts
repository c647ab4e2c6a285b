import { instantOfWhen, isAllDay, lengthOf, type Span, startsOf, wallText, zoneOf } from './expand.ts'
import { type EventJson, isCancelled } from './state.ts'

/** An occurrence as it truly takes place. Milliseconds since the Unix epoch; days begin at midnight UTC. */
export interface Occurrence {
  readonly start: number
  readonly end: number
  readonly allDay: boolean
  readonly summary?: string
}

const idOf = (master: EventJson, at: number): string =>
  `${master.id}_${wallText(at, 'UTC').slice(0, isAllDay(master) ? 8 : 15)}${isAllDay(master) ? '' : 'Z'}`

function whenOf(master: EventJson, at: number): NonNullable<EventJson['start']> {
  if (isAllDay(master)) return { date: new Date(at).toISOString().slice(0, 10) }
  return { dateTime: new Date(at).toISOString().replace('.000Z', 'Z'), timeZone: zoneOf(master) }
}

const originOf = (event: EventJson): number => instantOfWhen(event.originalStartTime)

/** Every occurrence of a series between two instants, exceptions in their places and deleted ones left out, as `events.instances` gives them. */
export function instancesOf(master: EventJson, exceptions: readonly EventJson[], span: Span): readonly EventJson[] {
  const instead = new Map(exceptions.map((each) => [originOf(each), each]))
  // What was moved into the span belongs there, and what was moved out does not.
  const plain = startsOf(master, span).flatMap((at) => {
    if (instead.has(at)) return []
    const { recurrence: _, ...facts } = master
    const times = { start: whenOf(master, at), end: whenOf(master, at + lengthOf(master)), originalStartTime: whenOf(master, at) }
    return [{ ...facts, ...times, id: idOf(master, at), recurringEventId: master.id ?? null }]
  })
  const moved = exceptions.filter((each) => {
    const at = instantOfWhen(each.start)
    return !isCancelled(each) && at >= span.from && at < span.to
  })
  return [...plain, ...moved].sort((left, right) => instantOfWhen(left.start) - instantOfWhen(right.start))
}

/** When a single event or a series truly takes place. */
export function occurrencesOf(event: EventJson, exceptions: readonly EventJson[], span: Span): readonly Occurrence[] {
  const all = (event.recurrence ?? []).length > 0 ? instancesOf(event, exceptions, span) : [event]
  return all.flatMap((each) => {
    const start = instantOfWhen(each.start)
    if (start < span.from || start >= span.to) return []
    const { summary } = each
    return [{ start, end: start + lengthOf(each), allDay: isAllDay(each), ...(typeof summary === 'string' && { summary }) }]
  })
}
