import { type Component, type Property, property } from '../ical/jcal.ts'
import { type OffsetChange, offsetAt, offsetChanges } from './offset-at.ts'
import { type YearlyRule, yearlyRule } from './yearly-rule.ts'
import { formerName } from './zone-names.ts'

/** Rules that hold in every year from some year to this one are taken to hold for ever. 28 years show every weekday on every day of a month. */
const HORIZON = 2060
const ENOUGH_YEARS = 28
/** Before it, every change is written one by one. */
const EARLIEST = 1970

const yearStart = (year: number): number => Date.UTC(year, 0, 1)

function changesByYear(zone: string, first: number, last: number): Map<number, OffsetChange[]> {
  const found = new Map<number, OffsetChange[]>()
  for (let year = first; year <= last; year++) found.set(year, [])
  for (const change of offsetChanges(zone, yearStart(first), yearStart(last + 1) - 1)) {
    found.get(new Date(change.at).getUTCFullYear())?.push(change)
  }
  return found
}

interface Tail {
  /** The first year of which every change follows the rules. */
  readonly from: number
  readonly rules: readonly YearlyRule[]
}

const tails = new Map<string, Tail>()

/** The law that is in force at the end of the data, and since when. No rules: the clocks no longer change, or not by a rule. */
function tailOf(zone: string): Tail {
  const known = tails.get(zone)
  if (known !== undefined) return known
  const years = changesByYear(zone, EARLIEST, HORIZON)
  const width = years.get(HORIZON)?.length ?? 0
  const rulesFrom = (from: number): (YearlyRule | undefined)[] =>
    Array.from({ length: width }, (_, nth) =>
      yearlyRule(Array.from({ length: HORIZON - from + 1 }, (_, at) => years.get(from + at)?.[nth]).filter((one) => one !== undefined)),
    )
  let from = HORIZON - ENOUGH_YEARS
  let rules = rulesFrom(from)
  const holds = (year: number, candidate: readonly (YearlyRule | undefined)[]): boolean =>
    years.get(year)?.length === width && candidate.every((rule, nth) => JSON.stringify(rule) === JSON.stringify(rules[nth]))
  const sound = rules.every((rule) => rule !== undefined)
  while (sound && from > EARLIEST && holds(from - 1, rulesFrom(from - 1))) from--
  const steady = Array.from({ length: ENOUGH_YEARS + 1 }, (_, at) => years.get(HORIZON - at)?.length).every((count) => count === width)
  if (!sound || !steady) rules = []
  const made = { from: rules.length === 0 ? HORIZON + 1 : from, rules: rules.filter((rule) => rule !== undefined) }
  tails.set(zone, made)
  return made
}

const offset = (ms: number): string => {
  const seconds = Math.abs(ms) / 1000
  const pad = (value: number): string => String(Math.floor(value)).padStart(2, '0')
  const base = `${ms < 0 ? '-' : '+'}${pad(seconds / 3600)}:${pad((seconds / 60) % 60)}`
  return seconds % 60 === 0 ? base : `${base}:${pad(seconds % 60)}`
}

const local = (change: OffsetChange): string => new Date(change.at + change.before).toISOString().slice(0, 19)

/** Only a name: which of two offsets counts as summer says nothing about any instant. */
const kind = ({ before, after }: OffsetChange): string => (after > before ? 'daylight' : 'standard')

/** One change, or one a year by a rule. No RDATE: ical.js (Thunderbird, Nextcloud) then forgets the DTSTART, and many others do not read it. */
function observance(change: OffsetChange, rule?: YearlyRule): Component {
  const properties: Property[] = [
    property('dtstart', 'date-time', local(change)),
    property('tzoffsetfrom', 'utc-offset', offset(change.before)),
    property('tzoffsetto', 'utc-offset', offset(change.after)),
  ]
  if (rule !== undefined) properties.push(property('rrule', 'recur', rule))
  return [kind(change), properties, []]
}

const made = new Map<string, Component>()
/** A tenant's calendars need some hundreds. */
const MOST_KEPT = 4000

/** What a VTIMEZONE has to cover: calendar years. */
export interface Span {
  readonly first: number
  /** Undefined: for ever. */
  readonly last: number | undefined
}

/**
 * A VTIMEZONE that gives the offsets of the runtime's time-zone data, past ones as well, from the first year of the span on. Changes by law are
 * written as rules from the year in which the law began, all others one by one; where the data knows no law (Morocco), up to 2060.
 */
export function writeZone(zone: string, span: Span): Component {
  // Behind the horizon the law that is in force there goes on; before 1900 nobody has agreed on any.
  const first = Math.min(Math.max(span.first, 1900), HORIZON - 1)
  const last = Math.min(span.last ?? HORIZON, HORIZON)
  const begin = Math.min(Math.max(span.first, 1600), first)
  const key = `${zone} ${begin} ${last}`
  const known = made.get(key)
  if (known !== undefined) return known
  const tail = tailOf(zone)
  const from = Math.max(first, tail.from)
  const single = offsetChanges(zone, yearStart(first), yearStart(Math.min(last + 1, from)) - 1)
  const start = offsetAt(zone, yearStart(first))
  const opening = { at: yearStart(begin) - start, before: start, after: start }
  const lawful = from > last ? [] : (changesByYear(zone, from, from).get(from) ?? [])
  const observances = [
    observance(opening),
    ...single.map((change) => observance(change)),
    ...lawful.map((change, nth) => observance(change, tail.rules[nth])),
  ]
  const former = formerName(zone)
  // sabre (Nextcloud) looks here when its time-zone data is older than the name.
  const also = former === undefined ? [] : [property('x-lic-location', 'unknown', former)]
  const component: Component = ['vtimezone', [property('tzid', 'text', zone), ...also], observances]
  if (made.size >= MOST_KEPT) made.clear()
  made.set(key, component)
  return component
}
