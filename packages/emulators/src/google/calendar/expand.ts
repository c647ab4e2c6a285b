import type { calendar_v3 } from '@googleapis/calendar'
import { RRuleTemporal } from 'rrule-temporal'
import type { EventJson } from './state.ts'

type When = calendar_v3.Schema$EventDateTime

/** Milliseconds since the Unix epoch; `from` is in, `to` is not. */
export interface Span {
  readonly from: number
  readonly to: number
}

const DAY = 86_400_000

export const isAllDay = (event: EventJson): boolean => typeof event.start?.date === 'string'

/** A day begins at midnight UTC, so that days can be compared as instants are. */
export const instantOfWhen = (when: When | undefined): number => Date.parse(when?.dateTime ?? `${when?.date ?? ''}T00:00:00Z`)

/** How long it takes, in milliseconds. */
export function lengthOf(event: EventJson): number {
  if (event.endTimeUnspecified === true || event.end === undefined) return isAllDay(event) ? DAY : 0
  return instantOfWhen(event.end) - instantOfWhen(event.start)
}

const compact = (iso: string): string => iso.replaceAll(/[-:]|\.\d+/g, '')

const clocks = new Map<string, Intl.DateTimeFormat>()

function clockOf(zone: string): Intl.DateTimeFormat {
  const known =
    clocks.get(zone) ?? new Intl.DateTimeFormat('en-CA', { timeZone: zone, hourCycle: 'h23', dateStyle: 'short', timeStyle: 'medium' })
  clocks.set(zone, known)
  return known
}

/** What the clock on the wall shows in a zone. */
export function wallText(ms: number, zone: string): string {
  const parts = clockOf(zone).formatToParts(ms)
  const part = (type: string): string => parts.find((each) => each.type === type)?.value ?? ''
  return `${part('year')}${part('month')}${part('day')}T${part('hour')}${part('minute')}${part('second')}`
}

const asUtc = (wall: string): number => {
  const [, y, mo, d, h, mi, s] = (/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)$/.exec(wall) ?? []).map(Number)
  return Date.UTC(y ?? Number.NaN, (mo ?? 1) - 1, d ?? 1, h ?? 0, mi ?? 0, s ?? 0)
}

const offsetAt = (ms: number, zone: string): number => asUtc(wallText(ms, zone)) - ms

/**
 * Milliseconds of a local time in a zone. By the runtime's own zones: those of the library's Temporal miss what lasts a month (Morocco's
 * Ramadan). A time that the clock leaves out is as much later; of one that it shows twice, the first.
 */
export function instantOfLocal(local: string, zone: string): number {
  const wall = asUtc(compact(local))
  const [before, after] = [offsetAt(wall - DAY, zone), offsetAt(wall + DAY, zone)]
  if (Number.isNaN(wall)) throw new Error(`${local} is no time.`)
  const [early, late] = [wall - before, wall - after]
  if (offsetAt(early, zone) === before) return early
  return offsetAt(late, zone) === after ? late : early
}

export const zoneOf = (event: EventJson): string => (isAllDay(event) ? 'UTC' : (event.start?.timeZone ?? 'UTC'))

/** The instants of a list of dates: `EXDATE;TZID=Europe/Berlin:20250101T090000,...`. */
function datesIn(line: string, event: EventJson): readonly number[] {
  const [, parameters = '', values = ''] = /^[A-Z]+((?:;[^:]*)?):(.*)$/s.exec(line) ?? []
  const tzid = /;TZID="?([^;":]+)/i.exec(parameters)?.[1]
  return values.split(',').flatMap((value) => {
    const [start = ''] = value.split('/')
    const [, day = '', time, utc] = /^(\d{8})(?:T(\d{6})(Z)?)?$/.exec(start.trim()) ?? []
    if (day === '') return []
    const zone = isAllDay(event) || utc !== undefined ? 'UTC' : (tzid ?? zoneOf(event))
    // A day on its own takes the time of the series.
    const clock = isAllDay(event) ? '000000' : (time ?? wallText(instantOfWhen(event.start), zoneOf(event)).slice(9))
    return [instantOfLocal(`${day}T${clock}`, zone)]
  })
}

/** UNTIL as a day ends a series of days on that day, and one of times at the end of it. Otherwise what the wall shows then. */
function untilOnWall(rule: string, event: EventJson): string {
  return rule.replace(/UNTIL=(\d{8})(?:T(\d{6})(Z?))?/i, (_, day: string, time?: string, utc?: string) => {
    if (isAllDay(event)) return `UNTIL=${day}T000000Z`
    if (utc !== 'Z') return `UNTIL=${day}T${time ?? '235959'}Z`
    return `UNTIL=${wallText(asUtc(`${day}T${time}`), zoneOf(event))}Z`
  })
}

/** The library goes by the clock on the wall, as if that were UTC; instants are made of it afterwards. */
function ruleInstants(rule: string, event: EventJson, { from, to }: Span): readonly number[] {
  const zone = zoneOf(event)
  const wall = wallText(instantOfWhen(event.start), zone)
  const recurring = new RRuleTemporal({ rruleString: `DTSTART:${wall}Z\nRRULE:${untilOnWall(rule, event)}`, includeDtstart: false })
  const start = Math.max(from - DAY, -2_208_988_800_000)
  const end = Math.min(to + DAY, 4_102_444_800_000)
  if (start > end) return []
  const walls = recurring
    .between(new Date(start), new Date(end), true)
    .map((each) => compact(new Date(each.epochMilliseconds).toISOString()))
  return walls.map((each) => instantOfLocal(each.slice(0, 15), zone)).filter((at) => at >= from && at <= to)
}

/** The first occurrence by its rules alone. Of a start that its own rule does not give, calendars make different things. */
export function firstByRule(event: EventJson): number | undefined {
  const start = instantOfWhen(event.start)
  const [rule] = (event.recurrence ?? []).filter((line) => /^RRULE/i.test(line))
  if (rule === undefined) return undefined
  return ruleInstants(rule.slice(rule.indexOf(':') + 1), event, { from: start, to: start + 400 * DAY })[0]
}

/**
 * Starts of every occurrence of a series by its own lines, in order; exceptions are not looked at. By another library than the product's, so
 * that the one can be held against the other.
 */
export function startsOf(event: EventJson, span: Span): readonly number[] {
  const lines = event.recurrence ?? []
  const valuesOf = (name: string): string[] =>
    lines.filter((line) => new RegExp(`^${name}[;:]`, 'i').test(line)).map((line) => line.slice(line.indexOf(':') + 1))
  const listed = (name: string): number[] =>
    lines.filter((line) => new RegExp(`^${name}[;:]`, 'i').test(line)).flatMap((line) => [...datesIn(line, event)])
  const away = new Set([...listed('EXDATE'), ...valuesOf('EXRULE').flatMap((rule) => [...ruleInstants(rule, event, span)])])
  const there = [
    instantOfWhen(event.start),
    ...listed('RDATE'),
    ...valuesOf('RRULE').flatMap((rule) => [...ruleInstants(rule, event, span)]),
  ]
  return [...new Set(there)].filter((at) => at >= span.from && at < span.to && !away.has(at)).sort((left, right) => left - right)
}
