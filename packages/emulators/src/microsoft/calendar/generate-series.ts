import type { DayOfWeek, Event, RecurrencePattern, RecurrenceRange } from '@microsoft/microsoft-graph-types'
import { type Random, randomFrom } from '../../generate/random.ts'
import { dateOf, dayOf, daysOf } from './dates.ts'
import type { EventSeed, OccurrenceChange } from './state.ts'

const WEEK: readonly [DayOfWeek, ...DayOfWeek[]] = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday']

/** Windows names, IANA names, aliases, and zones that only Microsoft has; far from UTC on both sides, with clocks that change at midnight or by half an hour. */
const ZONES: readonly [string, ...string[]] = [
  'W. Europe Standard Time',
  'Romance Standard Time',
  'GMT Standard Time',
  'Eastern Standard Time',
  'Pacific Standard Time',
  'AUS Eastern Standard Time',
  'Lord Howe Standard Time',
  'New Zealand Standard Time',
  'E. South America Standard Time',
  'Pacific SA Standard Time',
  'Egypt Standard Time',
  'Israel Standard Time',
  'Morocco Standard Time',
  'India Standard Time',
  'Nepal Standard Time',
  'Newfoundland Standard Time',
  'Hawaiian Standard Time',
  'Samoa Standard Time',
  'Tokyo Standard Time',
  'Greenland Standard Time',
  'Europe/Vienna',
  'America/Indiana/Indianapolis',
  'tzone://Microsoft/Utc',
  'UTC',
]

const PATTERNS: readonly ((random: Random) => RecurrencePattern)[] = [
  (random) => ({ type: 'daily', interval: random.between(1, 9) }),
  (random) => ({ type: 'weekly', interval: random.between(1, 4), daysOfWeek: someDays(random, 4), firstDayOfWeek: random.pick(WEEK) }),
  (random) => ({ type: 'absoluteMonthly', interval: random.between(1, 3), dayOfMonth: random.pick([1, 15, 28, 29, 30, 31]) }),
  (random) => ({
    type: 'relativeMonthly',
    interval: random.between(1, 3),
    daysOfWeek: someDays(random, 5),
    index: random.pick(['first', 'second', 'third', 'fourth', 'last']),
  }),
  (random) => {
    const [month, dayOfMonth] = random.pick<readonly [number, number]>([
      [2, 29],
      [2, 28],
      [4, 30],
      [12, 31],
      [6, 15],
      [4, 31],
    ])
    return { type: 'absoluteYearly', interval: random.between(1, 2), month, dayOfMonth }
  },
  (random) => ({
    type: 'relativeYearly',
    interval: random.between(1, 2),
    month: random.between(1, 12),
    daysOfWeek: someDays(random, 3),
    index: random.pick(['first', 'second', 'third', 'fourth', 'last']),
  }),
]

function someDays(random: Random, most: number): DayOfWeek[] {
  const wanted = random.between(1, most)
  const days = new Set<DayOfWeek>()
  while (days.size < wanted) days.add(random.pick(WEEK))
  return [...days]
}

const RANGES: readonly ((random: Random, start: string) => RecurrenceRange)[] = [
  (_, startDate) => ({ type: 'noEnd', startDate }),
  (random, startDate) => ({ type: 'numbered', startDate, numberOfOccurrences: random.between(1, 60) }),
  (random, startDate) => ({ type: 'endDate', startDate, endDate: dateOf(dayOf(startDate) + random.between(0, 1_500)) }),
]

const TIMES: readonly [string, ...string[]] = [
  '00:00:00',
  '00:30:00',
  '01:30:00',
  '02:30:00',
  '03:00:00',
  '09:00:00',
  '14:15:00',
  '22:00:00',
  '23:45:00',
]

/**
 * The `n`th series of a seed: all patterns, ranges and zones in turn, half of them with moved, changed and cancelled occurrences, every sixth of whole
 * days. The same arguments give the same series.
 */
export function generatedSeries(seed: number, n: number): EventSeed {
  const random = randomFrom(seed, 'series', n)
  const pattern = (PATTERNS[n % PATTERNS.length] ?? PATTERNS[0])?.(random) ?? { type: 'daily' }
  const wish = dateOf(dayOf('2015-06-01') + random.between(0, 4_000))
  const isAllDay = random.chance(1 / 6)
  const time = isAllDay ? '00:00:00' : random.pick(TIMES)
  const zone = random.pick(ZONES)
  const first = daysOf({ pattern, range: { type: 'noEnd', startDate: wish } }, dayOf(wish) + 4_000)[0] ?? dayOf(wish)
  const range = RANGES[Math.floor(n / PATTERNS.length) % RANGES.length]?.(random, dateOf(first)) ?? {
    type: 'noEnd',
    startDate: dateOf(first),
  }
  const minutes = isAllDay ? random.between(1, 3) * 1_440 : random.pick([0, 15, 60, 90, 600])
  const at = (day: number, clock: string) => spanOf(`${dateOf(day)}T${clock}`, { minutes, zone })
  const event: Event = {
    subject: `Series ${n}`,
    isAllDay,
    ...at(first, time),
    recurrence: { pattern, range },
    ...(random.chance(0.3) && { isReminderOn: true, reminderMinutesBeforeStart: random.pick([0, 15, -10, 1_440]) }),
  }
  return { event, ...(n % 2 === 1 && exceptionsOf(daysOf({ pattern, range }, first + 1_200), { random, time, at })) }
}

function spanOf(start: string, on: { readonly minutes: number; readonly zone: string }): Required<Pick<Event, 'start' | 'end'>> {
  const end = new Date(Date.parse(`${start}Z`) + on.minutes * 60_000).toISOString().slice(0, 19)
  return { start: { dateTime: start, timeZone: on.zone }, end: { dateTime: end, timeZone: on.zone } }
}

interface Making {
  readonly random: Random
  readonly time: string
  readonly at: (day: number, clock: string) => Required<Pick<Event, 'start' | 'end'>>
}

function exceptionsOf(days: readonly number[], { random, time, at }: Making): Pick<EventSeed, 'exceptions' | 'cancelled'> {
  const exceptions: OccurrenceChange[] = []
  const cancelled: string[] = []
  for (const day of days.slice(0, 40)) {
    const date = dateOf(day)
    if (random.chance(0.1)) cancelled.push(date)
    else if (random.chance(0.12))
      exceptions.push({ date, event: { subject: `Changed on ${date}`, ...at(day + random.between(0, 2), time) } })
    else if (random.chance(0.05)) exceptions.push({ date, event: { subject: `Renamed on ${date}` } })
  }
  return { exceptions, cancelled }
}
