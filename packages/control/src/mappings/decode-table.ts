/** A table's text, whatever program saved it, or why it cannot be read. */
export type Decoded = { readonly text: string } | { readonly refused: string }

const startsWith = (bytes: Uint8Array, mark: readonly number[]): boolean => mark.every((byte, index) => bytes[index] === byte)

/** UTF-16 without a mark shows as a NUL in every second byte, since addresses are mostly ASCII. */
function nulSide(bytes: Uint8Array): 'even' | 'odd' | undefined {
  const look = Math.min(bytes.length - (bytes.length % 2), 512)
  let even = 0
  let odd = 0
  for (let index = 0; index < look; index += 2) {
    if (bytes[index] === 0) even++
    if (bytes[index + 1] === 0) odd++
  }
  if (odd > look / 4 && even === 0) return 'odd'
  return even > look / 4 && odd === 0 ? 'even' : undefined
}

const encodingOf = (bytes: Uint8Array): 'utf-8' | 'utf-16le' | 'utf-16be' => {
  if (startsWith(bytes, [0xff, 0xfe])) return 'utf-16le'
  if (startsWith(bytes, [0xfe, 0xff])) return 'utf-16be'
  const side = nulSide(bytes)
  if (side === undefined) return 'utf-8'
  return side === 'odd' ? 'utf-16le' : 'utf-16be'
}

/** Line of the first byte that is no UTF-8, from 1. */
function brokenLine(bytes: Uint8Array): number {
  const decoder = new TextDecoder('utf-8', { fatal: true })
  let line = 1
  let start = 0
  for (let index = 0; index <= bytes.length; index++) {
    if (index < bytes.length && bytes[index] !== 0x0a) continue
    try {
      decoder.decode(bytes.subarray(start, index))
    } catch {
      return line
    }
    start = index + 1
    line++
  }
  return 1
}

/** Decodes UTF-8 and UTF-16, with or without a byte order mark. Anything else is refused and never guessed. */
export function decodeTable(bytes: Uint8Array): Decoded {
  const encoding = encodingOf(bytes)
  try {
    return { text: new TextDecoder(encoding, { fatal: true }).decode(bytes) }
  } catch {
    if (encoding !== 'utf-8') return { refused: 'The file starts like UTF-16 and then breaks off. Save it again as "CSV UTF-8".' }
    return {
      refused: `Line ${brokenLine(bytes)} is not UTF-8 (an older Excel format?). Save the file as "CSV UTF-8" so that no letter of an address is guessed.`,
    }
  }
}
