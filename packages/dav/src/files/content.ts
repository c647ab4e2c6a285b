import { createHash, type Hash } from 'node:crypto'
import { type Call, Fault, type Item, type Version } from '@offramp/core'
import type { Held, Pool } from './pool.ts'

/** Bytes that are to be written, with what is known of them. */
export interface Content {
  /** Exact. */
  readonly size: number
  /** Milliseconds since the Unix epoch. */
  readonly modifiedAt: number | undefined
  readonly createdAt: number | undefined
  readonly checksum: Item['checksum']
  body(call: Call): AsyncIterable<Uint8Array>
  readonly bodyFrom: Item['bodyFrom'] | undefined
}

export function contentOf(item: Item): Content {
  const { size, traits, checksum } = item
  if (size === undefined) throw noSize()
  const { modifiedAt, createdAt } = traits
  return { size, modifiedAt, createdAt, checksum, body: (call) => item.body(call), bodyFrom: item.bodyFrom?.bind(item) }
}

export const contentOfVersion = (version: Version, { traits }: Item): Content => ({
  size: version.size,
  modifiedAt: version.modifiedAt,
  createdAt: traits.createdAt,
  checksum: undefined,
  body: (call) => version.body(call),
  bodyFrom: undefined,
})

/** SHA-256 in hex of the first bytes, and how many they were. */
export async function printOf(bytes: AsyncIterable<Uint8Array>, most: number): Promise<{ readonly hash: string; readonly size: number }> {
  const hash = hashing()
  let size = 0
  for await (const part of bytes) {
    const taken = part.subarray(0, most - size)
    hash.update(taken)
    size += taken.length
    if (size === most) break
  }
  return { hash: hash.digest('hex'), size }
}

const noSize = (): Fault =>
  new Fault({ reach: 'call', code: 'dav-no-size', message: 'The source did not say how large the file is, so that nothing was sent.' })

export const wrongSize = (size: number, came: number): Fault =>
  new Fault({
    reach: 'call',
    code: 'dav-body-length',
    message: `The source gave ${came} bytes of a file of ${size}. Nothing of it was taken for whole.`,
  })

/** As receipts have it: the first 8 bytes of a SHA-256, as hex. */
export const shortHash = (hex: string): string => hex.slice(0, 16).toLowerCase()

export const hashing = (): Hash => createHash('sha256')

export async function hashOf(body: AsyncIterable<Uint8Array>): Promise<{ readonly hash: string; readonly size: number }> {
  const hash = hashing()
  let size = 0
  for await (const part of body) {
    hash.update(part)
    size += part.length
  }
  return { hash: shortHash(hash.digest('hex')), size }
}

/** The whole of it in memory: a source that breaks off has then not begun a write. */
export async function hold(pool: Pool, content: Content, call: Call): Promise<Held> {
  const held = await pool.take(content.size, call)
  try {
    let at = 0
    for await (const part of content.body(call)) {
      if (at + part.length > content.size) throw wrongSize(content.size, at + part.length)
      held.buffer.set(part, at)
      at += part.length
    }
    if (at !== content.size) throw wrongSize(content.size, at)
    call.signal.throwIfAborted()
    return held
  } catch (thrown) {
    held.free()
    throw thrown
  }
}
