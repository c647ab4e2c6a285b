import type { Call } from '@offramp/core'
import { type Content, printOf } from './content.ts'
import type { FilesDesk } from './desk.ts'
import { PROVED_BYTES } from './limits.ts'
import { readBytes } from './prove.ts'
import { type Standing, statAt } from './stat.ts'

interface Damaged {
  readonly href: string
  readonly content: Content
  /** By which the server has called it when it confirmed it. */
  readonly etag: string | undefined
}

/**
 * Removes a new file that was confirmed and proved to be damaged. A person may have saved it in the very moment between, and that looks the same: so
 * only what is certainly ours goes. What stays has its name, and the next try writes beside it. Never hides what went wrong before.
 */
export async function removeDamaged(desk: FilesDesk, damaged: Damaged, call: Call): Promise<void> {
  const last = call.signal.aborted ? { signal: AbortSignal.timeout(5_000) } : call
  try {
    const standing = await statAt(desk, damaged.href, last)
    if (standing === undefined || standing.isFolder || !(await isOurs(desk, damaged, standing, last))) return
    const headers = isStrong(standing.etag) ? { 'if-match': standing.etag } : {}
    await desk.client.send({ method: 'DELETE', href: damaged.href, asks: 'remove', headers }, last)
  } catch {
    // The next try writes beside it.
  }
}

/** A weak one, as Apache gives within a second of a write, is the same for what was written in that second. */
const isStrong = (etag: string | undefined): etag is string => etag !== undefined && !etag.startsWith('W/')

/** It bears the ETag that our write was given; where it was given none, it is the beginning of what was sent. */
async function isOurs(desk: FilesDesk, { href, content, etag }: Damaged, standing: Standing, call: Call): Promise<boolean> {
  if (isStrong(etag) && isStrong(standing.etag)) return etag === standing.etag
  const { size } = standing
  if (size >= content.size || size > PROVED_BYTES) return false
  if (size === 0) return true
  return (await printOf(readBytes(desk, href, call), size)).hash === (await printOf(content.body(call), size)).hash
}
