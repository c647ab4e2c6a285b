import type { SingleByteCharset } from './scripts.ts'

/** First code point of the script's block and the byte it has in the charset (ISO 8859-7 and -8, Windows-1251). */
const OFFSETS: Readonly<
  Record<Exclude<SingleByteCharset, 'iso-8859-1'>, { readonly from: number; readonly to: number; readonly shift: number }>
> = {
  'iso-8859-7': { from: 0x384, to: 0x3ce, shift: 0x2d0 },
  'iso-8859-8': { from: 0x5d0, to: 0x5ea, shift: 0x4f0 },
  'windows-1251': { from: 0x410, to: 0x44f, shift: 0x350 },
}

/** Text in a single-byte charset; what the charset lacks becomes `?`, as old mailers did it. */
function encodeSingleByte(text: string, charset: SingleByteCharset): Buffer {
  const offset = charset === 'iso-8859-1' ? { from: 0xa0, to: 0xff, shift: 0 } : OFFSETS[charset]
  const bytes: number[] = []
  for (const char of text) {
    const code = char.codePointAt(0) ?? 0x3f
    if (code < 0x80) bytes.push(code)
    else bytes.push(code >= offset.from && code <= offset.to ? code - offset.shift : 0x3f)
  }
  return Buffer.from(bytes)
}

export const encodeText = (text: string, charset: string): Buffer =>
  charset === 'utf-8'
    ? Buffer.from(text)
    : encodeSingleByte(text, charset === 'iso-8859-7' || charset === 'iso-8859-8' || charset === 'windows-1251' ? charset : 'iso-8859-1')

/** RFC 2045 quoted-printable of one line, with soft breaks at 76 columns. */
export function quotedPrintable(line: Buffer): string {
  let out = ''
  let column = 0
  line.forEach((byte, at) => {
    const last = at === line.length - 1
    const plain = (byte > 0x20 && byte < 0x7f && byte !== 0x3d) || (byte === 0x20 && !last)
    const piece = plain ? String.fromCharCode(byte) : `=${byte.toString(16).toUpperCase().padStart(2, '0')}`
    if (column + piece.length > 75) {
      out += '=\r\n'
      column = 0
    }
    out += piece
    column += piece.length
  })
  return out
}

const isPlain = (text: string): boolean => /^[\x20-\x7e]*$/.test(text) && !text.includes('=?')

/** RFC 2047 encoded words, folded: each stays within 75 columns and never splits a character. */
export function encodedWords(text: string, charset: string, method: 'B' | 'Q'): string {
  if (isPlain(text)) return text
  const words: string[] = []
  let piece = ''
  const flush = () => {
    if (piece !== '') words.push(`=?${charset}?${method}?${wordBody(encodeText(piece, charset), method)}?=`)
    piece = ''
  }
  for (const char of text) {
    if (wordBody(encodeText(piece + char, charset), method).length + charset.length > 56) flush()
    piece += char
  }
  flush()
  return words.join('\r\n ')
}

function wordBody(bytes: Buffer, method: 'B' | 'Q'): string {
  if (method === 'B') return bytes.toString('base64')
  let out = ''
  for (const byte of bytes) {
    const char = String.fromCharCode(byte)
    out += byte === 0x20 ? '_' : /[A-Za-z0-9!*+/-]/.test(char) ? char : `=${byte.toString(16).toUpperCase().padStart(2, '0')}`
  }
  return out
}
