const BYTES = 20
const BITS = BYTES * 8
/** Each byte goes 11 bits further on, so that every 160th falls on the same bits. */
const SHIFT = 11

/** QuickXorHash of OneDrive and SharePoint, computed while bytes pass. `digest` may be asked once, and gives hex. */
export interface QuickXor {
  update(bytes: Uint8Array): void
  digest(): string
}

export function quickXor(): QuickXor {
  const columns = new Uint8Array(BITS)
  const words = new Uint32Array(columns.buffer)
  let at = 0
  let length = 0

  const fold = (bytes: Uint8Array): void => {
    for (const byte of bytes) {
      columns[at] = (columns[at] ?? 0) ^ byte
      at = at + 1 === BITS ? 0 : at + 1
    }
  }

  /** Rows of 160 bytes, four at a time. */
  const foldRows = (bytes: Uint8Array): void => {
    const aligned = bytes.byteOffset % 4 === 0 ? bytes : new Uint8Array(bytes)
    const row = new Uint32Array(aligned.buffer, aligned.byteOffset, aligned.length / 4)
    for (let word = 0, column = 0; word < row.length; word++) {
      words[column] = (words[column] ?? 0) ^ (row[word] ?? 0)
      column = column + 1 === BITS / 4 ? 0 : column + 1
    }
  }

  return {
    update(bytes) {
      const head = Math.min(bytes.length, at === 0 ? 0 : BITS - at)
      const rows = Math.floor((bytes.length - head) / BITS) * BITS
      fold(bytes.subarray(0, head))
      if (rows > 0) foldRows(bytes.subarray(head, head + rows))
      fold(bytes.subarray(head + rows))
      length += bytes.length
    },
    digest() {
      const cells = Buffer.alloc(BYTES)
      // By index: pairs of an iterator would cost as much memory as reading a small file.
      for (let column = 0; column < BITS; column++) {
        const byte = columns[column] ?? 0
        const bit = (column * SHIFT) % BITS
        const [cell, offset] = [bit >> 3, bit & 7]
        cells[cell] = (cells[cell] ?? 0) ^ ((byte << offset) & 0xff)
        const next = (cell + 1) % BYTES
        if (offset > 0) cells[next] = (cells[next] ?? 0) ^ (byte >> (8 - offset))
      }
      const tail = Buffer.alloc(8)
      tail.writeBigUInt64LE(BigInt(length))
      for (let index = 0; index < tail.length; index++) cells[BYTES - 8 + index] = (cells[BYTES - 8 + index] ?? 0) ^ (tail[index] ?? 0)
      return cells.toString('hex')
    },
  }
}
