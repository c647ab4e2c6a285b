import { createHash } from 'node:crypto'
import type { Destination } from '@offramp/core'

/** As `Receipt.hash` has it: the first 8 bytes of the SHA-256, as hex; or of what they mean, where the destination writes them anew. */
export async function contentHash({ hashOf }: Pick<Destination, 'hashOf'>, body: AsyncIterable<Uint8Array>): Promise<string> {
  if (hashOf) return hashOf(body)
  const hash = createHash('sha256')
  for await (const part of body) hash.update(part)
  return hash.digest('hex').slice(0, 16)
}
