import { createHash } from 'node:crypto'

/** As `Receipt.hash` has it: the first 8 bytes of the SHA-256, as hex. */
export async function contentHash(body: AsyncIterable<Uint8Array>): Promise<string> {
  const hash = createHash('sha256')
  for await (const part of body) hash.update(part)
  return hash.digest('hex').slice(0, 16)
}
