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

/** Milliseconds of a local time in a zone. */
export function instantOfLocal(local: string, zone: string): number {
  const [first] = new RRuleTemporal({ rruleString: `DTSTART;TZID=${zone}:${compact(local)}\nRRULE:FREQ=DAILY;COUNT=1` }).all()
  if (first === undefined) throw new Error(`${local} in ${zone} is no time.`)
  return first.epochMilliseconds
}

/** What the clock on the wall shows in a zone. */
export function wallText(ms: number, zone: string): string {
  const parts = new Intl.DateTimeFormat('en-CA', {
    timeZone: zone,
    hourCycle: 'h23',
    dateStyle: 'short',
    timeStyle: 'medium',
  }).formatToParts(ms)
  const part = (type: string): string => parts.find((each) => each.type === type)?.value ?? ''
  return `${part('year')}${part('month')}${part('day')}T${part('hour')}${part('minute')}${part('second')}`
}

export const zoneOf = (event: EventJson): string => (isAllDay(event) ? 'UTC' : (event.start?.timeZone ?? 'UTC'))

function dtstart(event: EventJson): string {
  const zone = zoneOf(event)
  const start = instantOfWhen(event.start)
  return zone === 'UTC' ? `DTSTART:${compact(new Date(start).toISOString())}` : `DTSTART;TZID=${zone}:${wallText(start, zone)}`
}

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
    const rule = new RRuleTemporal({ rruleString: `DTSTART;TZID=${zone}:${day}T${clock}\nRRULE:FREQ=DAILY;COUNT=1` })
    return rule.all().map((each) => each.epochMilliseconds)
  })
}

/**
 * UNTIL as a day ends a series of days on that day, and one of times at the end of it; as a local time it is that of the series' zone. The library
 * takes UTC alone.
 */
function ruleText(rule: string, event: EventJson): string {
  return rule.replace(/UNTIL=(\d{8})(?:T(\d{6})(Z?))?/i, (_, day: string, time?: string, utc?: string) => {
    if (isAllDay(event)) return `UNTIL=${day}T000000Z`
    if (utc === 'Z') return `UNTIL=${day}T${time}Z`
    return `UNTIL=${compact(new Date(instantOfLocal(`${day}T${time ?? '235959'}`, zoneOf(event))).toISOString())}`
  })
}

function ruleInstants(rule: string, event: EventJson, { from, to }: Span): readonly number[] {
  const recurring = new RRuleTemporal({ rruleString: `${dtstart(event)}\nRRULE:${ruleText(rule, event)}`, includeDtstart: false })
  const start = Math.max(from, -2_208_988_800_000)
  const end = Math.min(to, 4_102_444_800_000)
  return start > end ? [] : recurring.between(new Date(start), new Date(end), true).map((each) => each.epochMilliseconds)
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
