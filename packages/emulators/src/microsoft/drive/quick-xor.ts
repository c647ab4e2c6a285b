const BYTES = 20
const BITS = BYTES * 8
const SHIFT = 11

/** QuickXorHash as its description has it, a byte at a time: 160 bits, each byte 11 bits further on, and the length over the last eight. Base64. */
export function quickXorOf(pieces: Iterable<Uint8Array>): string {
  const cells = Buffer.alloc(BYTES)
  const flip = (at: number, bits: number): void => {
    cells[at % BYTES] = (cells[at % BYTES] ?? 0) ^ bits
  }
  let length = 0
  let bit = 0
  for (const piece of pieces) {
    for (const byte of piece) {
      const [at, offset] = [bit >> 3, bit & 7]
      flip(at, (byte << offset) & 0xff)
      if (offset > 0) flip(at + 1, byte >> (8 - offset))
      bit += SHIFT
      if (bit >= BITS) bit -= BITS
    }
    length += piece.length
  }
  const tail = Buffer.alloc(8)
  tail.writeBigUInt64LE(BigInt(length))
  for (const [at, byte] of tail.entries()) flip(BYTES - 8 + at, byte)
  return cells.toString('base64')
}
