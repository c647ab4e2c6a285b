import type { CalendarEvent, Moment, Override } from '../calendar/model.ts'
import { expand, instantBy, type Time } from './expand.ts'
import { type GraphPattern, type Pattern, patternOf } from './patterns.ts'
import { type Random, randomFrom } from './random.ts'

/** Ten years back and three ahead of the day on which this was written. Milliseconds since the Unix epoch. */
export const WINDOW = { from: Date.UTC(2016, 10, 22), to: Date.UTC(2029, 10, 22) } as const

/** A time that an event must take place. */
export interface Expected {
  readonly start: number
  readonly allDay: boolean
  readonly summary: string
}

/** A series, its exceptions, and when it takes place according to another library than the one that reads what we write. */
export interface MadeSeries {
  readonly event: CalendarEvent
  /** All in `WINDOW`, in order. */
  readonly expected: readonly Expected[]
  /** The same in Graph's words, where Graph can say it. */
  readonly graph?: { readonly pattern: GraphPattern; readonly range: GraphRange }
  readonly cancelled: readonly Moment[]
}

/** Graph's `recurrenceRange`. */
export interface GraphRange {
  readonly type: 'noEnd' | 'numbered' | 'endDate'
  readonly startDate: string
  readonly endDate?: string
  readonly numberOfOccurrences?: number
  readonly recurrenceTimeZone: string
}

/** Zones with a past: those of which the published VTIMEZONEs were an hour off, and the odd ones. */
const ZONES = [
  'Europe/Berlin',
  'America/New_York',
  'America/Sao_Paulo',
  'Europe/Istanbul',
  'Europe/Moscow',
  'Asia/Tehran',
  'Africa/Cairo',
  'America/Mexico_City',
  'Asia/Amman',
  'Africa/Casablanca',
  'Australia/Lord_Howe',
  'Europe/Dublin',
  'Asia/Kolkata',
  'Asia/Kathmandu',
  'Pacific/Auckland',
  'Pacific/Apia',
  'Pacific/Chatham',
  'America/St_Johns',
  'America/Nuuk',
  'America/Santiago',
  'Asia/Gaza',
  'America/Caracas',
  'Asia/Pyongyang',
  'Europe/Kyiv',
  'America/Los_Angeles',
  'America/Asuncion',
  'Africa/Khartoum',
  'Antarctica/Troll',
  'Asia/Beirut',
  'America/Havana',
  'Europe/London',
  'UTC',
] as const

const pad = (value: number): string => String(value).padStart(2, '0')
const day = (ms: number): string => new Date(ms).toISOString().slice(0, 10)
const DAY = 86_400_000

/** Times at which clocks are changed come more often than others. */
const clock = (random: Random): string =>
  random.chance(0.3)
    ? random.one(['00:00:00', '02:30:00', '01:30:00', '23:30:00'] as const)
    : `${pad(random.whole(0, 23))}:${pad(random.whole(0, 3) * 15)}:00`

const momentAt = (time: Time, like: Moment): Moment => ('date' in like ? { date: time.local.slice(0, 10) } : { ...like, local: time.local })

/** A start that the rule itself gives: what sources guarantee. */
function startOf(pattern: Pattern, random: Random): Moment | undefined {
  const date = day(Date.UTC(random.whole(2012, 2027), random.whole(0, 11), random.whole(1, 28)))
  const allDay = random.chance(0.25)
  const asked: Moment = allDay ? { date } : { local: `${date}T${clock(random)}`, zone: random.one(ZONES) }
  const [first] = expand(pattern.rule, asked, Date.UTC(2040, 0, 1), 1) ?? []
  return first === undefined ? undefined : momentAt(first, asked)
}

interface Range {
  /** As the sources write it: UNTIL is the end of the last day where the series is at home, in UTC. */
  readonly end: string
  /** The same as a local time. */
  readonly localEnd: string
  readonly graph: Omit<GraphRange, 'startDate' | 'recurrenceTimeZone'>
}

const compact = (text: string): string => text.replaceAll(/[-:]/g, '')

/** Undefined where the clock leaves out the end of that day. */
function untilOf(endDate: string, start: Moment): Range | undefined {
  const graph = { type: 'endDate', endDate } as const
  const localEnd = `;UNTIL=${compact(endDate)}T235959Z`
  if ('date' in start) return { end: `;UNTIL=${compact(endDate)}`, localEnd, graph }
  const ms = instantBy({ ...start, local: `${endDate}T23:59:59` })
  return Number.isNaN(ms) ? undefined : { end: `;UNTIL=${compact(new Date(ms).toISOString().slice(0, 19))}Z`, localEnd, graph }
}

function rangeOf(nth: number, start: Moment, random: Random): Range | undefined {
  if (nth % 3 === 0) return { end: '', localEnd: '', graph: { type: 'noEnd' } }
  if (nth % 3 === 1) {
    const count = random.whole(1, 60)
    return { end: `;COUNT=${count}`, localEnd: `;COUNT=${count}`, graph: { type: 'numbered', numberOfOccurrences: count } }
  }
  const first = Date.parse(`${('date' in start ? start.date : start.local).slice(0, 10)}Z`)
  const endDate = day(first + random.whole(0, 3000) * DAY)
  return untilOf(endDate, start)
}

const length = (start: Moment, days: number, time: string): Moment =>
  'date' in start
    ? { date: day(Date.parse(`${start.date}Z`) + days * DAY) }
    : { ...start, local: `${day(Date.parse(`${start.local}Z`) + days * DAY)}T${time}` }

/** An exception: at another time, perhaps in another zone, perhaps a day instead of a time; or only under another name. */
function overrideOf(time: Time, start: Moment, random: Random): Override {
  const insteadOf = momentAt(time, start)
  const summary = `moved ${random.whole(1, 999)}`
  if (random.chance(0.2))
    return {
      insteadOf,
      start: insteadOf,
      summary,
      guests: [{ address: 'g@example.org', role: 'required', type: 'individual', answer: 'declined' }],
    }
  const date = day(Date.parse(`${time.local.slice(0, 10)}Z`) + random.whole(-3, 3) * DAY)
  if ('date' in start ? random.chance(0.7) : random.chance(0.1)) return { insteadOf, start: { date }, summary }
  const moved: Moment = { local: `${date}T${pad(random.whole(4, 22))}:10:00`, zone: random.one(ZONES) }
  return { insteadOf, start: moved, end: { ...moved, local: moved.local.replace(':10:00', ':50:00') }, summary }
}

/** Exceptions are where their series is looked at: at its beginning, and somewhere in the window. */
const candidates = (times: readonly Time[]): readonly Time[] => [
  ...times.slice(0, 5),
  ...times.filter(({ ms }) => ms > WINDOW.from).slice(3, 40),
]

function expectedOf(times: readonly Time[], event: CalendarEvent, gone: ReadonlySet<number>): readonly Expected[] {
  const own = times
    .filter(({ ms }) => !gone.has(ms))
    .map(({ ms }) => ({ start: ms, allDay: 'date' in event.start, summary: event.summary ?? '' }))
  const moved = (event.overrides ?? []).map((one) => ({
    start: instantBy(one.start),
    allDay: 'date' in one.start,
    summary: one.summary ?? '',
  }))
  return [...own, ...moved]
    .filter(({ start }) => start >= WINDOW.from && start <= WINDOW.to)
    .sort((a, b) => a.start - b.start || (a.summary < b.summary ? -1 : 1))
}

function make(nth: number, random: Random): MadeSeries | undefined {
  const pattern = patternOf(nth, random)
  const start = startOf(pattern, random)
  if (start === undefined) return undefined
  const range = rangeOf(Math.floor(nth / 7), start, random)
  const times = range === undefined ? undefined : expand(`${pattern.rule}${range.localEnd}`, start, WINDOW.to)
  if (range === undefined || times === undefined) return undefined
  const chosen = [...new Set(random.some(candidates(times), 6))]
  const cancelled = chosen.slice(0, Math.floor(chosen.length / 2))
  const overrides = chosen.slice(cancelled.length).map((time) => overrideOf(time, start, random))
  if (overrides.some((one) => Number.isNaN(instantBy(one.start)))) return undefined
  const event: CalendarEvent = {
    uid: `made-${nth}@offramp.example`,
    start,
    end: 'date' in start ? length(start, random.whole(1, 3), '') : length(start, 1, '03:15:00'),
    summary: `Series ${nth}`,
    recurrence: { rules: [`${pattern.rule}${range.end}`], exceptDates: cancelled.map((time) => momentAt(time, start)) },
    ...(overrides.length === 0 ? {} : { overrides }),
  }
  const zone = 'date' in start ? 'UTC' : (start.zone ?? 'UTC')
  const startDate = ('date' in start ? start.date : start.local).slice(0, 10)
  return {
    event,
    expected: expectedOf(times, event, new Set(chosen.map(({ ms }) => ms))),
    cancelled: cancelled.map((time) => momentAt(time, start)),
    ...(pattern.graph === undefined
      ? {}
      : { graph: { pattern: pattern.graph, range: { ...range.graph, startDate, recurrenceTimeZone: zone } } }),
  }
}

/**
 * Series as the sources have them: every pattern of Graph and some that only Google allows, all sorts of ends, zones with a past, days and times,
 * cancelled, moved and renamed occurrences. The same for the same seed. Lazy: each costs a few milliseconds.
 */
export function* madeSeries(count: number, seed = 20_261_122): Generator<MadeSeries> {
  const random = randomFrom(seed)
  for (let nth = 0, given = 0; given < count; nth++) {
    const made = make(nth, random)
    if (made === undefined) continue
    given++
    yield made
  }
}
