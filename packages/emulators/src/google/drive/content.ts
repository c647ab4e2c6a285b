import { createHash } from 'node:crypto'
import { hash32, randomFrom } from '../../generate/random.ts'

/** The bytes of a file, wherever they come from: any part of them can be had without the rest. */
export interface DriveContent {
  /** Bytes. */
  readonly size: number
  /** From `from` up to, and without, `to`. */
  read(from: number, to: number): Generator<Buffer>
}

/** Read at once. */
const PIECE = 256 * 1024

/** Prime, so that no two neighbouring pieces of any usual size are alike. */
const POOL_BYTES = 1_048_573

let pool: Buffer | undefined

const poolOf = (): Buffer => {
  pool ??= randomFrom('drive', 'pool').bytes(POOL_BYTES)
  return pool
}

export function contentOf(bytes: Uint8Array): DriveContent {
  const held = Buffer.from(bytes)
  return {
    size: held.length,
    *read(from, to) {
      for (let at = from; at < to; at += PIECE) yield held.subarray(at, Math.min(at + PIECE, to))
    },
  }
}

/** Bytes that a key decides, as many as are wanted: also hundreds of gigabytes, which are nowhere. */
export function generatedContent(key: string, size: number): DriveContent {
  const head = Buffer.from(`${hash32(key, 'head').toString(36)}:${key}\n`).subarray(0, size)
  const shift = hash32(key, 'shift') % POOL_BYTES
  return {
    size,
    *read(from, to) {
      for (let at = from; at < to; ) {
        const start = (at + shift) % POOL_BYTES
        const end = at < head.length ? Math.min(head.length, to) : Math.min(at + PIECE, at + POOL_BYTES - start, to)
        yield at < head.length ? head.subarray(at, end) : poolOf().subarray(start, start + end - at)
        at = end
      }
    },
  }
}

/** Above this nobody counts on a checksum being true: it would take minutes. Bytes. */
const HASHED = 4 * 2 ** 30

export interface Hashes {
  readonly md5: string
  readonly sha1: string
  readonly sha256: string
}

const known = new WeakMap<DriveContent, Hashes>()

/** Computed when somebody asks; of what is too large to be read, made up. */
export function hashesOf(content: DriveContent): Hashes {
  const found = known.get(content)
  if (found !== undefined) return found
  const [md5, sha1, sha256] = [createHash('md5'), createHash('sha1'), createHash('sha256')]
  for (const piece of content.read(0, content.size > HASHED ? 1_024 : content.size))
    for (const each of [md5, sha1, sha256]) each.update(piece)
  const hashes = { md5: md5.digest('hex'), sha1: sha1.digest('hex'), sha256: sha256.digest('hex') }
  known.set(content, hashes)
  return hashes
}

export const bytesOf = (content: DriveContent): Buffer => Buffer.concat([...content.read(0, content.size)])
