import type { Random } from './random.ts'

const DAYS = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'] as const
export type DayName = (typeof DAYS)[number]

/** How Microsoft Graph says that something repeats (`recurrencePattern`). */
export interface GraphPattern {
  readonly type: 'daily' | 'weekly' | 'absoluteMonthly' | 'relativeMonthly' | 'absoluteYearly' | 'relativeYearly'
  readonly interval: number
  readonly daysOfWeek?: readonly DayName[]
  readonly firstDayOfWeek?: DayName
  readonly dayOfMonth?: number
  readonly month?: number
  readonly index?: 'first' | 'second' | 'third' | 'fourth' | 'last'
}

/** A pattern in both sources' words. */
export interface Pattern {
  /** Without an end. */
  readonly rule: string
  /** Absent: only Google can say it. */
  readonly graph?: GraphPattern
}

const short = (day: DayName): string => day.slice(0, 2).toUpperCase()
const names = (days: readonly DayName[]): string => days.map(short).join(',')
const INDEX = { first: 1, second: 2, third: 3, fourth: 4, last: -1 } as const
const INDEXES = ['first', 'second', 'third', 'fourth', 'last'] as const

const days = (random: Random): readonly DayName[] => {
  const some = random.some(DAYS, 4)
  return some.length === 0 ? [random.one(DAYS)] : some
}

/** Exchange takes the last day of a month that is too short; RFC 5545 leaves the month out. */
function clamped(day: number): string {
  if (day === 31) return 'BYMONTHDAY=-1'
  if (day < 29) return `BYMONTHDAY=${day}`
  return `BYMONTHDAY=${Array.from({ length: day - 27 }, (_, at) => 28 + at).join(',')};BYSETPOS=-1`
}

const ordinal = (index: (typeof INDEXES)[number], on: readonly DayName[]): string =>
  on.length === 1 ? `BYDAY=${INDEX[index]}${names(on)}` : `BYDAY=${names(on)};BYSETPOS=${INDEX[index]}`

const make: readonly [(random: Random) => Pattern, ...((random: Random) => Pattern)[]] = [
  (random) => {
    const interval = random.whole(1, 10)
    return { rule: `FREQ=DAILY;INTERVAL=${interval}`, graph: { type: 'daily', interval } }
  },
  (random) => {
    const interval = random.whole(1, 4)
    const on = days(random)
    const firstDayOfWeek = random.one(['sunday', 'monday', 'saturday'] as const)
    return {
      rule: `FREQ=WEEKLY;INTERVAL=${interval};BYDAY=${names(on)};WKST=${short(firstDayOfWeek)}`,
      graph: { type: 'weekly', interval, daysOfWeek: on, firstDayOfWeek },
    }
  },
  (random) => {
    const interval = random.one([1, 1, 2, 3, 6, 12] as const)
    const dayOfMonth = random.one([1, 7, 15, 28, 29, 30, 31] as const)
    return {
      rule: `FREQ=MONTHLY;INTERVAL=${interval};${clamped(dayOfMonth)}`,
      graph: { type: 'absoluteMonthly', interval, dayOfMonth },
    }
  },
  (random) => {
    const interval = random.whole(1, 4)
    const index = random.one(INDEXES)
    const on = random.chance(0.5) ? [random.one(DAYS)] : days(random)
    return {
      rule: `FREQ=MONTHLY;INTERVAL=${interval};${ordinal(index, on)}`,
      graph: { type: 'relativeMonthly', interval, index, daysOfWeek: on },
    }
  },
  (random) => {
    const month = random.whole(1, 12)
    const dayOfMonth = month === 2 ? random.one([1, 14, 28, 29] as const) : random.one([1, 15, 28, 30] as const)
    const day = month === 2 ? clamped(dayOfMonth) : `BYMONTHDAY=${dayOfMonth}`
    return { rule: `FREQ=YEARLY;BYMONTH=${month};${day}`, graph: { type: 'absoluteYearly', interval: 1, month, dayOfMonth } }
  },
  (random) => {
    const month = random.whole(1, 12)
    const index = random.one(INDEXES)
    const on = random.chance(0.5) ? [random.one(DAYS)] : days(random)
    return {
      rule: `FREQ=YEARLY;BYMONTH=${month};${ordinal(index, on)}`,
      graph: { type: 'relativeYearly', interval: 1, month, index, daysOfWeek: on },
    }
  },
  (random) => ({
    rule: random.one([
      'FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29',
      'FREQ=MONTHLY;BYMONTHDAY=31',
      'FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13',
      'FREQ=MONTHLY;BYMONTHDAY=1,15,-1',
      'FREQ=DAILY;BYMONTH=1,6;BYDAY=MO,TU',
      'FREQ=YEARLY;BYMONTH=1,3;BYDAY=1MO,-1FR',
      'FREQ=YEARLY;BYWEEKNO=20;BYDAY=MO',
      'FREQ=YEARLY;BYYEARDAY=1,100,-1',
      'FREQ=MONTHLY;BYDAY=5FR',
      'FREQ=YEARLY;INTERVAL=4;BYMONTH=11;BYDAY=TU;BYMONTHDAY=2,3,4,5,6,7,8',
    ]),
  }),
]

/** A pattern of the kind `nth`: six of Graph's, and one for what only Google lets people say. */
export const patternOf = (nth: number, random: Random): Pattern => (make[nth % make.length] ?? make[0])(random)
