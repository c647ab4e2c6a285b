import { RRuleTemporal } from 'rrule-temporal'
import type { Moment } from '../calendar/model.ts'

/** One time of a rule: as an instant (milliseconds since the Unix epoch), and as its own wall clock shows it. */
export interface Time {
  readonly ms: number
  readonly local: string
}

const HOUR = 3_600_000
const clocks = new Map<string, Intl.DateTimeFormat>()

/** What a clock shows at an instant, as if it were UTC. Straight from the runtime: Swedish dates are nearly ISO. */
function shown(zone: string, ms: number): number {
  const clock =
    clocks.get(zone) ?? new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short', timeStyle: 'medium', hourCycle: 'h23' })
  clocks.set(zone, clock)
  return Date.parse(`${clock.format(ms).replace(' ', 'T')}Z`)
}

/**
 * The first instant at which a clock shows a time, by trying; undefined where it never does. Shares nothing with `instantOf`. (The zoned arithmetic of
 * rrule-temporal 2.2.8 is not used: its Temporal misses changes that last only a month, such as Morocco's Ramadan.)
 */
function instantAt(local: number, zone: string): number | undefined {
  if (zone === 'UTC') return local
  const offsets = new Set([-30, -12, 0, 12, 30].map((hours) => shown(zone, local + hours * HOUR) - (local + hours * HOUR)))
  return [...offsets]
    .map((offset) => local - offset)
    .filter((ms) => shown(zone, ms) === local)
    .sort((a, b) => a - b)[0]
}

const localOf = (moment: Moment): number => Date.parse(`${'date' in moment ? `${moment.date}T00:00:00` : moment.local}Z`)
const zoneOf = (moment: Moment): string => ('date' in moment ? 'UTC' : (moment.zone ?? 'UTC'))
const text = (ms: number): string => new Date(ms).toISOString().slice(0, 19)

/** The instant of a moment; a day is its midnight in UTC. NaN for a time that its clock leaves out. */
export const instantBy = (moment: Moment): number => instantAt(localOf(moment), zoneOf(moment)) ?? Number.NaN

/**
 * The times of a rule from its start to an instant, by rrule-temporal, which shares nothing with ical.js. The rule's UNTIL is a local time. Undefined
 * where the rule gives a time that its clock leaves out: readers differ about those (RFC 5545, 3.3.10, wants them ignored; ical.js, Exchange and Google
 * move them).
 */
export function expand(rule: string, start: Moment, to: number, most = 10_000): readonly Time[] | undefined {
  const line = `DTSTART:${text(localOf(start)).replaceAll(/[-:]/g, '')}Z`
  const series = new RRuleTemporal({ rruleString: `${line}\nRRULE:${rule}`, tzid: 'UTC', maxIterations: 100_000 })
  const times: Time[] = []
  for (const time of series.all((next, nth) => next.epochMilliseconds <= to + 15 * HOUR && nth < most)) {
    const local = time.epochMilliseconds
    const ms = instantAt(local, zoneOf(start))
    if (ms === undefined) return undefined
    if (ms <= to) times.push({ ms, local: text(local) })
  }
  return times
}
