import { createHash } from 'node:crypto'
import { PART_BYTES } from './limits.ts'
import { mailboxBytes } from './modified-utf7.ts'

/** What a server does not take in a folder's name. */
export interface NameStyle {
  readonly separator: string
  /** Further characters that it refuses or takes for something else. */
  readonly forbidden: string
}

/** Stands before a character that is one of the replacements already, so that the way back is unambiguous. */
const QUOTE = '\u201b'
const EMPTY = `${QUOTE}\u2205`
const SPACE = '\u2420'

/** Look-alikes that no server minds: full-width forms for printable characters, control pictures for the others. */
function replacement(character: string): string {
  const code = character.codePointAt(0) ?? 0
  if (character === ' ') return SPACE
  if (code < 0x20) return String.fromCodePoint(0x2400 + code)
  if (code === 0x7f) return '\u2421'
  return String.fromCodePoint(0xfee0 + code)
}

function original(character: string): string | undefined {
  const code = character.codePointAt(0) ?? 0
  if (character === SPACE) return ' '
  if (code >= 0x2400 && code < 0x2420) return String.fromCodePoint(code - 0x2400)
  if (code === 0x2421) return '\u007f'
  if (code > 0xff00 && code < 0xff5f) return String.fromCodePoint(code - 0xfee0)
  return undefined
}

const isControl = (character: string): boolean => character < ' ' || character === '\u007f'

/**
 * One part of a path as this server takes it; `unescapePart` gives back what it was (in NFC, and unless it had to be shortened). `%` and
 * `*` are wildcards in LIST, `"` and `\` are refused by Cyrus 3.6, a leading `~` by Dovecot 2.3, `.` and the separator mean a folder
 * below, and blanks at the ends are lost by many.
 */
export function escapePart(name: string, style: NameStyle): string {
  const text = name.normalize('NFC')
  if (text === '') return EMPTY
  const characters = [...text]
  const last = characters.length - 1
  const always = `%*"\\${style.separator}${style.forbidden}`
  const dots = /^\.+$/.test(text)
  const escaped = characters.map((character, at) => {
    if (original(character) !== undefined || character === QUOTE) return QUOTE + character
    if (isControl(character) || always.includes(character) || (dots && character === '.')) return replacement(character)
    if (character === ' ' && (at === 0 || at === last)) return SPACE
    if (character === '~' && at === 0) return replacement(character)
    return character
  })
  return escaped.join('')
}

export function unescapePart(name: string): string {
  if (name === EMPTY) return ''
  let text = ''
  let quoted = false
  for (const character of name) {
    if (character === QUOTE && !quoted) {
      quoted = true
      continue
    }
    text += quoted ? character : (original(character) ?? character)
    quoted = false
  }
  return text
}

/** Letters and digits by which names are told apart that would otherwise be one; the same in every process. */
export const mark = (identity: string): string => createHash('sha256').update(identity).digest('hex').slice(0, 8)

/** Cut at whole characters to `bytes` on the wire, with a mark of what was cut; names that fit stay. */
export function shorten(part: string, identity: string, bytes = PART_BYTES): string {
  if (mailboxBytes(part) <= bytes) return part
  const suffix = `~${mark(identity)}`
  let kept = ''
  for (const character of part) {
    if (mailboxBytes(kept + character + suffix) > bytes) break
    kept += character
  }
  return `${kept.trimEnd()}${suffix}`
}
