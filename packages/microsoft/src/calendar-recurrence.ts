import { Fault } from '@offramp/core'
import { instantOf, type Moment } from '@offramp/formats'
import { type Json, numberOf, objectOf, textOf, textsOf } from '@offramp/wire'

const DAYS: Readonly<Record<string, string>> = {
  sunday: 'SU',
  monday: 'MO',
  tuesday: 'TU',
  wednesday: 'WE',
  thursday: 'TH',
  friday: 'FR',
  saturday: 'SA',
}
const INDEXES: Readonly<Record<string, number>> = { first: 1, second: 2, third: 3, fourth: 4, last: -1 }
/** The longest each month can be. */
const LENGTHS = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]

const broken = (what: string): Fault =>
  new Fault({
    reach: 'item',
    reason: 'not-understood',
    code: 'graph-recurrence',
    message: `It repeats in a way that cannot be followed: ${what}.`,
  })

/**
 * A `patternedRecurrence` as a rule of iCalendar. Fields that do not belong to the type hold zeros, `first` and `0001-01-01`, so that only
 * those that do are read. `start` is the first occurrence; `zone` the one in which the series goes on.
 */
export function ruleOf(recurrence: Json, start: Moment, zone: string): string {
  const pattern = objectOf(recurrence['pattern'])
  const interval = numberOf(pattern['interval']) ?? 1
  if (!Number.isInteger(interval) || interval < 1) throw broken('its interval is not a number of times')
  const parts = patternParts(pattern, start)
  if (interval > 1) parts.splice(1, 0, `INTERVAL=${interval}`)
  return [...parts, ...rangeParts(objectOf(recurrence['range']), start, zone)].join(';')
}

function patternParts(pattern: Json, start: Moment): string[] {
  const type = textOf(pattern['type']) ?? ''
  switch (type) {
    case 'daily':
      return ['FREQ=DAILY']
    case 'weekly': {
      const days = daysOf(pattern)
      return ['FREQ=WEEKLY', `BYDAY=${(days.length === 0 ? [weekdayOf(start)] : days).join(',')}`, `WKST=${firstDayOf(pattern)}`]
    }
    case 'absoluteMonthly':
      return ['FREQ=MONTHLY', ...monthlyDay(dayOf(pattern))]
    case 'absoluteYearly': {
      const month = monthOf(pattern)
      return ['FREQ=YEARLY', `BYMONTH=${month}`, yearlyDay(dayOf(pattern), month)]
    }
    case 'relativeMonthly':
      return ['FREQ=MONTHLY', ...relativeDays(pattern)]
    case 'relativeYearly':
      return ['FREQ=YEARLY', `BYMONTH=${monthOf(pattern)}`, ...relativeDays(pattern)]
    default:
      throw broken('its pattern is none that Microsoft has described')
  }
}

/**
 * Where a month has no such day, Exchange takes its last one (EWS, `DayOfMonth`: "the last day of the month is assumed"), and iCalendar leaves the
 * month out.
 */
function monthlyDay(day: number): string[] {
  if (day === 31) return ['BYMONTHDAY=-1']
  if (day >= 29) return [`BYMONTHDAY=${day === 29 ? '28,29' : '28,29,30'}`, 'BYSETPOS=-1']
  return [`BYMONTHDAY=${day}`]
}

const yearlyDay = (day: number, month: number): string => {
  const isAlwaysThere = day < 29 || (month !== 2 && day <= (LENGTHS[month - 1] ?? 31))
  return `BYMONTHDAY=${isAlwaysThere ? day : -1}`
}

function dayOf(pattern: Json): number {
  const day = numberOf(pattern['dayOfMonth']) ?? 0
  if (!Number.isInteger(day) || day < 1 || day > 31) throw broken('its day of the month does not exist')
  return day
}

/** "The event falls on the first day that satisfies the pattern": of several days one is taken, so that it is BYSETPOS and not `1MO,1TU`. */
function relativeDays(pattern: Json): string[] {
  const days = daysOf(pattern)
  const index = INDEXES[textOf(pattern['index']) ?? 'first']
  if (days.length === 0 || index === undefined) throw broken('it names no day of the week')
  if (days.length === 1) return [`BYDAY=${index}${days[0]}`]
  return [`BYDAY=${days.join(',')}`, `BYSETPOS=${index}`]
}

function daysOf(pattern: Json): string[] {
  const names = textsOf(pattern['daysOfWeek']).map((name) => DAYS[name.toLowerCase()])
  if (names.includes(undefined)) throw broken('a day of its week does not exist')
  return [...new Set(names.filter((name) => name !== undefined))]
}

const firstDayOf = (pattern: Json): string => DAYS[(textOf(pattern['firstDayOfWeek']) ?? 'sunday').toLowerCase()] ?? 'SU'

function monthOf(pattern: Json): number {
  const month = numberOf(pattern['month']) ?? 0
  if (!Number.isInteger(month) || month < 1 || month > 12) throw broken('its month does not exist')
  return month
}

const dateOf = (moment: Moment): string => ('date' in moment ? moment.date : moment.local.slice(0, 10))

const weekdayOf = (start: Moment): string => ['SU', 'MO', 'TU', 'WE', 'TH', 'FR', 'SA'][new Date(dateOf(start)).getUTCDay()] ?? 'MO'

/** Cancelled occurrences count. The end is the last moment of its day where the series is at home: that of UTC would take the last one away. */
function rangeParts(range: Json, start: Moment, zone: string): string[] {
  switch (textOf(range['type'])) {
    case 'noEnd':
      return []
    case 'numbered': {
      const count = numberOf(range['numberOfOccurrences']) ?? 0
      if (!Number.isInteger(count) || count < 1) throw broken('it ends after no occurrence')
      return [`COUNT=${count}`]
    }
    case 'endDate': {
      const day = /^\d{4}-\d\d-\d\d$/.exec(textOf(range['endDate']) ?? '')?.[0]
      if (day === undefined || Number.isNaN(Date.parse(day))) throw broken('the day of its end does not exist')
      if ('date' in start) return [`UNTIL=${day.replaceAll('-', '')}`]
      const at = new Date(instantOf({ local: `${day}T23:59:59`, zone })).toISOString()
      return [`UNTIL=${at.slice(0, 19).replace(/[-:]/g, '')}Z`]
    }
    default:
      throw broken('its range is none that Microsoft has described')
  }
}
