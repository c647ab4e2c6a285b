import { type Call, Fault, type PutCall } from '@offramp/core'
import { quickXor } from '@offramp/formats'
import type { Whole } from './assemble.ts'
import { hashing, shortHash } from './content.ts'
import type { FilesDesk } from './desk.ts'
import { PROVED_BYTES } from './limits.ts'
import { damaged, readBytes, serverHash } from './prove.ts'
import { isSameAtPlaces } from './same-at-places.ts'
import type { Stored } from './write.ts'

/**
 * A file of whose first part this process has seen nothing, since an earlier one has sent it: proved by the source's own checksum. By the server's
 * hash where they have an algorithm in common; QuickXorHash, which no server of files knows, by reading it back. What is larger than `PROVED_BYTES` is
 * compared with the source at many places: hours of reading would prove the rest, and `verify` with full reading does. What proves damaged is ours, and
 * is removed where nothing else stood there before.
 */
export async function proveResumed(desk: FilesDesk, whole: Whole, stored: Stored, call: PutCall): Promise<Stored> {
  try {
    return await proved(desk, whole, stored, call)
  } catch (thrown) {
    const isNew = whole.target.over === undefined && stored.etag !== undefined
    if (isNew && thrown instanceof Fault && thrown.code === 'dav-damaged') await removeState(desk, whole.to, stored.etag, call)
    throw thrown
  }
}

async function proved(desk: FilesDesk, { to, content }: Whole, stored: Stored, call: PutCall): Promise<Stored> {
  const { checksum, size } = content
  if (size > PROVED_BYTES) {
    if (!(await isSameAtPlaces(desk, { href: to, content }, call))) throw damaged(desk, 'other bytes than the source has')
    return checksum?.algorithm === 'sha256' ? { ...stored, hash: shortHash(checksum.value) } : stored
  }
  // Without a checksum nothing is skipped, and everything has been seen.
  if (checksum === undefined) return stored
  if (checksum.algorithm !== 'quick-xor') {
    const told = await serverHash(desk, to, checksum.algorithm, call)
    if (told !== undefined && told !== checksum.value.toLowerCase()) throw damaged(desk, 'other bytes than the source says')
    if (told !== undefined) return stored
  }
  const [xor, sha] = [quickXor(), hashing()]
  for await (const part of readBytes(desk, to, call)) {
    xor.update(part)
    sha.update(part)
  }
  if (checksum.algorithm === 'quick-xor' && xor.digest() !== checksum.value.toLowerCase())
    throw damaged(desk, 'other bytes than the source says')
  return { ...stored, hash: shortHash(sha.digest('hex')) }
}

/** Never hides what went wrong before. */
async function removeState({ client }: FilesDesk, href: string, etag: string | undefined, call: Call): Promise<void> {
  if (etag === undefined) return
  await client.send({ method: 'DELETE', href, asks: 'remove', headers: { 'if-match': etag } }, call).catch(() => undefined)
}
