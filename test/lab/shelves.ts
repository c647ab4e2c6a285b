import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Report } from '@offramp/control'
import { notUnderstood, type Occurrence, occurrences } from '@offramp/formats'
import { WINDOW } from '@offramp/formats/testing'
import { type Radicale, radicaleStore } from '../servers/radicale.ts'

/** What stands on calendars' and address books' shelves, and how it is held against what was meant. */

/** Beside the repository, where there is one: calendars and cards as they were found in the field. */
const CORPORA = process.env['OFFRAMP_CORPORA'] ?? new URL('../../../shared/corpus/', import.meta.url)
export const CALENDARS = fileURLToPath(new URL('calendar/', CORPORA))
export const CARDS = fileURLToPath(new URL('contacts/', CORPORA))
export const haveCorpora = existsSync(CALENDARS) && existsSync(CARDS)

interface Span {
  readonly start: number
  readonly allDay: boolean
  readonly end?: number
}

/** A time in words, so that a difference can be read. */
export const said = ({ start, allDay, end }: Span): string =>
  `${new Date(start).toISOString()}${end === undefined ? '' : `/${new Date(end).toISOString()}`}${allDay ? ' day' : ''}`

/** Every time of a stored object ten years back and three ahead, by ical.js, in order. */
export const timesOf = (text: string, { from, to }: { readonly from: number; readonly to: number } = WINDOW): readonly Occurrence[] =>
  occurrences(Buffer.from(text), from, to)

/** What is on one side and not on the other; empty where both are equal. A few of each. */
export function unlike(meant: readonly Span[], found: readonly Span[]): readonly string[] {
  const [left, right] = [meant.map(said).toSorted(), found.map(said).toSorted()]
  if (left.join() === right.join()) return []
  const missing = left.filter((one) => !right.includes(one)).slice(0, 3)
  const beyond = right.filter((one) => !left.includes(one)).slice(0, 3)
  return [`meant ${left.length}, found ${right.length}; missing ${missing.join(', ') || 'none'}; beyond ${beyond.join(', ') || 'none'}`]
}

/** The texts of all objects of an account that hold a component, from Radicale's own files. */
export async function textsIn(radicale: Radicale, login: string, component: string): Promise<readonly string[]> {
  const all = (await radicaleStore(radicale, login)).flatMap(({ objects }) => [...objects.values()])
  return all.filter((text) => text.includes(`BEGIN:${component}`))
}

/** One property of an object as it reads, unfolded and with its escapes; throws where it has none. */
export function lineOf(text: string, name: string): string {
  const value = new RegExp(`^${name}(?:;[^:\\r\\n]*)?:(.*)$`, 'm').exec(text.replaceAll(/\r\n[ \t]/g, ''))?.[1]
  if (value === undefined) throw notUnderstood(`It has no ${name}.`)
  return value.trimEnd()
}

/** Everything that a report names of one kind, as `kind: label: message`. */
export const namedIn = (report: Report, kind: string): readonly string[] =>
  report.lanes
    .filter((lane) => lane.kind === kind)
    .flatMap(({ balance }) => balance?.exceptions ?? [])
    .map(({ kind: sort, label, message }) => `${sort}: ${label}: ${message}`)
