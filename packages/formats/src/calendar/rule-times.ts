import ICAL from 'ical.js'
import { notUnderstood } from '../not-understood.ts'
import { asIfUtc } from '../zone/instant-of.ts'
import { fitsDay, many, ruleYear, WEEKDAYS, weekBegin } from './fits-rule.ts'
import type { Rule, RuleParts } from './rule.ts'

/** How many candidates may lie between two times of a rule: 29 February needs 2,922 days around 1900. */
const MOST_BETWEEN = 20_000
/** How many times of a rule are listed: one a day for 270 years. */
const MOST = 100_000
const LATEST_YEAR = 2300

const endless = (cause?: unknown) => notUnderstood('Its rule of repetition gives no times, or more than any program can list.', cause)

/** Days and times as ical.js knows them, without a zone. */
const timeOf = (text: string): ICAL.Time => (text.length === 10 ? ICAL.Time.fromDateString(text) : ICAL.Time.fromDateTimeString(text))

const UNIT_SECONDS: Readonly<Record<string, number>> = {
  YEARLY: 31_556_952,
  MONTHLY: 2_629_746,
  WEEKLY: 604_800,
  DAILY: 86_400,
  HOURLY: 3600,
  MINUTELY: 60,
  SECONDLY: 1,
}

/** ical.js counts its way through an interval: one of thousands of years would not end. Nothing comes a second time before the calendar ends. */
const onlyOnce = (rule: Rule): boolean => rule.interval * (UNIT_SECONDS[rule.freq] ?? 1) > 400 * 31_556_952

interface Guarded {
  check_contracting_rules?: () => boolean
}

/**
 * ical.js looks for the next time in a loop that does not end where there is none (every 30 February, seen in 2.2.1). This ends it: the loop asks
 * `check_contracting_rules` about every candidate. Returns what starts the count again.
 */
function guard(iterator: ICAL.RecurIterator): () => void {
  const guarded: Guarded = Object(iterator)
  const original = guarded.check_contracting_rules
  let asked = 0
  guarded.check_contracting_rules = () => {
    if (++asked > MOST_BETWEEN) throw endless()
    return original?.call(iterator) ?? true
  }
  return () => {
    asked = 0
  }
}

function* byLibrary(parts: RuleParts, start: string): Generator<string> {
  try {
    const iterator = ICAL.Recur.fromData({ ...parts }).iterator(timeOf(start))
    const found = guard(iterator)
    for (let next = iterator.next(); next !== null && next !== undefined && next.year <= LATEST_YEAR; next = iterator.next()) {
      found()
      yield next.toString().replace(/Z$/, '')
    }
  } catch (cause) {
    throw cause instanceof Error && cause.name === 'Fault' ? cause : endless(cause)
  }
}

const DAY_PARTS = ['byday', 'bymonthday', 'byyearday', 'byweekno']

/** What a rule leaves to its start, in so many words. */
function explicit({ freq, by }: Rule, start: string): RuleParts {
  const day = new Date(asIfUtc(start.slice(0, 10)) ?? 0)
  const has = (...names: readonly string[]): boolean => names.some((name) => by[name] !== undefined)
  const more: Record<string, unknown> = {}
  if (freq === 'WEEKLY' && !has('byday')) more['byday'] = WEEKDAYS[day.getUTCDay()]
  if (freq === 'MONTHLY' && !has(...DAY_PARTS)) more['bymonthday'] = day.getUTCDate()
  if (freq === 'YEARLY') {
    if (has('byweekno') && !has('byday')) more['byday'] = WEEKDAYS[day.getUTCDay()]
    if (!has(...DAY_PARTS)) more['bymonthday'] = day.getUTCDate()
    if (!has('bymonth', 'byday', 'byyearday', 'byweekno', 'bymonthday')) more['bymonth'] = day.getUTCMonth() + 1
  }
  return { ...by, ...more }
}

/** Yearly rules of which ical.js 2.2.1 lists other days than they say: weeks by number, `20MO`, days of the year beside other parts. */
const astray = (freq: string, by: RuleParts): boolean =>
  freq === 'YEARLY' &&
  (by['byweekno'] !== undefined ||
    by['byyearday'] !== undefined ||
    (by['bymonth'] === undefined && many(by['byday']).some((day) => String(day).length > 2)))

/**
 * ical.js lists, and what it lists beside the rule is left out again: in a year without 29 February it gives 1 March, and the start even where the rule
 * does not allow it. Rules on which it goes astray are listed day by day.
 */
function* plain({ freq, interval, by }: Rule, start: string): Generator<string> {
  const first = ruleYear(start, by)
  const { byhour, byminute, bysecond } = by
  const clock = {
    ...(byhour === undefined ? {} : { byhour }),
    ...(byminute === undefined ? {} : { byminute }),
    ...(bysecond === undefined ? {} : { bysecond }),
  }
  const daily = astray(freq, by)
  const parts = daily ? { freq: 'DAILY', interval: 1, ...clock } : { freq, interval, ...by }
  let between = 0
  for (const time of byLibrary(parts, start)) {
    if (++between > MOST_BETWEEN) throw endless()
    if (!fitsDay(time, freq, by) || (daily && (ruleYear(time, by) - first) % interval !== 0)) continue
    between = 0
    yield time
  }
}

const dayText = (ms: number): string => new Date(ms).toISOString().slice(0, 10)
const week = (time: string, { by }: Rule): string => dayText(weekBegin(asIfUtc(time.slice(0, 10)) ?? 0, String(by['wkst'] ?? 'MO')))

/** What the times of one year, month, week ... have in common. */
function periodOf(time: string, rule: Rule): string {
  if (rule.freq === 'YEARLY') return String(ruleYear(time, rule.by))
  if (rule.freq === 'WEEKLY') return week(time, rule)
  return time.slice(0, { MONTHLY: 7, HOURLY: 13, MINUTELY: 16, SECONDLY: 19 }[rule.freq] ?? 10)
}

/** The first day of the start's period: positions are counted from there, also over times before the start. */
function periodBegin(rule: Rule, start: string): string {
  const rest = start.slice(10)
  if (rule.freq === 'YEARLY') return `${start.slice(0, 4)}-01-01${rest}`
  if (rule.freq === 'MONTHLY') return `${start.slice(0, 7)}-01${rest}`
  return rule.freq === 'WEEKLY' ? `${week(start, rule)}${rest}` : start
}

/** BYSETPOS over the times of each period: ical.js 2.2.1 follows it beside BYDAY in a month only, and not beside BYMONTHDAY. */
function* positioned(rule: Rule, start: string): Generator<string> {
  const { bysetpos, ...by } = rule.by
  const positions = new Set(many(bysetpos).map(Number))
  const chosen = (of: readonly string[]): readonly string[] =>
    of.filter((time, at) => (positions.has(at + 1) || positions.has(at - of.length)) && time >= start)
  let period: string[] = []
  let key = ''
  for (const time of plain({ ...rule, by }, periodBegin(rule, start))) {
    const now = periodOf(time, rule)
    if (now !== key) {
      yield* chosen(period)
      period = []
      key = now
    }
    period.push(time)
  }
  yield* chosen(period)
}

/**
 * The times of a rule from `start` on, as the wall clock shows them (`YYYY-MM-DD` or `YYYY-MM-DDTHH:MM:SS`, as `start` is), in order, without COUNT and
 * UNTIL. Lazy. Fault `item`/`not-understood` for a rule that gives no times for decades or more of them than any program can list.
 */
export function* ruleTimes(rule: Rule, start: string): Generator<string> {
  const whole = { ...rule, by: explicit(rule, start) }
  let given = 0
  for (const time of onlyOnce(rule) ? [start] : whole.by['bysetpos'] === undefined ? plain(whole, start) : positioned(whole, start)) {
    if (++given > MOST) throw endless()
    yield time
  }
}
