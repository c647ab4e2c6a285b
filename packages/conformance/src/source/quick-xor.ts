const BITS = 160n
const MASK = (1n << BITS) - 1n

/**
 * Microsoft's QuickXorHash, slow and straight from its definition, so that the suite does not take a connector's word for it: every byte is
 * put in eleven bits further round a ring of 160, and the length is laid over the last eight bytes. Hex.
 */
export function quickXorOf(bytes: Uint8Array): string {
  let ring = 0n
  for (const [at, byte] of bytes.entries()) {
    const shift = BigInt((at * 11) % 160)
    const placed = BigInt(byte) << shift
    ring ^= (placed & MASK) | (placed >> BITS)
  }
  const digest = Buffer.from(ring.toString(16).padStart(40, '0'), 'hex').reverse()
  const length = Buffer.alloc(8)
  length.writeBigUInt64LE(BigInt(bytes.length))
  for (const [at, byte] of length.entries()) digest[12 + at] = (digest[12 + at] ?? 0) ^ byte
  return digest.toString('hex')
}
