import type { Moment } from '../calendar/model.ts'
import { notUnderstood } from '../not-understood.ts'
import { offsetAt } from './offset-at.ts'

const DAY = 86_400_000
const DATE = /^\d{4}-\d{2}-\d{2}$/
const LOCAL = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}$/

/** A local time as if it were UTC, in milliseconds; undefined for what no calendar and no clock shows (30 February, 25 o'clock). */
export function asIfUtc(text: string): number | undefined {
  const shaped = DATE.test(text) ? `${text}T00:00:00` : LOCAL.test(text) ? text : undefined
  if (shaped === undefined) return undefined
  const ms = Date.parse(`${shaped}Z`)
  // `Date.parse` takes 30 February for 1 March.
  return Number.isNaN(ms) || new Date(ms).toISOString().slice(0, 19) !== shaped ? undefined : ms
}

/** RFC 5545, 3.3.5: a time that comes twice is the first of both, a time that is left out is counted with the offset before the gap. */
function inZone(local: number, zone: string): number {
  const before = offsetAt(zone, local - DAY)
  const after = offsetAt(zone, local + DAY)
  for (const offset of [Math.max(before, after), Math.min(before, after)]) {
    if (offsetAt(zone, local - offset) === offset) return local - offset
  }
  return local - before
}

/**
 * The instant of a moment in milliseconds since the Unix epoch. A day is its midnight in `floatingZone`, as is a time without a zone (default UTC).
 * Gaps and overlaps of the clock as RFC 5545 says. Fault `item`/`not-understood` for a date that does not exist.
 */
export function instantOf(moment: Moment, floatingZone = 'UTC'): number {
  const local = asIfUtc('date' in moment ? moment.date : moment.local)
  if (local === undefined) throw notUnderstood('It holds a date or time that does not exist.')
  const zone = ('local' in moment ? moment.zone : undefined) ?? floatingZone
  return zone === 'UTC' ? local : inZone(local, zone)
}
