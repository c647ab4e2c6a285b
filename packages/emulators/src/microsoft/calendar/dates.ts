import type { DayOfWeek, RecurrencePattern, RecurrenceRange } from '@microsoft/microsoft-graph-types'

/** Days since 1970-01-01. */
export type Day = number

const DAY_MS = 86_400_000
const WEEK: readonly DayOfWeek[] = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday']
const INDEXES = { first: 0, second: 1, third: 2, fourth: 3, last: -1 } as const

export const dayOf = (date: string): Day => Math.round(Date.parse(`${date.slice(0, 10)}T00:00:00Z`) / DAY_MS)
export const dateOf = (day: Day): string => new Date(day * DAY_MS).toISOString().slice(0, 10)

/** 1970-01-01 was a Thursday. */
const weekdayOf = (day: Day): number => (((day + 4) % 7) + 7) % 7

const firstOf = (year: number, month: number): Day => Math.round(Date.UTC(year, month, 1) / DAY_MS)
const lengthOf = (year: number, month: number): number => firstOf(year, month + 1) - firstOf(year, month)

/** Exchange takes a month's last day where it has no such day. */
const clamped = (year: number, month: number, day: number): Day => firstOf(year, month) + Math.min(day, lengthOf(year, month)) - 1

function relative(year: number, month: number, { daysOfWeek, index }: RecurrencePattern): Day | undefined {
  const wanted = new Set((daysOfWeek ?? []).map((name) => WEEK.indexOf(name)))
  const first = firstOf(year, month)
  const fitting: Day[] = []
  for (let day = first; day < first + lengthOf(year, month); day++) if (wanted.has(weekdayOf(day))) fitting.push(day)
  return fitting.at(INDEXES[index ?? 'first'])
}

/** Candidates of one period after the other, in order; those before the start of the range among them. */
function* candidates(pattern: RecurrencePattern, start: Day): Generator<Day> {
  const interval = Math.max(1, pattern.interval ?? 1)
  const from = new Date(start * DAY_MS)
  const [year, month] = [from.getUTCFullYear(), from.getUTCMonth()]
  const inMonth = (at: number): Day | undefined => {
    const [y, m] = [Math.floor(at / 12), ((at % 12) + 12) % 12]
    return pattern.type === 'absoluteMonthly' || pattern.type === 'absoluteYearly'
      ? clamped(y, m, pattern.dayOfMonth ?? 1)
      : relative(y, m, pattern)
  }
  switch (pattern.type) {
    case 'daily':
      for (let day = start; ; day += interval) yield day
    case 'weekly': {
      const begins = WEEK.indexOf(pattern.firstDayOfWeek ?? 'sunday')
      const named = (pattern.daysOfWeek ?? []).map((name) => WEEK.indexOf(name))
      const days = (named.length === 0 ? [weekdayOf(start)] : named).map((day) => (day - begins + 7) % 7).sort((a, b) => a - b)
      for (let week = start - ((weekdayOf(start) - begins + 7) % 7); ; week += 7 * interval) for (const day of days) yield week + day
    }
    case 'absoluteMonthly':
    case 'relativeMonthly':
      for (let at = year * 12 + month; ; at += interval) yield inMonth(at) ?? Number.NaN
    default:
      for (let at = year * 12 + (pattern.month ?? 1) - 1; ; at += 12 * interval) yield inMonth(at) ?? Number.NaN
  }
}

/** The days of a series up to and with `until`, as the pattern and range of Graph say: cancelled and moved ones among them. */
export function daysOf(recurrence: { readonly pattern: RecurrencePattern; readonly range: RecurrenceRange }, until: Day): readonly Day[] {
  const { pattern, range } = recurrence
  const start = dayOf(range.startDate ?? '1970-01-01')
  const most = range.type === 'numbered' ? (range.numberOfOccurrences ?? 0) : Number.POSITIVE_INFINITY
  const end = range.type === 'endDate' ? Math.min(until, dayOf(range.endDate ?? '')) : until
  const days: Day[] = []
  if (most <= 0) return days
  for (const day of candidates(pattern, start)) {
    if (day > end) break
    if (Number.isNaN(day) || day < start) continue
    days.push(day)
    if (days.length >= most) break
  }
  return days
}
