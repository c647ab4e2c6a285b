import ICAL from 'ical.js'

/** A parsed calendar or card, as this package reads them: independent of what Offramp writes with. */
export type Component = InstanceType<typeof ICAL.Component>
export type Property = InstanceType<typeof ICAL.Property>

/** Kinds of what a calendar object may be. */
export const KINDS = ['VEVENT', 'VTODO', 'VJOURNAL'] as const

/** The first VCALENDAR or VCARD of a text: sabre reads no further. Throws where it is none. */
export function readComponent(text: string): Component {
  const read: unknown = ICAL.parse(text.replace(/^\ufeff/, ''))
  if (!Array.isArray(read) || read.length === 0) throw new Error('End of document reached prematurely')
  const first: unknown = Array.isArray(read[0]) ? read[0] : read
  if (!Array.isArray(first)) throw new Error('This parser only supports VCARD and VCALENDAR files')
  return new ICAL.Component(first)
}

export const kindsIn = (calendar: Component): readonly Component[] =>
  KINDS.flatMap((kind) => calendar.getAllSubcomponents(kind.toLowerCase()))

/** A property's value as text; undefined where there is none. */
export function textOf(component: Component, name: string): string | undefined {
  const value: unknown = component.getFirstPropertyValue(name)
  return value === null || value === undefined ? undefined : String(value)
}

/** A parameter as text, the first of several. */
export function parameterOf(property: Property, name: string): string | undefined {
  const value: unknown = property.getFirstParameter(name)
  return typeof value === 'string' && value !== '' ? value : undefined
}

/** CRLF and folded, as the server writes what it has changed. */
export const serialise = (component: Component): Buffer => Buffer.from(`${component.toString().replace(/\r?\n/g, '\r\n')}\r\n`)
