import ICAL from 'ical.js'
import { readCalendar } from '../ical/read-calendar.ts'
import { all, type Found, parameter, textOf } from '../ical/read-components.ts'
import { type Meant, meantBy, momentOf, momentsOf } from '../meaning/moments.ts'
import { notUnderstood, orNotUnderstood } from '../not-understood.ts'
import type { Moment } from './model.ts'
import { readRule, ruleText } from './rule.ts'
import { timesOfRule } from './series.ts'

/** One time that an event takes place. Milliseconds since the Unix epoch; days and floating times are counted as if they were UTC. */
export interface Occurrence {
  readonly start: number
  readonly end: number
  readonly allDay: boolean
  readonly summary?: string
}

const DAY = 86_400_000

interface Window {
  readonly from: number
  readonly to: number
}

interface Context {
  readonly master: Found
  readonly zones: readonly Found[]
  readonly window: Window
}

/** How long it takes, by its end or its duration. Milliseconds. */
function lengthOf(event: Found, start: Meant, zones: readonly Found[]): number {
  const end = momentOf(event, 'dtend', zones)
  if (end !== undefined) return Math.max(end.ms - start.ms, 0)
  const [duration] = all(event, 'duration')
  if (duration === undefined) return start.sort === 'day' ? DAY : 0
  return ICAL.Duration.fromString(String(duration[3])).toSeconds() * 1000
}

function occurrence(event: Found, start: Meant, length: number): Occurrence {
  const summary = textOf(event, 'summary')
  const times = { start: start.ms, end: start.ms + length, allDay: start.sort === 'day' }
  return summary === undefined ? times : { ...times, summary }
}

function startOf(event: Found, zones: readonly Found[]): Meant {
  const start = momentOf(event, 'dtstart', zones)
  if (start === undefined) throw notUnderstood('It does not say when it begins.')
  return start
}

/**
 * The length of one occurrence: of days, in days; of times, by the wall clock, so that an evening over the change of the clocks ends when it says
 * (a DTEND moves with its start; RFC 5545, 3.8.5.3).
 */
function movedLength(event: Found, { ms }: Meant, zones: readonly Found[], length: number): number {
  const [begin] = all(event, 'dtstart')
  const [end] = all(event, 'dtend')
  const tzid = begin === undefined ? undefined : parameter(begin, 'tzid')
  if (begin === undefined || end === undefined || tzid === undefined || parameter(end, 'tzid') !== tzid) return length
  const local = (value: unknown): number => Date.parse(`${String(value)}Z`)
  const first = meantBy(begin[3], tzid, zones)
  const wall = local(end[3]) - local(begin[3])
  const offset = first.offset?.(ms) ?? 0
  const until = new Date(ms + offset + wall).toISOString().slice(0, 19)
  return meantBy(until, tzid, zones).ms - ms
}

/** The start as the rules count from it: in its own zone where that has a name of IANA's, else as the file's zone has it, floating. */
function momentOfStart(event: Found): Moment {
  const value = String(all(event, 'dtstart')[0]?.[3] ?? '')
  return value.length === 10 ? { date: value } : { local: value.replace(/Z$/, '') }
}

/** UNTIL of a zoned series is an instant; the rest of a rule is local. */
function* ruled(rule: readonly unknown[], { master, zones }: Context): Generator<Meant> {
  const [begin] = all(master, 'dtstart')
  const tzid = begin === undefined ? undefined : parameter(begin, 'tzid')
  const utc = String(begin?.[3]).endsWith('Z')
  const start = momentOfStart(master)
  const { until, ...parts } = Object(rule[3])
  const text = ruleText(parts)
  const last = until === undefined ? undefined : endOf(String(until), tzid, zones)
  for (const time of timesOfRule(readRule(text, start), start)) {
    const meant = meantBy(utc ? `${time}Z` : time, tzid, zones)
    if (last !== undefined && meant.ms > last) return
    yield meant
  }
}

/** A day as UNTIL holds to its end. */
function endOf(until: string, tzid: string | undefined, zones: readonly Found[]): number {
  const meant = meantBy(until.length === 10 && tzid !== undefined ? `${until}T23:59:59` : until, tzid, zones)
  return until.length === 10 && tzid === undefined ? meant.ms + DAY - 1000 : meant.ms
}

function masterStarts(context: Context): ReadonlyMap<number, Meant> {
  const { master, zones, window } = context
  const first = startOf(master, zones)
  const starts = new Map([[first.ms, first]])
  for (const rule of all(master, 'rrule')) {
    for (const time of ruled(rule, context)) {
      if (time.ms > window.to) break
      starts.set(time.ms, time)
    }
  }
  for (const property of all(master, 'rdate')) for (const time of momentsOf(property, zones)) starts.set(time.ms, time)
  for (const property of all(master, 'exdate')) for (const time of momentsOf(property, zones)) starts.delete(time.ms)
  for (const rule of all(master, 'exrule')) {
    for (const time of ruled(rule, context)) {
      if (time.ms > window.to) break
      starts.delete(time.ms)
    }
  }
  return starts
}

function mainOf(events: readonly Found[]): Found | undefined {
  return events.find((event) => all(event, 'recurrence-id').length === 0)
}

/**
 * When the event of a calendar object takes place between two instants (both included, milliseconds since the Unix epoch; an occurrence counts by its
 * start), in order, overrides in the place of what they replace. Rules are followed by ical.js. Fault `item`/`not-understood` for what cannot be read, and
 * for a rule of which no program can list the times; never hangs.
 */
export const occurrences = (bytes: Uint8Array, from: number, to: number): readonly Occurrence[] =>
  orNotUnderstood(() => listed(bytes, { from, to }))

function listed(bytes: Uint8Array, { from, to }: Window): readonly Occurrence[] {
  const { found } = readCalendar(bytes)
  const zones = found.filter(({ name }) => name === 'vtimezone')
  const events = found.filter(({ name }) => name === 'vevent')
  const master = mainOf(events)
  if (events.length === 0) throw notUnderstood('It holds no VEVENT.')
  const given: Occurrence[] = []
  const replaced = new Set<number>()
  for (const event of events) {
    if (event === master) continue
    const instead = momentOf(event, 'recurrence-id', zones)
    const start = startOf(event, zones)
    if (instead !== undefined) replaced.add(instead.ms)
    given.push(occurrence(event, start, lengthOf(event, start, zones)))
  }
  if (master !== undefined) {
    const length = lengthOf(master, startOf(master, zones), zones)
    for (const start of masterStarts({ master, zones, window: { from, to } }).values()) {
      if (!replaced.has(start.ms)) given.push(occurrence(master, start, movedLength(master, start, zones, length)))
    }
  }
  return given.filter(({ start }) => start >= from && start <= to).sort((a, b) => a.start - b.start || a.end - b.end)
}
