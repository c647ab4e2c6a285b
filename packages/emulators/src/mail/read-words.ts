import type { Person } from '../generate/plan.ts'

function decoded(bytes: Buffer, charset: string): string {
  try {
    return new TextDecoder(charset).decode(bytes)
  } catch {
    return bytes.toString('latin1')
  }
}

function unquote(text: string): Buffer {
  return Buffer.from(
    text.replaceAll('_', ' ').replace(/=([0-9A-Fa-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
    'latin1',
  )
}

/** RFC 2047 words decoded; raw 8-bit text is taken for UTF-8 where it is that, else for Latin-1. */
export function decodeWords(raw: string): string {
  const joined = raw.replace(/(=\?[^?]+\?[BbQq]\?[^?]*\?=)\s+(?==\?)/g, '$1')
  const text = /[\x80-\xff]/.test(joined) ? eightBit(joined) : joined
  return text.replace(/=\?([^?*]+)(?:\*[^?]*)?\?([BbQq])\?([^?]*)\?=/g, (_, charset: string, method: string, body: string) =>
    decoded(method.toUpperCase() === 'B' ? Buffer.from(body, 'base64') : unquote(body), charset),
  )
}

function eightBit(latin: string): string {
  const bytes = Buffer.from(latin, 'latin1')
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return latin
  }
}

/** The people of an address header; groups and comments are passed over. */
export function readPeople(raw: string): readonly Person[] {
  const people: Person[] = []
  for (const piece of raw.match(/(?:"(?:[^"\\]|\\.)*"|<[^>]*>|[^,"<])+/g) ?? []) {
    const angled = /^(.*)<([^>]*)>\s*$/s.exec(piece.trim())
    const address = (angled?.[2] ?? piece).trim()
    const name = decodeWords((angled?.[1] ?? '').trim().replace(/^"|"$/g, ''))
    if (address !== '') people.push({ name: name === '' ? address : name, address })
  }
  return people
}
