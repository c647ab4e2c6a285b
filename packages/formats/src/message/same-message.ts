import { createHash } from 'node:crypto'
import { decodeTransfer, decodeWords } from './decoding.ts'
import { firstText, type Header } from './header.ts'
import { type Piece, pieces } from './leaves.ts'
import { naturalKey } from './natural-key.ts'
import { bytesToCrlf } from './to-crlf.ts'

/** What makes a message that message for its reader. Trace and transport fields change from one reading to the next. */
const MAIN = ['from', 'to', 'cc', 'subject'] as const

/** Names may be quoted by one writer and not by the other; white space is the folding's. */
const plain = (text: string): string => decodeWords(text).replace(/["\\]/g, '').replace(/\s+/g, ' ').trim()

const date = (text: string): string => {
  const time = Date.parse(text.slice(0, 200).replace(/\([^)]*\)/g, ''))
  return Number.isNaN(time) ? text.trim() : String(time)
}

const headerPrint = (header: Header): string =>
  [
    ...MAIN.map((name) => plain(firstText(header, name))),
    date(firstText(header, 'date')),
    naturalKey(firstText(header, 'message-id')),
  ].join('\n')

const piecePrint = (piece: Piece): string => {
  if (piece.kind === 'header') return `header\n${headerPrint(piece.header)}`
  return `leaf ${piece.type}\n${piece.name}\n${createHash('sha256').update(decodeTransfer(piece.content, piece.encoding)).digest('hex')}`
}

/**
 * What stays equal when a server writes the same message anew: the decoded main header fields, and type, file name, order and decoded bytes of
 * every leaf part. Exchange makes MIME anew at each reading: boundaries, folding, part headers and transfer encodings are not in it. Hex; linear
 * time in the size, without recursion.
 */
export function messagePrint(message: Uint8Array): string {
  const hash = createHash('sha256')
  for (const piece of pieces(bytesToCrlf(message))) hash.update(`${piecePrint(piece)}\0`)
  return hash.digest('hex')
}

const sameBytes = (a: Uint8Array, b: Uint8Array): boolean => a.length === b.length && Buffer.compare(a, b) === 0

/** True when both are the same message. One decoded byte of any leaf part, or another sender or subject, makes them two. */
export const sameMessage = (a: Uint8Array, b: Uint8Array): boolean => sameBytes(a, b) || messagePrint(a) === messagePrint(b)
