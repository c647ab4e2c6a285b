import { createHash } from 'node:crypto'
import type { Property } from '../ical/jcal.ts'
import { mendText } from '../ical/mend-text.ts'
import { IGNORED_PARAMETERS } from './ignored-properties.ts'

/** One thing that an item says: where (the item, or one occurrence), what, and how. */
export interface Line {
  readonly where: string
  readonly name: string
  readonly value: string
}

/** Parameters of which the values are words of the format: their case says nothing (RFC 5545, 2). */
const WORDS = new Set(['cutype', 'role', 'partstat', 'rsvp', 'reltype', 'related', 'type', 'fmttype', 'feature', 'value', 'x-service-type'])

const ignored = (name: string, value: string): boolean =>
  IGNORED_PARAMETERS.some((one) => one.name === name && (one.value === undefined || one.value === value.toUpperCase()))

/** A property's parameters in one order, without those that say nothing. */
export function parametersOf([, parameters]: Property): string {
  return Object.entries(parameters)
    .map(([name, value]) => [name.toLowerCase(), (Array.isArray(value) ? [...value] : [value]).map(mendText).sort().join(',')] as const)
    .map(([name, value]) => [name, WORDS.has(name) ? value.toUpperCase() : value] as const)
    .filter(([name, value]) => value !== '' && !ignored(name, value))
    .map(([name, value]) => `${name}=${value}`)
    .sort()
    .join(';')
}

export const digest = (bytes: Uint8Array | string): string => createHash('sha256').update(bytes).digest('hex').slice(0, 32)

/** Base64 by the bytes that it stands for. */
export const bytesOf = (base64: unknown): string => `bytes ${digest(Buffer.from(String(base64).replaceAll(/\s/g, ''), 'base64'))}`
