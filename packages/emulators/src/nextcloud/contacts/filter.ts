import { type Component, readComponent } from '../calendars/component.ts'
import { card } from '../xml/names.ts'
import { childOf, childrenOf, type XmlElement } from '../xml/read.ts'

/** Whether a card is what an `addressbook-query` looks for. Of two cards in one object the second is never seen (facts 6). */
export function matchesCard(filter: XmlElement | undefined, bytes: Buffer): boolean {
  const parts = childrenOf(filter, card('prop-filter'))
  if (parts.length === 0) return true
  let read: Component
  try {
    read = readComponent(bytes.toString())
  } catch {
    return false
  }
  const test = (each: XmlElement): boolean => matchesProperty(each, read)
  return filter?.attributes['test'] === 'allof' ? parts.every(test) : parts.some(test)
}

const TYPES: Readonly<Record<string, (value: string, wanted: string) => boolean>> = {
  equals: (value, wanted) => value === wanted,
  contains: (value, wanted) => value.includes(wanted),
  'starts-with': (value, wanted) => value.startsWith(wanted),
  'ends-with': (value, wanted) => value.endsWith(wanted),
}

function matchesProperty(filter: XmlElement, read: Component): boolean {
  const properties = read.getAllProperties((filter.attributes['name'] ?? '').toLowerCase())
  if (childOf(filter, card('is-not-defined'))) return properties.length === 0
  const matches = childrenOf(filter, card('text-match'))
  if (matches.length === 0) return properties.length > 0
  const values = properties.map((each) => String(each.getFirstValue()).toLowerCase())
  const test = ({ attributes, text }: XmlElement): boolean => {
    const compare = TYPES[attributes['match-type'] ?? 'contains'] ?? TYPES['contains']
    const found = values.some((value) => compare?.(value, text.toLowerCase()) === true)
    return attributes['negate-condition'] === 'yes' ? !found : found
  }
  return filter.attributes['test'] === 'allof' ? matches.every(test) : matches.some(test)
}
