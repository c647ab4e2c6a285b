import ICAL from 'ical.js'
import type { Property } from '../ical/jcal.ts'
import { all, type Found, parameter } from '../ical/read-components.ts'
import { notUnderstood } from '../not-understood.ts'
import { zoneOfFile } from '../zone/foreign-zones.ts'
import { asIfUtc, instantOf } from '../zone/instant-of.ts'
import { wallClock } from '../zone/wall-clock.ts'
import type { Moment } from './model.ts'

/** What a file says about its zones. */
export interface FileZones {
  readonly zones: readonly Found[]
  /** For times with a TZID that nobody knows (X-WR-TIMEZONE). */
  readonly usual?: string
}

/** One value of days or times. Fault `item`/`not-understood` for what no calendar shows. A zone that nobody knows leaves the wall clock, floating. */
export function readMoment(value: unknown, tzid: string | undefined, { zones, usual }: FileZones): Moment {
  const text = String(value)
  const plain = text.replace(/Z$/, '')
  if (asIfUtc(plain) === undefined) throw notUnderstood('It holds a date or time that does not exist.')
  if (plain.length === 10) return { date: plain }
  if (text.endsWith('Z')) return { local: plain, zone: 'UTC' }
  const zone = tzid === undefined ? undefined : (zoneOfFile(tzid, zones, plain) ?? usual)
  return zone === undefined ? { local: plain } : { local: plain, zone }
}

/** All values of a property. A period counts by its beginning. */
export const readMoments = (property: Property, file: FileZones): readonly Moment[] =>
  property.slice(3).map((value) => readMoment(Array.isArray(value) ? value[0] : value, parameter(property, 'tzid'), file))

/** The first value of a component's property. */
export function momentOfProperty(found: Found, name: string, file: FileZones): Moment | undefined {
  const [property] = all(found, name)
  return property === undefined ? undefined : readMoments(property, file)[0]
}

const DAY = 86_400_000
/** A hundred years, in seconds. */
const LONGEST = 100 * 366 * 86_400

/** A moment some time later. Days count as the calendar counts them, hours as they pass (RFC 5545, 3.3.6). */
export function later(start: Moment, text: string): Moment {
  const duration = ICAL.Duration.fromString(text)
  if (Math.abs(duration.toSeconds()) > LONGEST) throw notUnderstood('It lasts longer than any calendar can show.')
  const sign = duration.isNegative ? -1 : 1
  const days = sign * (duration.weeks * 7 + duration.days) * DAY
  const rest = sign * (duration.hours * 3600 + duration.minutes * 60 + duration.seconds) * 1000
  const local = asIfUtc('date' in start ? start.date : start.local) ?? 0
  if ('date' in start) return { date: new Date(local + days + Math.floor(rest / DAY) * DAY).toISOString().slice(0, 10) }
  const moved = new Date(local + days).toISOString().slice(0, 19)
  const { zone } = start
  if (zone === undefined) return { local: new Date(local + days + rest).toISOString().slice(0, 19) }
  return { zone, local: wallClock(instantOf({ local: moved, zone }) + rest, zone) }
}
