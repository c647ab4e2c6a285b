import ICAL from 'ical.js'
import type { Moment } from '../calendar/model.ts'
import { readRule, ruleAsJcal, ruleText } from '../calendar/rule.ts'
import type { Property } from '../ical/jcal.ts'
import { mendText } from '../ical/mend-text.ts'
import { type CalendarText, readCalendar } from '../ical/read-calendar.ts'
import { all, type Found, textOf } from '../ical/read-components.ts'
import { notUnderstood, orNotUnderstood } from '../not-understood.ts'
import { IGNORED_PROPERTIES, IMPLIED } from './ignored-properties.ts'
import { bytesOf, type Line, parametersOf } from './line.ts'
import { keyOf, type Meant, momentOf, momentsOf, zonePrint } from './moments.ts'

const UNHEARD = new Set(IGNORED_PROPERTIES.component.map(({ name }) => name))
const UNHEARD_IN_ALARMS = new Set(IGNORED_PROPERTIES.alarm.map(({ name }) => name))
/** What `times` puts together from several properties. */
const TIMES = new Set(['dtstart', 'dtend', 'due', 'duration', 'recurrence-id', 'rrule', 'exrule', 'rdate', 'exdate'])

const seconds = (value: unknown): number => ICAL.Duration.fromString(String(value)).toSeconds()

/** TEXT of a property that ical.js does not know. */
const unescapeText = (text: string): string =>
  text.replaceAll(/\\([\\;,nN])/g, (_, char: string) => (char === 'n' || char === 'N' ? '\n' : char))

const address = (value: unknown): string =>
  String(value)
    .trim()
    .replace(/^[a-z]+:/i, (scheme) => scheme.toLowerCase())

function valueOfProperty(property: Property, zones: readonly Found[]): string {
  const [, , type, ...values] = property
  if (type === 'binary') return bytesOf(values[0])
  if (type === 'cal-address') return address(values[0])
  if (type === 'duration') return `${seconds(values[0])} s`
  if (type === 'date' || type === 'date-time') return momentsOf(property, zones).map(keyOf).join(' ')
  return values.map((value) => mendText(type === 'unknown' ? unescapeText(String(value)) : String(value))).join(',')
}

/** A rule in one order, its end as what it means, without what is meant anyway. */
function ruleKey(value: unknown, start: Meant): string {
  const moment: Moment =
    start.sort === 'day'
      ? { date: new Date(start.ms).toISOString().slice(0, 10) }
      : { local: new Date(start.ms).toISOString().slice(0, 19), ...(start.sort === 'at' ? { zone: 'UTC' } : {}) }
  const text = ruleText(value)
  const { wkst, ...parts } = ruleAsJcal(readRule(text, moment))
  const sorted = Object.entries({ ...parts, ...(wkst === undefined || wkst === 2 || wkst === 'MO' ? {} : { wkst }) })
    .map(([name, part]) => `${name}=${Array.isArray(part) ? [...part].map(String).sort().join(',') : String(part)}`)
    .sort()
  return sorted.join(';')
}

/** When it ends, said as a moment, whichever way the file says it. */
function endKey(found: Found, name: 'dtend' | 'due', start: Meant | undefined, zones: readonly Found[]): string | undefined {
  const said = momentOf(found, name, zones)
  const [duration] = all(found, 'duration')
  if (said !== undefined)
    return start !== undefined && keyOf(said) === keyOf(start) && name === 'dtend' && said.sort !== 'day' ? undefined : keyOf(said)
  if (start === undefined) return undefined
  const length = duration === undefined ? (start.sort === 'day' && name === 'dtend' ? 86_400 : 0) : seconds(duration[3])
  return length === 0 ? undefined : keyOf({ ...start, ms: start.ms + length * 1000 })
}

function times(found: Found, zones: readonly Found[]): readonly (readonly [string, string])[] {
  const begin = momentOf(found, 'dtstart', zones)
  const start = begin ?? momentOf(found, 'due', zones)
  const name = found.name === 'vtodo' ? 'due' : 'dtend'
  const end = endKey(found, name, begin, zones)
  const rules = [...all(found, 'rrule'), ...all(found, 'exrule')]
  const dates = (which: string) =>
    all(found, which).flatMap((one) => momentsOf(one, zones).map((moment) => [which, keyOf(moment)] as const))
  return [
    ...(begin === undefined ? [] : [['dtstart', keyOf(begin)] as const]),
    ...(end === undefined ? [] : [[name, end] as const]),
    ...rules.map((rule) => [rule[0], start === undefined ? JSON.stringify(rule[3]) : ruleKey(rule[3], start)] as const),
    ...dates('rdate'),
    ...dates('exdate'),
    ...(rules.length > 0 && start !== undefined ? [['time zone', zonePrint(start)] as const] : []),
  ]
}

/** Each category, cut at its commas: libical 3 (Cyrus 3.6) makes two of a category with a comma, however it is escaped. */
const categories = (property: Property): readonly string[] =>
  property
    .slice(3)
    .flatMap((one) => mendText(String(one)).split(','))
    .map((part) => part.trim())
    .filter((part) => part !== '')

function alarmKey(alarm: Found, zones: readonly Found[]): string {
  const said = alarm.properties
    .filter(([name]) => !UNHEARD_IN_ALARMS.has(name))
    .map((property) => `${property[0]} ${parametersOf(property)} ${valueOfProperty(property, zones)}`)
  return said.sort().join('\n')
}

const isImplied = (of: string, name: string, value: string): boolean =>
  IMPLIED.some((one) => one.name === name && one.value === value.toUpperCase() && (one.of === 'any' || one.of === of))

function linesOf(found: Found, zones: readonly Found[]): readonly Line[] {
  const replaced = all(found, 'recurrence-id')[0]
  const [instead] = replaced === undefined ? [] : momentsOf(replaced, zones)
  const where = instead === undefined ? '' : keyOf(instead)
  const lines: Line[] = times(found, zones).map(([name, value]) => ({ where, name, value }))
  for (const property of found.properties) {
    const [name] = property
    if (TIMES.has(name) || UNHEARD.has(name)) continue
    if (name === 'categories') for (const value of categories(property)) lines.push({ where, name, value })
    else {
      const value = valueOfProperty(property, zones)
      if (!isImplied(found.name, name, value)) lines.push({ where, name, value: `${parametersOf(property)}:${value}` })
    }
  }
  for (const alarm of found.components) if (alarm.name === 'valarm') lines.push({ where, name: 'valarm', value: alarmKey(alarm, zones) })
  return lines
}

/** All that a calendar object says. Fault `item`/`not-understood` where it cannot be read, holds none of `kind` or a second UID. */
export const calendarLines = (bytes: Uint8Array, kind: 'vevent' | 'vtodo'): readonly Line[] => linesOfCalendar(readCalendar(bytes), kind)

/** The same of one that has been read. */
export function linesOfCalendar({ found }: Pick<CalendarText, 'found'>, kind: 'vevent' | 'vtodo'): readonly Line[] {
  const own = found.filter(({ name }) => name === kind)
  const zones = found.filter(({ name }) => name === 'vtimezone')
  if (own.length === 0) throw notUnderstood(`It holds no ${kind.toUpperCase()}.`)
  if (own.some(({ cut }) => cut)) throw notUnderstood('It ends in the middle.')
  if (own.some(({ broken }) => broken.length > 0)) throw notUnderstood('It holds lines that nobody can read.')
  if (new Set(own.map((one) => textOf(one, 'uid'))).size > 1) throw notUnderstood('It holds more than one UID.')
  if (kind === 'vevent' && own.some((one) => all(one, 'dtstart').length === 0)) throw notUnderstood('It does not say when it begins.')
  return orNotUnderstood(() => own.flatMap((one) => linesOf(one, zones)))
}
