import type { Call } from '@offramp/core'
import { type Content, hashOf, shortHash } from './content.ts'
import type { FilesDesk } from './desk.ts'
import { readBytes, serverHash } from './prove.ts'

/** The hash of what stands there, as receipts have it. By the server where it can, else by reading it back. */
export async function hashAt(desk: FilesDesk, href: string, call: Call): Promise<string> {
  const told = await serverHash(desk, href, 'sha256', call)
  return told === undefined ? (await hashOf(readBytes(desk, href, call))).hash : shortHash(told)
}

interface Wanted {
  readonly content: Content
  /** SHA-256 in hex, or as receipts have it, where it is known. */
  readonly hash?: string | undefined
}

interface There {
  readonly href: string
  readonly size: number
  /** Its hash as receipts have it, where it is known to stand as it was written. */
  readonly known?: string | undefined
}

/**
 * Whether a file of equal size holds exactly these bytes; their hash as receipts have it, or undefined. The source is read only where neither its
 * checksum nor an earlier reading says what they are.
 */
export async function sameBytes(
  desk: FilesDesk,
  { href, size, known }: There,
  { content, hash }: Wanted,
  call: Call,
): Promise<string | undefined> {
  if (size !== content.size) return undefined
  const { checksum } = content
  const byServer = hash === undefined && checksum !== undefined && checksum.algorithm !== 'quick-xor' && desk.server.hashes
  if (byServer) {
    const told = await serverHash(desk, href, checksum.algorithm, call)
    if (told !== undefined && told !== checksum.value.toLowerCase()) return undefined
    // Not what is known: the ETag by which it is may be that of our own next text (put-over.ts).
    if (told !== undefined) return checksum.algorithm === 'sha256' ? shortHash(told) : hashAt(desk, href, call)
  }
  const there = known ?? (await hashAt(desk, href, call))
  const wanted = hash === undefined ? (await hashOf(content.body(call))).hash : shortHash(hash)
  return there === wanted ? there : undefined
}
