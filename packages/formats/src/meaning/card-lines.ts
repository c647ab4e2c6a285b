import { readVCards } from '../contact/read-vcards.ts'
import type { Property } from '../ical/jcal.ts'
import { mendText } from '../ical/mend-text.ts'
import { type Found, parameter } from '../ical/read-components.ts'
import { notUnderstood } from '../not-understood.ts'
import { IGNORED_PROPERTIES } from './ignored-properties.ts'
import { bytesOf, type Line } from './line.ts'

const UNHEARD = new Set(IGNORED_PROPERTIES.card.map(({ name }) => name))

/** What 3.0 and 4.0 call by two names, as sabre 4 (Nextcloud) converts them. */
const NAMES: Readonly<Record<string, string>> = {
  'x-addressbookserver-kind': 'kind',
  'x-addressbookserver-member': 'member',
  'x-anniversary': 'anniversary',
  'x-abshowas': 'kind',
}

const DAYS = new Set(['bday', 'anniversary', 'x-abdate'])

/** `YYYYMMDD`, or `--MMDD` for a day without a year, whichever way it is said. */
function dayKey(property: Property): string {
  const digits = String(property[3]).replace(/T.*$/, '').replaceAll('-', '')
  const year = parameter(property, 'x-apple-omit-year')
  return year !== undefined && digits.startsWith(year) ? `--${digits.slice(year.length)}` : digits.length === 4 ? `--${digits}` : digits
}

const flat = (value: unknown): string => (Array.isArray(value) ? value.map(flat).join(',') : mendText(String(value)))

/** Parts of N, ORG or ADR without the empty ones at the end, which writers leave out or not. */
const parts = (value: readonly unknown[]): string => value.map(flat).join(';').replace(/;+$/, '')

function valueOfCard(property: Property): string {
  const [name, , type, value] = property
  if (DAYS.has(name)) return dayKey(property)
  const data = /^data:[^,]*;base64,(.*)$/s.exec(String(value))?.[1]
  if (type === 'binary' || data !== undefined) return bytesOf(data ?? value)
  if (name === 'tel') return flat(value).replace(/^tel:/i, '')
  if (name === 'x-abshowas') return 'ORG'
  if (Array.isArray(value)) return parts(value)
  return property.slice(3).map(flat).join(',')
}

/** Types that are meant without them: RFC 2426, 3.3.1 (VOICE) and 3.3.2 (INTERNET). */
const IMPLIED_TYPES = new Set(['INTERNET', 'VOICE'])

function types(property: Property): string {
  const given = property[1]['type']
  const words = (given === undefined ? [] : [given].flat()).flatMap((word) => word.split(',')).map((word) => word.toUpperCase())
  const all = parameter(property, 'pref') === '1' ? [...words, 'PREF'] : words
  return [...new Set(all)]
    .filter((word) => word !== '' && !IMPLIED_TYPES.has(word))
    .sort()
    .join(',')
}

const labelOf = (card: Found, property: Property): string => {
  const group = parameter(property, 'group')?.toLowerCase()
  if (group === undefined) return ''
  const label = card.properties.find((one) => one[0] === 'x-ablabel' && parameter(one, 'group')?.toLowerCase() === group)
  return label === undefined ? '' : flat(label[3])
}

function lineOf(card: Found, property: Property): Line | undefined {
  const [given] = property
  const name = NAMES[given] ?? given
  const value = valueOfCard(property)
  if (UNHEARD.has(given) || given === 'x-ablabel' || value === '') return undefined
  if (name === 'kind' && value.toUpperCase() === 'INDIVIDUAL') return undefined
  const service = parameter(property, 'x-service-type') ?? ''
  return {
    where: '',
    name,
    value: [name === 'photo' ? '' : types(property), labelOf(card, property), service, name === 'kind' ? value.toUpperCase() : value].join(
      ':',
    ),
  }
}

/** All that a card says. Fault `item`/`not-understood` where it cannot be read or there is more than one. */
export const cardLines = (bytes: Uint8Array): readonly Line[] => linesOfCards(readVCards(bytes))

/** The same of what has been read. */
export function linesOfCards(cards: readonly Found[]): readonly Line[] {
  const [card] = cards
  if (card === undefined || cards.length > 1) throw notUnderstood('It holds no card, or more than one.')
  if (card.cut) throw notUnderstood('It ends in the middle.')
  if (card.broken.length > 0) throw notUnderstood('It holds lines that nobody can read.')
  const lines: Line[] = []
  for (const property of card.properties) {
    if (property[0] === 'categories' || property[0] === 'nickname') {
      for (const one of property.slice(3)) lines.push({ where: '', name: property[0], value: flat(one) })
      continue
    }
    const line = lineOf(card, property)
    if (line !== undefined) lines.push(line)
  }
  return lines
}
