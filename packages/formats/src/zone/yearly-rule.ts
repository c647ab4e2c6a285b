import type { OffsetChange } from './offset-at.ts'

/** A change of the clocks as its zone's law puts it: local time before the change, in a month, on a weekday. */
interface Onset {
  readonly month: number
  readonly day: number
  readonly weekday: number
  readonly lastDay: number
  readonly time: number
}

const DAYS = ['SU', 'MO', 'TU', 'WE', 'TH', 'FR', 'SA']
const DAY = 86_400_000

function onset(change: OffsetChange): Onset {
  const local = new Date(change.at + change.before)
  const month = local.getUTCMonth()
  return {
    month: month + 1,
    day: local.getUTCDate(),
    weekday: local.getUTCDay(),
    lastDay: new Date(Date.UTC(local.getUTCFullYear(), month + 1, 0)).getUTCDate(),
    time: local.getTime() % DAY,
  }
}

/** A rule in iCalendar's words, as jCal has it. */
export interface YearlyRule {
  readonly freq: 'YEARLY'
  readonly bymonth: number
  readonly byday: string
  readonly bymonthday?: number[]
}

/**
 * The rule behind one change of every year (`changes`: one a year, no year missing), or undefined where there is none that stays within a week of a
 * month. `-1SU`, `2SU`, or a weekday in a span of seven days (Chile: the Sunday from the 2nd to the 8th).
 */
export function yearlyRule(changes: readonly OffsetChange[]): YearlyRule | undefined {
  const all = changes.map(onset)
  const [one] = all
  const [change] = changes
  if (one === undefined || change === undefined) return undefined
  const like = changes.every(({ before, after }) => before === change.before && after === change.after)
  const alike = all.every(({ month, weekday, time }) => month === one.month && weekday === one.weekday && time === one.time)
  if (!like || !alike) return undefined
  const first = Math.min(...all.map(({ day }) => day))
  const last = Math.max(...all.map(({ day }) => day))
  if (last - first !== 6) return undefined
  const base = { freq: 'YEARLY', bymonth: one.month } as const
  const weekday = DAYS[one.weekday] ?? 'SU'
  if (all.every(({ day, lastDay }) => day + 7 > lastDay)) return { ...base, byday: `-1${weekday}` }
  if (last % 7 === 0) return { ...base, byday: `${last / 7}${weekday}` }
  return { ...base, byday: weekday, bymonthday: Array.from({ length: 7 }, (_, at) => first + at) }
}
