import { decodeTransfer } from './decoding.ts'
import { fileName } from './file-name.ts'
import { firstText, type Header, readHeader } from './header.ts'

/** A part that holds no parts, or the header of a message inside the message. */
export type Piece =
  | { readonly kind: 'leaf'; readonly type: string; readonly encoding: string; readonly name: string; readonly content: Uint8Array }
  | { readonly kind: 'header'; readonly header: Header }

interface Kind {
  readonly type: string
  readonly encoding: string
  readonly boundary: string
  readonly name: string
}

const PARAMETERS = 16_384

function kindOf(header: Header, fallback: string): Kind {
  const value = firstText(header, 'content-type').slice(0, PARAMETERS)
  const written = /^\s*([^\s;]+\/[^\s;]+)/.exec(value)?.[1]?.toLowerCase()
  const found = /boundary\s*=\s*(?:"([^"]*)"|([^\s;]+))/i.exec(value)
  const encoding =
    firstText(header, 'content-transfer-encoding')
      .slice(0, 100)
      .replace(/\(.*?\)/g, '')
      .split(';')[0] ?? ''
  return {
    type: written ?? fallback,
    encoding: encoding.trim().toLowerCase(),
    boundary: (found?.[1] ?? found?.[2] ?? '').trimEnd(),
    name: fileName(header),
  }
}

/** An open multipart: its boundary, and what its parts are when they do not say. */
interface Level {
  readonly boundary: string
  readonly fallback: string
}

const DASH = 45
const LF = 10

/** `--boundary` at the start of a line: which open multipart it belongs to, and whether it closes it. */
function boundaryAt(
  bytes: Uint8Array,
  at: number,
  end: number,
  open: ReadonlyMap<string, number>,
): { level: number; closes: boolean } | undefined {
  if (bytes[at] !== DASH || bytes[at + 1] !== DASH || end - at > 1_000) return undefined
  const line = Buffer.from(bytes.buffer, bytes.byteOffset + at + 2, end - at - 2)
    .toString('latin1')
    .trimEnd()
  const level = open.get(line)
  if (level !== undefined) return { level, closes: false }
  const closing = line.endsWith('--') ? open.get(line.slice(0, -2)) : undefined
  return closing === undefined ? undefined : { level: closing, closes: true }
}

/**
 * Walks a MIME tree from left to right without recursion and in one pass over the bytes, however deep it is and whatever its boundaries say.
 * What stands before the first part or behind the last is a piece of its own where it is more than blank, so that nothing is left out.
 */
export function pieces(message: Uint8Array): Piece[] {
  const found: Piece[] = []
  const waiting: Uint8Array[] = [message]
  for (let rounds = 0; waiting.length > 0 && rounds < 1_000; rounds += 1) {
    const next = waiting.shift()
    if (next !== undefined) walk(next, found, waiting)
  }
  return found
}

/** Text before the first part or behind the last. */
const OUTSIDE: Kind = { type: 'outside', encoding: '', boundary: '', name: '' }

const trimmed = (bytes: Uint8Array): Uint8Array => {
  let [start, end] = [0, bytes.length]
  while (start < end && (bytes[start] ?? 0) <= 32) start += 1
  while (end > start && (bytes[end - 1] ?? 0) <= 32) end -= 1
  return bytes.subarray(start, end)
}

/** State of one walk: multiparts that are open, and where the leaf that is being read starts (undefined: none). */
interface Walk {
  readonly bytes: Uint8Array
  readonly levels: Level[]
  readonly open: Map<string, number>
  readonly found: Piece[]
  readonly waiting: Uint8Array[]
  leaf: { readonly start: number; readonly kind: Kind } | undefined
}

function walk(bytes: Uint8Array, found: Piece[], waiting: Uint8Array[]): void {
  const state: Walk = { bytes, levels: [], open: new Map(), found, waiting, leaf: undefined }
  let at = enter(state, 0, 'message/rfc822')
  while (at < bytes.length) {
    const lf = bytes.indexOf(LF, at)
    const end = lf < 0 ? bytes.length : lf + 1
    const boundary = state.levels.length === 0 ? undefined : boundaryAt(bytes, at, end, state.open)
    if (boundary === undefined) {
      at = end
      continue
    }
    finish(state, at)
    closeAbove(state, boundary.closes ? boundary.level : boundary.level + 1)
    if (boundary.closes) state.leaf = { start: end, kind: OUTSIDE }
    at = boundary.closes ? end : enter(state, end, undefined)
  }
  finish(state, bytes.length + 2)
}

/** Reads a part's header and opens what it is; the answer is where to read on. Messages in messages are gone into here, not recursively. */
function enter(state: Walk, from: number, asMessage: 'message/rfc822' | undefined): number {
  let at = from
  let isMessage = asMessage !== undefined
  for (;;) {
    const header = readHeader(state.bytes, at)
    if (isMessage) state.found.push({ kind: 'header', header })
    const fallback = isMessage ? 'text/plain' : (state.levels.at(-1)?.fallback ?? 'text/plain')
    const kind = kindOf(header, fallback)
    at = header.bodyStart
    if (kind.type.startsWith('multipart/') && kind.boundary !== '') {
      open(state, { boundary: kind.boundary, fallback: kind.type === 'multipart/digest' ? 'message/rfc822' : 'text/plain' })
      state.leaf = { start: at, kind: OUTSIDE }
      return at
    }
    if (kind.type !== 'message/rfc822' || kind.encoding === 'base64' || kind.encoding === 'quoted-printable' || at >= state.bytes.length) {
      state.leaf = { start: at, kind }
      return at
    }
    isMessage = true
  }
}

function open(state: Walk, level: Level): void {
  if (state.open.has(level.boundary)) return
  state.open.set(level.boundary, state.levels.length)
  state.levels.push(level)
}

function closeAbove(state: Walk, depth: number): void {
  while (state.levels.length > depth) {
    const closed = state.levels.pop()
    if (closed !== undefined) state.open.delete(closed.boundary)
  }
}

/** The line end before a boundary belongs to the boundary. */
function finish(state: Walk, boundaryStart: number): void {
  const { leaf, bytes } = state
  if (leaf === undefined) return
  state.leaf = undefined
  let end = Math.min(boundaryStart, bytes.length)
  if (boundaryStart <= bytes.length && end > leaf.start && bytes[end - 1] === LF)
    end -= end - 1 > leaf.start && bytes[end - 2] === 13 ? 2 : 1
  const content = bytes.subarray(leaf.start, Math.max(leaf.start, end))
  const { type, encoding, name } = leaf.kind
  if (leaf.kind === OUTSIDE) {
    const text = trimmed(content)
    if (text.length > 0) state.found.push({ kind: 'leaf', type, encoding, name, content: text })
  } else if (type === 'message/rfc822' && content.length > 0) state.waiting.push(decodeTransfer(content, encoding))
  else state.found.push({ kind: 'leaf', type, encoding, name, content })
}
