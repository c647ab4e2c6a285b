import { createHash } from 'node:crypto'
import { KEYWORD_BYTES } from './limits.ts'

/** What an atom may hold (RFC 9051), without the characters that mean something here. */
const PLAIN = /[A-Za-z0-9.!#&'+,:;<>?@^`|~/-]/

/** Words that servers and programs act upon: a category of that name must not become one. */
const TAKEN = new Set(['junk', 'nonjunk', 'notjunk', 'forwarded', 'mdnsent', 'nil'])

/** Words that mean the same everywhere and stay as they are: RFC 8457, and Gmail's categories by the names that its own page gives them. */
const WELL_KNOWN = /^(?:\$Important|CATEGORY_(?:PERSONAL|SOCIAL|PROMOTIONS|UPDATES|FORUMS))$/

const escapeByte = (byte: number): string => `=${byte.toString(16).toUpperCase().padStart(2, '0')}`

const escapeText = (text: string): string => [...Buffer.from(text)].map(escapeByte).join('')

/**
 * A category as an IMAP keyword: blanks become `_`, everything else that is no atom becomes `=XX` per byte of UTF-8. At most 50 bytes: a
 * longer one is cut and ends in `=~` and a hash, and then only the program's own report knows the whole name.
 */
export function keywordOf(category: string): string {
  const name = category.normalize('NFC')
  if (WELL_KNOWN.test(name)) return name
  const pieces = [...name].map((character) => (character === ' ' ? '_' : PLAIN.test(character) ? character : escapeText(character)))
  const isTaken = TAKEN.has(name.toLowerCase()) || WELL_KNOWN.test(pieces.join(''))
  if (isTaken && pieces[0] !== undefined) pieces[0] = escapeText(name.charAt(0))
  if (pieces.join('').length <= KEYWORD_BYTES) return pieces.join('')
  const suffix = `=~${createHash('sha256').update(name).digest('hex').slice(0, 8)}`
  let kept = ''
  for (const piece of pieces) {
    if (kept.length + piece.length + suffix.length > KEYWORD_BYTES) break
    kept += piece
  }
  return kept + suffix
}

/** The category that a keyword was made of; a keyword that a person or program set says itself. */
export function categoryOf(keyword: string): string {
  if (WELL_KNOWN.test(keyword)) return keyword
  const bytes: Buffer[] = []
  for (const piece of keyword.match(/=[0-9A-F]{2}|_|[^=_]+|=/g) ?? []) {
    if (piece === '_') bytes.push(Buffer.from(' '))
    else if (/^=[0-9A-F]{2}$/.test(piece)) bytes.push(Buffer.from([Number.parseInt(piece.slice(1), 16)]))
    else bytes.push(Buffer.from(piece))
  }
  return Buffer.concat(bytes).toString()
}
