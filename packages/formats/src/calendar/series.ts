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
  const dates = like(recurrence.dates, start).filter((time) => time !== textOf(start))
  const exceptDates = unique([...like(recurrence.exceptDates, start), ...taken.times])
  return { series: { start, rules, dates, exceptDates }, cut: taken.more }
}

/** The last time of a series, or undefined where it has no end (or one that is too far to be listed). */
export function lastTime({ start, rules, dates }: Series): string | undefined {
  let last = [textOf(start), ...dates].sort().at(-1) ?? textOf(start)
  for (const rule of rules) {
    if (isEndless(rule)) return undefined
    for (const time of timesOfRule(rule, start)) if (time > last) last = time
  }
  return last
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
