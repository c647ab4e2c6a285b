/** One header field. Bytes are of the message itself, not copied. */
export interface HeaderField {
  /** In lower case. */
  readonly name: string
  /** Everything behind the colon, folds included, without the last line end. */
  readonly value: Uint8Array
  /** Where the field starts and ends (behind its last line end) in the message. */
  readonly start: number
  readonly end: number
}

export interface Header {
  readonly fields: readonly HeaderField[]
  /** Where the body starts, behind the empty line; the message's length where there is none. */
  readonly bodyStart: number
}

const LF = 10
const CR = 13
const COLON = 58

/** A field's name is printable ASCII without a space; some old mailers put a space before the colon. */
function nameIn(bytes: Uint8Array, start: number, end: number): string | undefined {
  const colon = bytes.indexOf(COLON, start)
  if (colon <= start || colon >= end || colon - start > 1_000) return undefined
  let name = ''
  for (let at = start; at < colon; at += 1) {
    const byte = bytes[at] ?? 0
    if (byte <= 32 || byte >= 127) return at > start && isBlank(bytes, at, colon) ? name.toLowerCase() : undefined
    name += String.fromCharCode(byte)
  }
  return name.toLowerCase()
}

const isBlank = (bytes: Uint8Array, start: number, end: number): boolean => {
  for (let at = start; at < end; at += 1) if (bytes[at] !== 32 && bytes[at] !== 9) return false
  return true
}

const isMboxLine = (bytes: Uint8Array, start: number): boolean =>
  bytes[start] === 70 && bytes[start + 1] === 114 && bytes[start + 2] === 111 && bytes[start + 3] === 109 && bytes[start + 4] === 32

const isContinuation = (byte: number | undefined): boolean => byte === 32 || byte === 9

/**
 * Reads a header block, wherever it starts. A line that is no field ends it, and the body starts with that line: a message without a header
 * block is all body, and nothing of it is lost to the header. One pass, whatever the number of fields.
 */
export function readHeader(bytes: Uint8Array, from = 0, to = bytes.length): Header {
  const fields: HeaderField[] = []
  let at = from
  if (isMboxLine(bytes, at)) at = lineEnd(bytes, at, to)
  while (at < to) {
    const end = lineEnd(bytes, at, to)
    const bare = withoutEnd(bytes, at, end)
    if (bare === at) return { fields, bodyStart: end }
    const name = nameIn(bytes, at, bare)
    if (name === undefined) return { fields, bodyStart: at }
    let last = end
    while (last < to && isContinuation(bytes[last])) last = lineEnd(bytes, last, to)
    const colon = bytes.indexOf(COLON, at)
    fields.push({ name, value: bytes.subarray(colon + 1, withoutEnd(bytes, at, last)), start: at, end: last })
    at = last
  }
  return { fields, bodyStart: to }
}

const lineEnd = (bytes: Uint8Array, from: number, to: number): number => {
  const at = bytes.indexOf(LF, from)
  return at < 0 || at >= to ? to : at + 1
}

const withoutEnd = (bytes: Uint8Array, start: number, end: number): number => {
  let at = end
  if (at > start && bytes[at - 1] === LF) at -= 1
  if (at > start && bytes[at - 1] === CR) at -= 1
  return at
}

/** The first field of that name, unfolded and decoded as UTF-8 where it is that, as Windows-1252 otherwise. `''` where there is none. */
export const firstText = (header: Header, name: string): string => {
  const field = header.fields.find((one) => one.name === name)
  return field === undefined ? '' : textOf(field.value)
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
const western = new TextDecoder('windows-1252')

/** Raw header bytes as text, line folds removed. */
export function textOf(value: Uint8Array): string {
  let text: string
  try {
    text = utf8.decode(value)
  } catch {
    text = western.decode(value)
  }
  return text.replace(/\r?\n(?=[ \t])/g, '').trim()
}
