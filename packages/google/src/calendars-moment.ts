import { ianaZone, instantOf, type Moment, wallClock } from '@offramp/formats'
import { type Json, objectOf, textOf } from '@offramp/wire'

/** What is told of a time zone that nobody knows. */
export const ZONE_LOSS = 'It names a time zone that does not exist; its times are kept in the zone of the calendar.'

export interface ZoneNotes {
  /** The calendar's own: where an event names none, and where it names one that does not exist. */
  readonly zone: string
  note(loss: string): void
}

const isInstant = (dateTime: string): boolean => /(Z|[+-]\d\d:?\d\d)$/i.test(dateTime)

/** `start`, `end` and `originalStartTime`: a day, or an instant with the zone in which it was meant. Undefined where there is neither. */
export function momentOf(value: unknown, notes: ZoneNotes): Moment | undefined {
  const when = objectOf(value)
  const date = textOf(when['date'])
  if (date !== undefined) return { date }
  const dateTime = textOf(when['dateTime'])
  if (dateTime === undefined) return undefined
  const named = textOf(when['timeZone'])
  const known = named === undefined ? undefined : ianaZone(named)
  if (named !== undefined && known === undefined) notes.note(ZONE_LOSS)
  const zone = known ?? notes.zone
  // Without an offset it is the zone's own time already; Google always writes one.
  if (!isInstant(dateTime)) return { local: dateTime.replace(/\.\d+$/, ''), zone }
  // The offset is that of whatever zone the answer is shown in.
  const ms = Date.parse(dateTime)
  return Number.isNaN(ms) ? undefined : { local: wallClock(ms, zone), zone }
}

/** The zone in which a series is kept. */
export const zoneOf = (moment: Moment): string | undefined => ('date' in moment ? undefined : moment.zone)

/**
 * Which occurrence of a series is meant: of the sort and in the zone of the series' start, whatever the exception itself has become. A day that
 * stands for a timed occurrence has the time of the series, and an instant that stands for a day has its date.
 */
export function placeIn(master: Moment, original: Json, notes: ZoneNotes): Moment | undefined {
  const own = momentOf(original, { ...notes, zone: zoneOf(master) ?? notes.zone })
  if (own === undefined) return undefined
  if ('date' in master) return { date: 'date' in own ? own.date : own.local.slice(0, 10) }
  const place = { ...(master.zone === undefined ? {} : { zone: master.zone }) }
  if ('date' in own) return { local: `${own.date}T${master.local.slice(11)}`, ...place }
  const dateTime = textOf(original['dateTime']) ?? ''
  if (master.zone === undefined || master.zone === own.zone) return { local: own.local, ...place }
  const ms = isInstant(dateTime) ? Date.parse(dateTime) : instantOf(own)
  return { local: wallClock(ms, master.zone), ...place }
}
