import { decodeWords } from './decoding.ts'
import { firstText, type Header } from './header.ts'

const LONGEST = 16_384

interface Piece {
  readonly order: number
  readonly text: string
}

/** `utf-8'en'caf%C3%A9` as text; what does not decode stays. */
function percentDecoded(text: string): string {
  const [charset, , ...rest] = text.split("'")
  if (rest.length === 0) return text
  const bytes = Buffer.from(
    rest.join("'").replace(/%([0-9a-f]{2})/gi, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 16))),
    'latin1',
  )
  try {
    return new TextDecoder(charset === '' ? 'utf-8' : charset).decode(bytes)
  } catch {
    return text
  }
}

function parameter(value: string, name: string): string {
  const pieces: Piece[] = []
  let encoded = false
  for (const match of value.matchAll(/(?<=^|[\s;])([a-z]+)(?:\*(\d{1,3}))?(\*)?=(?:"((?:[^"\\]|\\.)*)"|([^;]*))/gi)) {
    if (match[1]?.toLowerCase() !== name) continue
    encoded ||= match[3] !== undefined
    pieces.push({ order: Number(match[2] ?? 0), text: match[4]?.replace(/\\(.)/g, '$1') ?? match[5]?.trim() ?? '' })
  }
  const joined = pieces
    .sort((a, b) => a.order - b.order)
    .map((piece) => piece.text)
    .join('')
  return encoded ? percentDecoded(joined) : decodeWords(joined)
}

/** What a part wants to be called when it is saved, whichever of the four ways of writing it was used. `''` where it does not say. */
export function fileName(header: Header): string {
  const disposition = parameter(firstText(header, 'content-disposition').slice(0, LONGEST), 'filename')
  const name = disposition === '' ? parameter(firstText(header, 'content-type').slice(0, LONGEST), 'name') : disposition
  return name.normalize('NFC').replace(/\s+/g, ' ').trim()
}
