import type { Property } from '../ical/jcal.ts'
import { all, type Found, parameter, textOf } from '../ical/read-components.ts'
import { notUnderstood } from '../not-understood.ts'
import { type ForeignOffset, foreignOffset, zoneOfFile } from '../zone/foreign-zones.ts'
import { asIfUtc, instantOf } from '../zone/instant-of.ts'
import { knowsChanges, offsetAt, offsetChanges } from '../zone/offset-at.ts'
import { digest } from './line.ts'

/** A moment by what it means: `day 2024-01-01`, `at 1704103200000`, `floating 2024-01-01T10:00:00`. */
export interface Meant {
  readonly sort: 'day' | 'at' | 'floating'
  /** Milliseconds; of a day or a floating time, as if it were UTC. */
  readonly ms: number
  /** By which its zone goes on, for a series. */
  readonly offset?: (ms: number) => number
  /** The zone, where the runtime knows it: what `offset` says of it is known without asking for each week. */
  readonly zone?: string
}

export const keyOf = ({ sort, ms }: Meant): string => `${sort} ${ms}`

function inFileZone(local: number, text: string, tzid: string, zones: readonly Found[]): Meant {
  const zone = zoneOfFile(tzid, zones, text)
  if (zone !== undefined) return { sort: 'at', ms: instantOf({ local: text, zone }), offset: (ms) => offsetAt(zone, ms), zone }
  const described = zones.find((one) => textOf(one, 'tzid') === tzid)
  const foreign: ForeignOffset | undefined = described === undefined ? undefined : foreignOffset(described)
  if (foreign === undefined) return { sort: 'floating', ms: local }
  return { sort: 'at', ms: local - foreign(local), offset: (ms) => foreign(ms) }
}

/** A value of a property of days or times. Fault `item`/`not-understood` for what no calendar shows. */
export function meantBy(value: unknown, tzid: string | undefined, zones: readonly Found[]): Meant {
  const text = String(value)
  const plain = text.replace(/Z$/, '')
  const ms = asIfUtc(plain)
  if (ms === undefined) throw notUnderstood('It holds a date or time that does not exist.')
  if (plain.length === 10) return { sort: 'day', ms }
  if (text.endsWith('Z')) return { sort: 'at', ms, offset: () => 0 }
  return tzid === undefined ? { sort: 'floating', ms } : inFileZone(ms, plain, tzid, zones)
}

/** All values of a property of days or times. A period counts by its beginning. */
export const momentsOf = (property: Property, zones: readonly Found[]): readonly Meant[] =>
  property.slice(3).map((value) => meantBy(Array.isArray(value) ? value[0] : value, parameter(property, 'tzid'), zones))

/** The first value of a component's property. */
export function momentOf(found: Found, name: string, zones: readonly Found[]): Meant | undefined {
  const [property] = all(found, name)
  return property === undefined ? undefined : momentsOf(property, zones)[0]
}

const WEEK = 7 * 86_400_000
const WEEKS = 15 * 52

/** How a zone goes on for fifteen years, by its offsets alone: equal for two names of one zone and for a VTIMEZONE that describes it. */
export function zonePrint({ ms, offset, zone }: Meant): string {
  if (offset === undefined) return 'none'
  return digest((runsOfZone(ms, zone) ?? runsByWeek(ms, offset)).join(' '))
}

/** `0:3600000 27:7200000`: in which week which offset begins to be seen. */
function runsByWeek(ms: number, offset: (ms: number) => number): readonly string[] {
  const runs: string[] = []
  let last: number | undefined
  for (let week = 0; week < WEEKS; week++) {
    const now = offset(ms + week * WEEK)
    if (now !== last) runs.push(`${week}:${now}`)
    last = now
  }
  return runs
}

/** The same by the zone's changes, of which there are two a year; undefined for years of which they are not known. */
function runsOfZone(ms: number, zone: string | undefined): readonly string[] | undefined {
  const end = ms + (WEEKS - 1) * WEEK
  if (zone === undefined || !knowsChanges(ms, end)) return undefined
  // By week: of two changes between two weeks only the second is seen.
  const offsets = new Map([[0, offsetAt(zone, ms)]])
  for (const { at, after } of zone === 'UTC' ? [] : offsetChanges(zone, ms + 1, end)) offsets.set(Math.ceil((at - ms) / WEEK), after)
  const runs: string[] = []
  let last: number | undefined
  for (const [week, now] of offsets) {
    if (now !== last) runs.push(`${week}:${now}`)
    last = now
  }
  return runs
}
