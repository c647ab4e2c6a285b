import { createHash } from 'node:crypto'
import type { NameRules } from './rules.ts'

/**
 * Stands before a sign that is meant as itself, and breaks up a name that would be refused as a whole. Not the sign that rclone has for this, which its
 * own server would write twice.
 */
const ESCAPE = '\u02bd'

const bytesOf = (text: string): number => Buffer.byteLength(text)

/** Eight hexadecimal digits that tell two things apart. */
export const printOf = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 8)

/** As far as it can be said in Unicode: composed, and without broken halves of signs. */
const normal = (name: string): string => name.toWellFormed().normalize('NFC')

/** A reserved basename ends at the first dot that is not the name's first sign, as Nextcloud has it. */
function baseOf(name: string): string {
  const dot = name.indexOf('.', 1)
  return dot === -1 ? name : name.slice(0, dot)
}

function isReserved(name: string, { names, basenames }: NameRules): boolean {
  const small = name.toLowerCase()
  return ['', '.', '..'].includes(name.trim()) || names.has(small) || basenames.has(baseOf(small).trimEnd())
}

/**
 * A name that this server takes. Refused signs become their full-width forms or pictures, which are themselves escaped; a name or an ending that is
 * refused as a whole is broken up by the escape sign. `decodeName` gives the name back, unless it had to be shortened.
 */
export function encodeName(name: string, rules: NameRules): string {
  const { images, meant } = rules
  let out = ''
  for (const sign of normal(name)) out += images.get(sign) ?? (sign === ESCAPE || meant.has(sign) ? ESCAPE + sign : sign)
  if (isReserved(out, rules)) out = ESCAPE + out
  const ending = rules.endings.find((one) => out.toLowerCase().endsWith(one))
  if (ending !== undefined) {
    const at = out.length - ending.length + 1
    out = out.slice(0, at) + ESCAPE + out.slice(at)
  }
  return bytesOf(out) <= rules.bytes ? out : withPrint(out, printOf(normal(name)), rules)
}

/** What was encoded under these rules. */
export function decodeName(encoded: string, { meant }: NameRules): string {
  let out = ''
  let escaped = false
  for (const sign of encoded) {
    if (!escaped && sign === ESCAPE) {
      escaped = true
      continue
    }
    out += escaped ? sign : (meant.get(sign) ?? sign)
    escaped = false
  }
  return out
}

/** Longer endings are no formats. */
const ENDING_BYTES = 24

function parted(name: string): readonly [stem: string, ending: string] {
  const dot = name.lastIndexOf('.')
  return dot > 0 && bytesOf(name.slice(dot)) <= ENDING_BYTES ? [name.slice(0, dot), name.slice(dot)] : [name, '']
}

/** `stem (abcd1234).ext`, of an encoded name, and never longer than the server takes. */
export function withPrint(encoded: string, print: string, { bytes }: NameRules): string {
  const [stem, ending] = parted(encoded)
  const tail = ` (${print})${ending}`
  let kept = ''
  let room = bytes - bytesOf(tail)
  for (const sign of stem) {
    room -= bytesOf(sign)
    if (room < 0) break
    kept += sign
  }
  // Half an escape would mean something else.
  const isCut = kept.length < stem.length
  return (isCut && kept.endsWith(ESCAPE) ? kept.slice(0, -1) : kept) + tail
}

/** Under which two names are the same on this server. */
export const sameName = (encoded: string, { caseless }: NameRules): string => (caseless ? encoded.toLowerCase() : encoded)

/**
 * The path of a folder, encoded and joined. One that is longer than the server takes loses its middle, which a print of the whole stands for: it
 * then stands less deep.
 */
export function encodePath(path: readonly string[], rules: NameRules, room = rules.pathBytes): string {
  const parts = path.map((part) => encodeName(part, rules))
  const whole = parts.join('/')
  if (bytesOf(whole) <= room) return whole
  const print = `(${printOf(path.join('/'))})`
  const last = parts.at(-1) ?? ''
  const first: string[] = []
  for (const part of parts.slice(0, -1)) {
    if (bytesOf([...first, part, print, last].join('/')) > room) break
    first.push(part)
  }
  return [...first, print, last].join('/')
}
