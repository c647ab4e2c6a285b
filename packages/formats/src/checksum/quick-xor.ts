/** Bytes after which the shift of 11 bits comes round to where it began: 160 bits of state. */
const ROUND = 160
const STATE_BYTES = 20
const SHIFT = 11

/** Microsoft's QuickXorHash, the only checksum that OneDrive and SharePoint tell of every file. */
export interface QuickXor {
  update(bytes: Uint8Array): void
  /** Hex, in small letters. */
  digest(): string
}

export function quickXor(): QuickXor {
  // Every byte that is so many rounds behind another falls on the same bits, so that they may be joined first.
  const joined = new Uint8Array(ROUND)
  let at = 0
  let length = 0
  return {
    update(bytes) {
      length += bytes.length
      for (let n = 0; n < bytes.length; n++) {
        joined[at] = (joined[at] ?? 0) ^ (bytes[n] ?? 0)
        at = at + 1 === ROUND ? 0 : at + 1
      }
    },
    digest() {
      const state = Buffer.alloc(STATE_BYTES)
      const add = (place: number, bits: number): void => {
        const index = place % STATE_BYTES
        state[index] = (state[index] ?? 0) ^ (bits & 255)
      }
      for (const [n, byte] of joined.entries()) {
        const bit = (n * SHIFT) % (STATE_BYTES * 8)
        add(bit >> 3, byte << (bit & 7))
        add((bit >> 3) + 1, byte >> (8 - (bit & 7)))
      }
      const size = Buffer.alloc(8)
      size.writeBigUInt64LE(BigInt(length))
      for (const [n, byte] of size.entries()) add(STATE_BYTES - 8 + n, byte)
      return state.toString('hex')
    },
  }
}
