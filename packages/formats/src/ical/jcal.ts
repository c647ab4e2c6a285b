import ICAL from 'ical.js'

// ical.js counts the space that begins a folded line as none: 75 would give lines of 76 octets (RFC 5545, 3.1).
ICAL.foldLength = 74

export type Parameters = Record<string, string | string[]>
/** Name in lower case, parameters, type of the value, values (RFC 7265). */
export type Property = [string, Parameters, string, ...unknown[]]
export type Component = [string, Property[], Component[]]

/** `unknown` is written as it stands, without `VALUE=`. */
export const property = (name: string, type: string, value: unknown, parameters: Parameters = {}): Property => [
  name,
  parameters,
  type,
  value,
]

/** UTF-8, CRLF, folded. */
export const toBytes = (component: Component): Uint8Array => Buffer.from(ICAL.stringify(component), 'utf8')

/** `YYYY-MM-DDTHH:MM:SSZ`, as jCal writes an instant. Whole seconds. */
export const utc = (ms: number): string => `${new Date(Math.floor(ms / 1000) * 1000).toISOString().slice(0, 19)}Z`

const FIRST = -62_135_596_800_000
const LAST = Date.UTC(9999, 11, 31)
/** An instant that four digits of a year can say. */
export const isInstant = (ms: number | undefined): ms is number => ms !== undefined && ms >= FIRST && ms <= LAST
