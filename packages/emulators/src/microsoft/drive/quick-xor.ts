const BYTES = 20
const BITS = BYTES * 8
const SHIFT = 11

/** QuickXorHash as its description has it, a byte at a time: 160 bits, each byte 11 bits further on, and the length over the last eight. Base64. */
export function quickXorOf(pieces: Iterable<Uint8Array>): string {
  const cells = Buffer.alloc(BYTES)
  let length = 0
  let bit = 0
  for (const piece of pieces) {
    for (let at = 0; at < piece.length; at++) {
      const byte = piece[at] ?? 0
      const cell = bit >> 3
      const shifted = byte << (bit & 7)
      const next = cell === BYTES - 1 ? 0 : cell + 1
      cells[cell] = (cells[cell] ?? 0) ^ (shifted & 0xff)
      cells[next] = (cells[next] ?? 0) ^ (shifted >> 8)
      bit += SHIFT
      if (bit >= BITS) bit -= BITS
    }
    length += piece.length
  }
  const tail = Buffer.alloc(8)
  tail.writeBigUInt64LE(BigInt(length))
  for (const [at, byte] of tail.entries()) cells[BYTES - 8 + at] = (cells[BYTES - 8 + at] ?? 0) ^ byte
  return cells.toString('base64')
}
