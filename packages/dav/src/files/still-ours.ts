import type { Item, PutCall, Receipt } from '@offramp/core'
import { contentOf, printOf } from './content.ts'
import type { FilesDesk } from './desk.ts'
import { PROVED_BYTES } from './limits.ts'
import { readBytes } from './prove.ts'
import { hashAt } from './same-bytes.ts'
import type { Standing } from './stat.ts'
import { isLeft } from './upload-folder.ts'

export interface Copy {
  readonly href: string
  readonly standing: Standing
  /** As it was written. */
  readonly over: Receipt
  /** Its ETag and its size are still those. */
  readonly isTold: boolean
}

/**
 * Whether a copy that is about to be overwritten still holds what was written then. On a disk, Nextcloud (32.0.1) makes ETags of date in seconds, inode
 * and size: what a person has saved over it in the same second, or with a date of its own choice, may bear the same one. So it is asked for the hash.
 */
export async function isStillOurs(desk: FilesDesk, { href, standing, over, isTold }: Copy, call: PutCall): Promise<boolean> {
  const isProof = desk.server.kind === 'other' || over.hash === undefined || standing.size > PROVED_BYTES
  if (isTold && isProof) return true
  return over.hash !== undefined && standing.size === over.size && (await hashAt(desk, href, call)) === over.hash
}

/** Whether it is the beginning of what we were about to write when the server itself broke off: its chunks are still there. Nobody has made that of it. */
export async function isOurBeginning(desk: FilesDesk, href: string, item: Item, call: PutCall): Promise<boolean> {
  const content = contentOf(item)
  if (content.size > PROVED_BYTES || !(await isLeft(desk, item, call))) return false
  const there = await printOf(readBytes(desk, href, call), content.size)
  return there.size < content.size && (await printOf(content.body(call), there.size)).hash === there.hash
}
