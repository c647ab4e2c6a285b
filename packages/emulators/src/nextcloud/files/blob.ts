import { createHash } from 'node:crypto'
import { closeSync, openSync, readSync } from 'node:fs'
import { setImmediate as turn } from 'node:timers/promises'

/** Bytes that lie in a file on disk. `hold` keeps that file from being removed. */
export interface SpoolFile {
  readonly path: string
}

/** A stretch of bytes: in memory, on disk, or zeros that lie nowhere. */
export type Piece =
  | { readonly bytes: Buffer; readonly length: number }
  | { readonly file: SpoolFile; readonly at: number; readonly length: number }
  | { readonly length: number }

/** Bytes that never change. */
export interface Blob {
  readonly size: number
  readonly pieces: readonly Piece[]
}

export type Algorithm = 'sha256' | 'sha1' | 'md5'

export const EMPTY: Blob = { size: 0, pieces: [] }

const SLICE = 256 * 1024
const ZEROS = Buffer.alloc(SLICE)

export const blobOf = (bytes: Buffer): Blob =>
  bytes.length === 0 ? EMPTY : { size: bytes.length, pieces: [{ bytes, length: bytes.length }] }

/** So many zeros, which take no room. */
export const zeros = (size: number): Blob => (size === 0 ? EMPTY : { size, pieces: [{ length: size }] })

/** One behind the other, without a copy. */
export const joined = (blobs: readonly Blob[]): Blob => ({
  size: blobs.reduce((sum, { size }) => sum + size, 0),
  pieces: blobs.flatMap(({ pieces }) => pieces),
})

/** Reads from `from` up to, and without, `to`, in slices of at most 256 KB. */
export function* slices(blob: Blob, from = 0, to = blob.size): Generator<Buffer> {
  yield* slicesInto(Buffer.allocUnsafe, blob, { from, to })
}

interface Stretch {
  readonly from: number
  readonly to: number
}

type Memory = (length: number) => Buffer

function* slicesInto(memory: Memory, blob: Blob, { from, to }: Stretch): Generator<Buffer> {
  let start = 0
  for (const piece of blob.pieces) {
    const [low, high] = [Math.max(from - start, 0), Math.min(to - start, piece.length)]
    if (low < high) yield* slicesOf(memory, piece, { from: low, to: high })
    start += piece.length
    if (start >= to) return
  }
}

/** For whoever is done with each slice before the next: all of them lie in the same memory, since new memory for each costs more than the reading. */
function passing(blob: Blob): Generator<Buffer> {
  const own = Buffer.allocUnsafeSlow(Math.min(SLICE, blob.size))
  return slicesInto((length) => own.subarray(0, length), blob, { from: 0, to: blob.size })
}

function* slicesOf(memory: Memory, piece: Piece, { from: low, to: high }: Stretch): Generator<Buffer> {
  if ('bytes' in piece) {
    yield piece.bytes.subarray(low, high)
    return
  }
  const file = 'file' in piece ? openSync(piece.file.path, 'r') : undefined
  try {
    for (let at = low; at < high; at += SLICE) {
      const length = Math.min(SLICE, high - at)
      if (file === undefined || !('file' in piece)) {
        yield ZEROS.subarray(0, length)
        continue
      }
      const bytes = memory(length)
      const got = readSync(file, bytes, 0, length, piece.at + at)
      if (got !== length) throw new Error(`${piece.file.path} is shorter than what was written to it`)
      yield bytes
    }
  } finally {
    if (file !== undefined) closeSync(file)
  }
}

export const readAll = (blob: Blob): Buffer => Buffer.concat([...slices(blob)])

const known = new WeakMap<Blob, Map<Algorithm, string>>()

function remember(blob: Blob, algorithm: Algorithm, hex: string): string {
  const all = known.get(blob) ?? new Map<Algorithm, string>()
  known.set(blob, all.set(algorithm, hex))
  return hex
}

/** The hash as hex: at once, however long it takes. Computed once. */
export function hashNow(blob: Blob, algorithm: Algorithm): string {
  const before = known.get(blob)?.get(algorithm)
  if (before !== undefined) return before
  const hash = createHash(algorithm)
  for (const slice of passing(blob)) hash.update(slice)
  return remember(blob, algorithm, hash.digest('hex'))
}

const SLICES_AT_ONCE = 32

/** The same, letting others have their turn: `hashNow` answers from memory afterwards. */
export async function hashInTurns(blob: Blob, algorithm: Algorithm): Promise<string> {
  const before = known.get(blob)?.get(algorithm)
  if (before !== undefined) return before
  const hash = createHash(algorithm)
  let count = 0
  for (const slice of passing(blob)) {
    hash.update(slice)
    count += 1
    if (count % SLICES_AT_ONCE === 0) await turn()
  }
  return remember(blob, algorithm, hash.digest('hex'))
}

/** Where whoever wrote the bytes has hashed them on the way. */
export const noteHash = (blob: Blob, algorithm: Algorithm, hex: string): void => {
  remember(blob, algorithm, hex)
}
