import type { Property } from '../ical/jcal.ts'
import { type Found, parameter } from '../ical/read-components.ts'
import type { Labelled } from './model.ts'

const flatText = (value: unknown): string => (Array.isArray(value) ? value.map(flatText).join(', ') : String(value ?? ''))

/** A property's value as one text. */
export const valueText = (property: Property): string => property.slice(3).map(flatText).join(',')

/** X-ABLabel in the property's group, as a person reads it: `_$!<Anniversary>!$_` is `Anniversary`. */
export function labelOf(card: Found, property: Property): string | undefined {
  const group = parameter(property, 'group')?.toLowerCase()
  if (group === undefined) return undefined
  const label = card.properties.find((one) => one[0] === 'x-ablabel' && parameter(one, 'group')?.toLowerCase() === group)
  const text = label === undefined ? '' : extensionText(label)
  return text === '' ? undefined : text.replace(/^_\$!<(.*)>!\$_$/, '$1')
}

/** The text of a property that vCard does not know. */
export const extensionText = (property: Property): string =>
  valueText(property).replaceAll(/\\([\\;,:nN])/g, (_, char: string) => (/n/i.test(char) ? '\n' : char))

const SILENT = new Set(['internet', 'voice', 'pref', 'dom', 'intl', 'postal', 'parcel', 'msg', 'x-internet'])

/** TYPE, PREF and label of a property around its value. */
export function labelled<T>(card: Found, property: Property, value: T): Labelled<T> {
  const given = property[1]['type']
  const words = (given === undefined ? [] : [given].flat()).flatMap((word) => word.split(',')).map((word) => word.trim().toLowerCase())
  const types = [...new Set(words)].filter((word) => word !== '' && !SILENT.has(word))
  const label = labelOf(card, property)
  const preferred = words.includes('pref') || parameter(property, 'pref') === '1'
  return {
    value,
    ...(types.length === 0 ? {} : { types }),
    ...(label === undefined ? {} : { label }),
    ...(preferred ? { preferred } : {}),
  }
}
