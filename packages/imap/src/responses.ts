import { parseInternalDate } from './internal-date.ts'
import type { Attribute, Line } from './wire-client.ts'

export const textOf = (attribute: Attribute | undefined): string => {
  const value = attribute?.value
  if (typeof value === 'string') return value
  if (Buffer.isBuffer(value)) return value.toString('latin1')
  return typeof value === 'number' ? String(value) : ''
}

export const listOf = (attribute: Attribute | undefined): readonly Attribute[] => (Array.isArray(attribute) ? attribute : [])

export const textsOf = (attribute: Attribute | undefined): string[] => listOf(attribute).map(textOf)

/** The bracketed code of a response line: `[APPENDUID 38505 3955:3957]`. */
export function codeOf(line: Line): { readonly name: string; readonly rest: readonly Attribute[] } | undefined {
  const section = line.attributes?.[0]?.section
  const name = section === undefined ? '' : textOf(section[0]).toUpperCase()
  return name === '' ? undefined : { name, rest: section?.slice(1) ?? [] }
}

/** `3:5,9` in the order in which it stands; RFC 4315 wants ranges to rise, and `5:3` is the same set as `3:5`. */
export function expandSet(set: string, most = 100_000): number[] {
  const numbers: number[] = []
  for (const part of set.split(',')) {
    const [first = Number.NaN, last = first] = part.split(':').map(Number)
    const [low, high] = [Math.min(first, last), Math.max(first, last)]
    if (!Number.isSafeInteger(low) || !Number.isSafeInteger(high) || high - low >= most) return []
    for (let at = low; at <= high; at += 1) numbers.push(at)
  }
  return numbers
}

/** Numbers as a compact set: `1:3,7`. */
export function compactSet(numbers: readonly number[]): string {
  const sorted = [...numbers].sort((a, b) => a - b)
  const parts: string[] = []
  let first = sorted[0]
  let last = first
  for (const number of [...sorted.slice(1), undefined]) {
    if (last !== undefined && number === last + 1) {
      last = number
      continue
    }
    if (first !== undefined) parts.push(first === last ? String(first) : `${first}:${last}`)
    first = number
    last = number
  }
  return parts.join(',')
}

/** A message as FETCH tells of it; what was not asked for is absent. */
export interface Row {
  readonly uid: number
  readonly size: number
  readonly flags: readonly string[]
  /** Milliseconds since the Unix epoch. */
  readonly date: number | undefined
  /** What `BODY[...]` held: a header field, a chunk, or all. */
  readonly body: Buffer | undefined
}

/** Undefined for an unsolicited FETCH without a UID. */
export function readRow(line: Line): Row | undefined {
  const items = listOf(line.attributes?.[1])
  let [uid, size] = [0, 0]
  let flags: string[] = []
  let date: number | undefined
  let body: Buffer | undefined
  for (let at = 0; at + 1 < items.length; at += 2) {
    const value = items[at + 1]
    switch (textOf(items[at]).toUpperCase()) {
      case 'UID':
        uid = Number(textOf(value))
        break
      case 'RFC822.SIZE':
        size = Number(textOf(value))
        break
      case 'FLAGS':
        flags = textsOf(value)
        break
      case 'INTERNALDATE':
        date = parseInternalDate(textOf(value))
        break
      case 'BODY':
        body = Buffer.isBuffer(value?.value) ? value.value : Buffer.from(textOf(value), 'latin1')
        break
    }
  }
  return uid > 0 ? { uid, size, flags, date, body } : undefined
}
