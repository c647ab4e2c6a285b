import { type HeaderField, readHeader } from './header.ts'

const ADDRESSES = new Set(['from', 'to', 'cc', 'bcc', 'sender', 'reply-to', 'resent-from', 'resent-to', 'resent-cc'])
const HIGH = /[\u0080-\uffff]/

const hasHigh = (bytes: Uint8Array): boolean => bytes.some((byte) => byte > 127)

function decode(value: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(value)
  } catch {
    return new TextDecoder('windows-1252').decode(value)
  }
}

/** At most 45 bytes of UTF-8 an encoded word, so that none is longer than the 75 characters that RFC 2047 allows. */
function encodedWords(text: string): string {
  const words: string[] = []
  let held = ''
  for (const character of text) {
    if (Buffer.byteLength(held + character) > 45) {
      words.push(held)
      held = ''
    }
    held += character
  }
  words.push(held)
  return words.map((word) => `=?utf-8?B?${Buffer.from(word).toString('base64')}?=`).join('\r\n ')
}

const unquote = (text: string): string => text.replace(/\\(.)/g, '$1')

const LONG = 65_536

/** Runs of words with non-ASCII letters become encoded words; a quoted name in an address becomes one as a whole. */
function encodeValue(field: HeaderField): string {
  let text = decode(field.value)
  if (ADDRESSES.has(field.name) && text.length < LONG) {
    text = text.replace(/"([^"\\]*(?:\\.[^"\\]*)*)"/g, (whole, inside: string) =>
      HIGH.test(whole) ? encodedWords(unquote(inside)) : whole,
    )
  }
  const out: string[] = []
  let run = ''
  for (const piece of text.split(/([\s<>(),;:"]+)/)) {
    const blank = /^[ \t]+$/.test(piece)
    if (HIGH.test(piece) || (blank && run !== '')) run += piece
    else {
      out.push(flush(run), piece)
      run = ''
    }
  }
  return [...out, flush(run)].join('')
}

/** Blanks behind the last word stay outside. */
function flush(run: string): string {
  const words = run.trimEnd()
  return words === '' ? run : encodedWords(words) + run.slice(words.length)
}

/**
 * The message with raw 8-bit bytes of its top header written as RFC 2047 encoded words; body and all other bytes stay. Returns its argument
 * where there is nothing to do. For servers that would destroy those bytes: Cyrus 3.6 stores an `X` for each (`munge8bit`).
 */
export function encodeEightBitHeader(message: Uint8Array): Uint8Array {
  const { fields, bodyStart } = readHeader(message)
  if (!hasHigh(message.subarray(0, bodyStart))) return message
  const parts: Uint8Array[] = []
  let at = 0
  for (const field of fields) {
    if (!hasHigh(field.value)) continue
    const valueStart = field.value.byteOffset - message.byteOffset
    parts.push(message.subarray(at, valueStart), Buffer.from(encodeValue(field)))
    at = valueStart + field.value.length
  }
  parts.push(message.subarray(at))
  return Buffer.concat(parts)
}
