import { cal, clark, DAV, d, OWNCLOUD, SERVER } from '../xml/names.ts'
import { childOf, childrenOf, type XmlElement } from '../xml/read.ts'
import { escapeXml, writeXml } from '../xml/write.ts'
import { COLOR, DESCRIPTION, DISPLAY_NAME, ORDER } from './collection.ts'

export interface PropertyChange {
  readonly name: string
  /** XML within; undefined: taken away. */
  readonly value: string | undefined
}

/** Kept as text whatever was in them. */
const TEXTS = new Set([DISPLAY_NAME, COLOR, ORDER, DESCRIPTION.calendar, DESCRIPTION.book, cal('calendar-timezone')])

/** What nobody can change: the server's own. */
const PROTECTED = new Set([
  ...['getetag', 'getcontentlength', 'getcontenttype', 'creationdate', 'resourcetype', 'sync-token', 'owner', 'current-user-principal'].map(
    d,
  ),
  ...['supported-calendar-component-set', 'supported-calendar-data', 'max-resource-size', 'schedule-inbox-URL'].map(cal),
  ...['getctag', 'publish-url'].map((name) => clark(SERVER, name)),
  ...['owner-principal', 'invite', 'read-only'].map((name) => clark(OWNCLOUD, name)),
  clark(DAV, 'current-user-privilege-set'),
])

/** Facts 5.1: a component set stays what it was made as. */
export const isProtected = (name: string): boolean => PROTECTED.has(name)

const xmlOf = (property: XmlElement): string =>
  TEXTS.has(property.name) || property.children.length === 0 ? escapeXml(property.text) : property.children.map(writeXml).join('')

/** The properties that an element of `set` and `remove` names, in order. */
export function changesIn(xml: XmlElement | undefined): readonly PropertyChange[] {
  return (xml?.children ?? []).flatMap((part): readonly PropertyChange[] => {
    const properties = childOf(part, d('prop'))?.children ?? []
    if (part.name === d('set')) return properties.map((property) => ({ name: property.name, value: xmlOf(property) }))
    if (part.name === d('remove')) return properties.map(({ name }) => ({ name, value: undefined }))
    return []
  })
}

/** Names of components in a `supported-calendar-component-set` that a client sets. */
export function componentsIn(xml: XmlElement | undefined): readonly string[] | undefined {
  for (const part of childrenOf(xml, d('set'))) {
    const set = childOf(childOf(part, d('prop')), cal('supported-calendar-component-set'))
    if (set) return childrenOf(set, cal('comp')).map(({ attributes }) => (attributes['name'] ?? '').toUpperCase())
  }
  return undefined
}

/** Names in a `resourcetype` that a client sets. */
export function typesIn(xml: XmlElement | undefined): readonly string[] | undefined {
  for (const part of childrenOf(xml, d('set'))) {
    const type = childOf(childOf(part, d('prop')), d('resourcetype'))
    if (type) return type.children.map(({ name }) => name)
  }
  return undefined
}
