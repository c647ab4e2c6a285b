import { cal } from '../xml/names.ts'
import { childOf, childrenOf, type XmlElement } from '../xml/read.ts'
import { type Component, readComponent } from './component.ts'
import { spanOf } from './spans.ts'

/** Whether an object is what a `calendar-query` looks for. */
export function matchesCalendar(filter: XmlElement | undefined, bytes: Buffer): boolean {
  const top = childOf(filter, cal('comp-filter'))
  if (!top) return true
  let calendar: Component
  try {
    calendar = readComponent(bytes.toString())
  } catch {
    return false
  }
  return calendar.name.toUpperCase() === top.attributes['name'] && matchesInside(top, calendar)
}

function matchesInside(filter: XmlElement, component: Component): boolean {
  return (
    childrenOf(filter, cal('prop-filter')).every((each) => matchesProperty(each, component)) &&
    childrenOf(filter, cal('comp-filter')).every((each) => matchesComponents(each, component))
  )
}

function matchesComponents(filter: XmlElement, parent: Component): boolean {
  const found = parent.getAllSubcomponents((filter.attributes['name'] ?? '').toLowerCase())
  if (childOf(filter, cal('is-not-defined'))) return found.length === 0
  const range = childOf(filter, cal('time-range'))
  return found.some((each) => matchesInside(filter, each) && (!range || isWithin(range, each)))
}

const instant = (text: string | undefined, otherwise: number): number => (text === undefined ? otherwise : Date.parse(dashed(text)))

const dashed = (text: string): string => text.replace(/^(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})Z?$/, '$1-$2-$3T$4:$5:$6Z')

function isWithin(range: XmlElement, component: Component): boolean {
  const from = instant(range.attributes['start'], Number.NEGATIVE_INFINITY)
  const to = instant(range.attributes['end'], Number.POSITIVE_INFINITY)
  const span = spanOf(component)
  // As sabre's index does it: from the first to the last occurrence, gaps between them included.
  return !span || (span.start < to && span.end >= from)
}

function matchesProperty(filter: XmlElement, component: Component): boolean {
  const properties = component.getAllProperties((filter.attributes['name'] ?? '').toLowerCase())
  if (childOf(filter, cal('is-not-defined'))) return properties.length === 0
  const match = childOf(filter, cal('text-match'))
  if (!match) return properties.length > 0
  const isSame = match.attributes['collation'] === 'i;octet'
  const fold = (text: string): string => (isSame ? text : text.toLowerCase())
  const found = properties.some((each) => fold(String(each.getFirstValue())).includes(fold(match.text)))
  return match.attributes['negate-condition'] === 'yes' ? !found : found
}
