import ICAL from 'ical.js'
import { notUnderstood } from '../not-understood.ts'
import { instantOf } from '../zone/instant-of.ts'
import { wallClock } from '../zone/wall-clock.ts'
import type { Moment } from './model.ts'

/** A rule as ical.js reads it: names in lower case, lists as arrays or single values. */
export type RuleParts = Readonly<Record<string, unknown>>

export interface Rule {
  readonly freq: string
  readonly interval: number
  readonly count?: number
  /** Of the sort of the series' start: a day, an instant (milliseconds since the Unix epoch), or a local time where the start has no zone. */
  readonly until?: { readonly date: string } | { readonly at: number } | { readonly local: string }
  /** All BY... and WKST, as jCal has them. */
  readonly by: RuleParts
}

const BY = ['bymonth', 'byweekno', 'byyearday', 'bymonthday', 'byday', 'byhour', 'byminute', 'bysecond', 'bysetpos'] as const
/** What RFC 5545 knows of. */
const KNOWN: ReadonlySet<string> = new Set(['freq', 'interval', 'count', 'until', 'wkst', ...BY])

/** A rule of jCal as text, with all that it says: ical.js 2.2.1 drops what it does not know (RSCALE), which would make it another rule. */
export function ruleText(value: unknown): string {
  const parts: Readonly<Record<string, unknown>> = Object(value)
  const text = ICAL.Recur.fromData({ ...parts }).toString()
  const foreign = Object.keys(parts).filter((name) => name !== '' && !KNOWN.has(name))
  return [text, ...foreign.map((name) => `${name.toUpperCase()}=${String(parts[name])}`)].join(';')
}

const FREQUENCIES = new Set(['YEARLY', 'MONTHLY', 'WEEKLY', 'DAILY', 'HOURLY', 'MINUTELY', 'SECONDLY'])

const foreign = () => notUnderstood('Its rule of repetition follows a calendar that servers cannot count by.')
const nonsense = (cause?: unknown) => notUnderstood('Its rule of repetition cannot be read.', cause)

function read(line: string): Record<string, unknown> {
  try {
    // `RRULE:` in front, white space and the case of letters are the only liberties of the sources that we have seen.
    const text = line.trim().replace(/^(?:RRULE|EXRULE)[^:=]*:/i, '')
    const property = ICAL.Property.fromString(`RRULE:${text.toUpperCase().replaceAll(/\s+/g, '').replace(/;+$/, '')}`)
    const parts: unknown = property.toJSON()[3]
    if (typeof parts === 'object' && parts !== null) return { ...parts }
  } catch (cause) {
    throw nonsense(cause)
  }
  throw nonsense()
}

const DATE = /^\d{4}-\d{2}-\d{2}$/

/**
 * UNTIL as RFC 5545 wants it beside this start: a day for days, an instant where there is a zone, a local time where there is none. Google and others
 * write a day beside a time (it holds until the end of that day) and a time beside a day.
 */
function untilOf(until: string, start: Moment): NonNullable<Rule['until']> {
  const local = until.replace(/Z$/, '')
  const day = local.slice(0, 10)
  if ('date' in start) {
    instantOf({ date: day })
    return { date: day }
  }
  const time = DATE.test(until) ? `${day}T23:59:59` : local
  if (start.zone === undefined) {
    instantOf({ local: time })
    return { local: time }
  }
  return { at: instantOf({ local: time, zone: until.endsWith('Z') ? 'UTC' : start.zone }) }
}

const whole = (value: unknown): number | undefined =>
  typeof value === 'number' && Number.isInteger(value) && value > 0 ? value : undefined

/** Reads one rule of a series that begins at `start`, and mends what others get wrong. Fault `item`/`not-understood` where it says nothing. */
export function readRule(line: string, start: Moment): Rule {
  const parts = read(line)
  const { freq, interval, count, until, wkst } = parts
  if (typeof freq !== 'string' || !FREQUENCIES.has(freq)) throw nonsense()
  // RFC 7529: no server of those that we know follows another calendar, or moves what falls on a missing day.
  if ((parts['rscale'] ?? 'GREGORIAN') !== 'GREGORIAN' || (parts['skip'] ?? 'OMIT') !== 'OMIT') throw foreign()
  if (Object.keys(parts).some((name) => !KNOWN.has(name) && name !== 'rscale' && name !== 'skip')) throw nonsense()
  const by: Record<string, unknown> = {}
  for (const name of BY) if (parts[name] !== undefined) by[name] = parts[name]
  if (wkst !== undefined) by['wkst'] = wkst
  const times = whole(count)
  if (count !== undefined && times === undefined) throw nonsense()
  return {
    freq,
    interval: whole(interval) ?? 1,
    ...(times === undefined ? {} : { count: times }),
    ...(typeof until === 'string' ? { until: untilOf(until, start) } : {}),
    by,
  }
}

/** The rule as jCal, its parts in an order of ours, without what is the default anyway. */
export function ruleAsJcal({ freq, interval, count, until, by }: Rule): Record<string, unknown> {
  const end =
    until === undefined ? undefined : 'date' in until ? until.date : 'at' in until ? `${wallClock(until.at, 'UTC')}Z` : until.local
  return {
    freq,
    ...(interval > 1 ? { interval } : {}),
    ...by,
    ...(end === undefined ? {} : { until: end }),
    ...(count === undefined ? {} : { count }),
  }
}
