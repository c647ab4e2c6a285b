import { notUnderstood } from '../not-understood.ts'

/** The moment from which a zone's clocks show another offset. All in milliseconds. */
export interface OffsetChange {
  /** Since the Unix epoch: the first instant of the new offset. */
  readonly at: number
  /** Local time minus UTC. */
  readonly before: number
  readonly after: number
}

const HOUR = 3_600_000
/** Two changes of one zone are never nearer than a fortnight in the time-zone data (Ramadan in Egypt and Morocco comes closest, at four weeks). */
const STEP = 7 * 24 * HOUR

const formats = new Map<string, Intl.DateTimeFormat>()

function formatOf(zone: string): Intl.DateTimeFormat {
  const known = formats.get(zone)
  if (known !== undefined) return known
  try {
    const format = new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      calendar: 'gregory',
      hourCycle: 'h23',
      era: 'narrow',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    })
    formats.set(zone, format)
    return format
  } catch (cause) {
    throw notUnderstood('It names a time zone that does not exist.', cause)
  }
}

/** `3/31/2024 A, 02:30:00`, with the era's first letter. */
const SHAPE = /^(\d+)\/(\d+)\/(\d+) ([AB]), (\d+):(\d+):(\d+)$/

/** What the runtime says, without memory. */
function ask(zone: string, at: number): number {
  const shape = SHAPE.exec(formatOf(zone).format(at))
  if (shape === null) throw notUnderstood('It holds a moment of which nobody can say the local time.')
  const [, month, day, year, era, hour, minute, second] = shape
  const local = new Date(0)
  local.setUTCFullYear(era === 'B' ? 1 - Number(year) : Number(year), Number(month) - 1, Number(day))
  local.setUTCHours(Number(hour), Number(minute), Number(second))
  return local.getTime() - Math.floor(at / 1000) * 1000
}

/** The first second after `from`, up to `to`, at which the offset is no longer `before`. */
function exactly(zone: string, from: number, to: number): number {
  const before = ask(zone, from)
  let [low, high] = [from, to]
  while (high - low > 1000) {
    const middle = Math.floor((low + high) / 2000) * 1000
    if (ask(zone, middle) === before) low = middle
    else high = middle
  }
  return high
}

interface Year {
  readonly first: number
  readonly changes: readonly OffsetChange[]
}

const zones = new Map<string, Map<number, Year>>()

function yearOf(zone: string, year: number): Year {
  const years = zones.get(zone) ?? new Map<number, Year>()
  zones.set(zone, years)
  const known = years.get(year)
  if (known !== undefined) return known
  const changes: OffsetChange[] = []
  const end = Date.UTC(year + 1, 0, 1)
  let from = Date.UTC(year, 0, 1)
  let before = ask(zone, from)
  const first = before
  while (from < end) {
    const to = Math.min(from + STEP, end)
    const after = ask(zone, to)
    if (after !== before) changes.push({ at: exactly(zone, from, to), before, after })
    before = after
    from = to
  }
  const made = { first, changes }
  years.set(year, made)
  return made
}

/** Years of the calendar that are remembered. Outside, the runtime is asked each time, so that nonsense cannot fill the memory. */
const remembered = (year: number): boolean => year >= 1900 && year <= 2200

/** Whether `offsetChanges` and `offsetAt` remember all from one instant to another. */
export const knowsChanges = (from: number, to: number): boolean =>
  remembered(new Date(from).getUTCFullYear()) && remembered(new Date(to).getUTCFullYear())

/** All changes from `from` up to and including `to`, in order. Milliseconds since the Unix epoch; within the years 1900 to 2200. */
export function offsetChanges(zone: string, from: number, to: number): readonly OffsetChange[] {
  const found: OffsetChange[] = []
  const last = Math.min(new Date(to).getUTCFullYear(), 2200)
  for (let year = Math.max(new Date(from).getUTCFullYear(), 1900); year <= last; year++) {
    for (const change of yearOf(zone, year).changes) if (change.at >= from && change.at <= to) found.push(change)
  }
  return found
}

/** Local time minus UTC at an instant, both in milliseconds, by the runtime's time-zone data. Fault `item` for a zone that does not exist. */
export function offsetAt(zone: string, at: number): number {
  if (zone === 'UTC') return 0
  const year = new Date(at).getUTCFullYear()
  if (!remembered(year)) return ask(zone, at)
  const { first, changes } = yearOf(zone, year)
  let offset = first
  for (const change of changes) if (change.at <= at) offset = change.after
  return offset
}
