import { asIfUtc } from '../zone/instant-of.ts'
import type { RuleParts } from './rule.ts'

const DAY = 86_400_000
export const WEEKDAYS = ['SU', 'MO', 'TU', 'WE', 'TH', 'FR', 'SA']

/** A part of a rule as a list. */
export const many = (value: unknown): readonly unknown[] => (value === undefined ? [] : Array.isArray(value) ? value : [value])

const numbers = (value: unknown): readonly number[] => many(value).map(Number)

/** The midnight with which the week of a day begins. `weekStart`: `MO`. */
export function weekBegin(day: number, weekStart: string): number {
  return day - ((new Date(day).getUTCDay() - Math.max(WEEKDAYS.indexOf(weekStart), 0) + 7) % 7) * DAY
}

/** The first day of week 1: the first week with four days in the year (RFC 5545, 3.3.10). */
const firstWeek = (year: number, weekStart: string): number => weekBegin(Date.UTC(year, 0, 4), weekStart)

interface Numbered {
  readonly number: number
  readonly from: number
  readonly to: number
}

/** The year to which a day's week belongs, and its number from the beginning and from the end. */
function weekOf(day: number, weekStart: string): { year: number } & Numbered {
  const calendar = new Date(day).getUTCFullYear()
  const year = [calendar + 1, calendar, calendar - 1].find((one) => firstWeek(one, weekStart) <= day) ?? calendar
  const from = firstWeek(year, weekStart)
  return { year, number: Math.floor((day - from) / (7 * DAY)) + 1, from: 1, to: (firstWeek(year + 1, weekStart) - from) / (7 * DAY) }
}

const among = (wanted: readonly number[], { number, from, to }: Numbered): boolean =>
  wanted.length === 0 || wanted.includes(number) || wanted.includes(number - to - from)

/** `2MO`, `-1FR`, `MO` within the days from `first` to `last`. */
function isWeekday(wanted: readonly unknown[], day: number, first: number, last: number): boolean {
  if (wanted.length === 0) return true
  const name = WEEKDAYS[new Date(day).getUTCDay()]
  return wanted.some((one) => {
    const [, ordinal, weekday] = /^([+-]?\d*)([A-Z]{2})$/.exec(String(one)) ?? []
    if (weekday !== name) return false
    const nth = Number(ordinal ?? '')
    if (ordinal === '' || nth === 0) return true
    return nth > 0 ? Math.floor((day - first) / (7 * DAY)) + 1 === nth : -Math.floor((last - day) / (7 * DAY)) - 1 === nth
  })
}

/** Whether the day of a local time is one that the BY... parts allow, by themselves and not by where a series begins. `freq` says of what `2MO` is the second. */
export function fitsDay(time: string, freq: string, by: RuleParts): boolean {
  const day = asIfUtc(time.slice(0, 10)) ?? 0
  const date = new Date(day)
  const [year, month] = [date.getUTCFullYear(), date.getUTCMonth()]
  const ends = { month: Date.UTC(year, month + 1, 0), year: Date.UTC(year, 11, 31) }
  if (by['bymonth'] !== undefined && !numbers(by['bymonth']).includes(month + 1)) return false
  if (!among(numbers(by['bymonthday']), { number: date.getUTCDate(), from: 1, to: new Date(ends.month).getUTCDate() })) return false
  const ofYear = { number: (day - Date.UTC(year, 0, 1)) / DAY + 1, from: 1, to: (ends.year - Date.UTC(year, 0, 1)) / DAY + 1 }
  if (!among(numbers(by['byyearday']), ofYear)) return false
  if (by['byweekno'] !== undefined && !among(numbers(by['byweekno']), weekOf(day, String(by['wkst'] ?? 'MO')))) return false
  const inMonth = freq === 'MONTHLY' || by['bymonth'] !== undefined
  return isWeekday(many(by['byday']), day, inMonth ? Date.UTC(year, month, 1) : Date.UTC(year, 0, 1), inMonth ? ends.month : ends.year)
}

/** The year that counts for `INTERVAL` of a yearly rule. */
export const ruleYear = (time: string, by: RuleParts): number => {
  const day = asIfUtc(time.slice(0, 10)) ?? 0
  return by['byweekno'] === undefined ? new Date(day).getUTCFullYear() : weekOf(day, String(by['wkst'] ?? 'MO')).year
}
