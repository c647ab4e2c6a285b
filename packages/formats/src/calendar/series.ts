import { instantOf } from '../zone/instant-of.ts'
import type { Moment, Recurrence } from './model.ts'
import { likeStart, textOf } from './normal-moment.ts'
import { type Rule, readRule } from './rule.ts'
import { ruleTimes } from './rule-times.ts'

/** A recurrence whose every word is in the words of its start. Times as `textOf` gives them, sorted, without doubles. */
export interface Series {
  readonly start: Moment
  readonly rules: readonly Rule[]
  readonly dates: readonly string[]
  readonly exceptDates: readonly string[]
}

function past(time: string, rule: Rule, start: Moment): boolean {
  const { until } = rule
  if (until === undefined) return false
  if ('at' in until) return instantOf('date' in start ? { date: time } : { ...start, local: time }) > until.at
  return time > ('date' in until ? until.date : until.local)
}

/** The times of one rule with its end. The start counts as the first time, also where the rule would not give it (as Google and sabre count). */
export function* timesOfRule(rule: Rule, start: Moment): Generator<string> {
  const first = textOf(start)
  let given = 0
  for (const time of ruleTimes(rule, first)) {
    if (given === 0 && time !== first) given = 1
    if ((rule.count !== undefined && given >= rule.count) || past(time, rule, start)) return
    given++
    yield time
  }
}

export const isEndless = ({ count, until }: Rule): boolean => count === undefined && until === undefined

/** What a rule can have at the end of its days: one of COUNT and UNTIL, the earlier, where a source names both. */
function oneEnd(rule: Rule, start: Moment): Rule {
  const { count, until, ...rest } = rule
  if (count === undefined || until === undefined) return rule
  const listed = [...timesOfRule(rule, start)].length
  return listed < count ? { ...rest, until } : { ...rest, count }
}

const unique = (times: readonly string[]): readonly string[] => [...new Set(times)].sort()

const like = (moments: readonly Moment[] | undefined, start: Moment): readonly string[] =>
  unique((moments ?? []).map((moment) => textOf(likeStart(moment, start))))

/** Dates of EXRULE that are written as EXDATE at most, and how far ahead of the start for rules without an end. */
const MOST_EXCEPTIONS = 1000
const YEARS_AHEAD = 10

/** What the exception rules take away from the series, and whether they would go on taking. */
function exceptions(rules: readonly Rule[], except: readonly Rule[], start: Moment): { times: string[]; more: boolean } {
  const horizon = `${Number(textOf(start).slice(0, 4)) + YEARS_AHEAD}-12-31T23:59:59`
  const given = new Set<string>()
  let last = ''
  for (const rule of rules) {
    for (const time of timesOfRule(rule, start)) {
      if (time > horizon) break
      given.add(time)
      if (time > last) last = time
    }
  }
  const times: string[] = []
  for (const rule of except) {
    for (const time of timesOfRule(rule, start)) {
      if (time > last || times.length >= MOST_EXCEPTIONS) break
      if (given.has(time)) times.push(time)
    }
  }
  return { times, more: times.length > 0 && (rules.some(isEndless) || times.length >= MOST_EXCEPTIONS) && except.some(isEndless) }
}

/** The series in the words of its start, and whether exception rules had to be cut off. Fault `item`/`not-understood` for what cannot be read. */
export function seriesOf(start: Moment, recurrence: Recurrence): { readonly series: Series; readonly cut: boolean } {
  const rules = recurrence.rules.map((line) => oneEnd(readRule(line, start), start))
  const except = (recurrence.exceptRules ?? []).map((line) => readRule(line, start))
  const taken = except.length === 0 ? { times: [], more: false } : exceptions(rules, except, start)
  // A rule that gives no times at all says so here, and not where somebody looks at the calendar.
  for (const rule of rules) timesOfRule(rule, start).next()
  const dates = like(recurrence.dates, start).filter((time) => time !== textOf(start))
  const exceptDates = unique([...like(recurrence.exceptDates, start), ...taken.times])
  return { series: { start, rules, dates, exceptDates }, cut: taken.more }
}

/** Times of one rule that are listed to find its end, and the year behind which an end is none: Outlook's `endless` is 31 August 4500. */
const MOST_LISTED = 5000
const FAR = 2200

/** The year of a rule's last time, or undefined where it has none (or one that is too far to be listed). */
function lastYear(rule: Rule, start: Moment): number | undefined {
  const { until, count } = rule
  if (until !== undefined) {
    const year = 'at' in until ? new Date(until.at).getUTCFullYear() + 1 : Number(('date' in until ? until.date : until.local).slice(0, 4))
    return year < FAR ? year : undefined
  }
  if (count === undefined || count > MOST_LISTED) return undefined
  let last = textOf(start)
  for (const time of timesOfRule(rule, start)) last = time
  return Number(last.slice(0, 4))
}

/** The year of the last time that the rules of a series give, or undefined where it goes on for ever. */
export function lastYearOf({ start, rules }: Series): number | undefined {
  const years = rules.map((rule) => lastYear(rule, start))
  if (years.includes(undefined)) return undefined
  return Math.max(Number(textOf(start).slice(0, 4)), ...years.map((year) => year ?? 0))
}

/** Which of these times (sorted) the series does not give by its rules and dates. */
export function strangers(series: Series, times: readonly string[]): readonly string[] {
  const left = new Set(times)
  for (const time of [textOf(series.start), ...series.dates]) left.delete(time)
  const last = times.at(-1) ?? ''
  for (const rule of left.size === 0 ? [] : series.rules) {
    for (const time of timesOfRule(rule, series.start)) {
      if (time > last) break
      left.delete(time)
    }
  }
  return [...left]
}
