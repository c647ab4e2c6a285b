import type { Call } from '@offramp/core'
import { quickXor } from '@offramp/formats'
import type { Whole } from './assemble.ts'
import { hashing, shortHash } from './content.ts'
import type { FilesDesk } from './desk.ts'
import { damaged, readBytes, serverHash } from './prove.ts'
import type { Stored } from './write.ts'

/**
 * A file of whose first part this process has seen nothing, since an earlier one has sent it: proved by the source's own checksum. By the server's
 * hash where they have an algorithm in common; QuickXorHash, which no server of files knows, by reading it back.
 */
export async function proveResumed(desk: FilesDesk, { to, content }: Whole, stored: Stored, call: Call): Promise<Stored> {
  const { checksum } = content
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
