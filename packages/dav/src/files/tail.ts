import { SAMPLE_BYTES } from './limits.ts'

/** The last bytes of what passes, for the sample that is read back. */
export interface Tail {
  add(part: Uint8Array): void
  bytes(): Uint8Array
}

/** Keeps the parts themselves: one joined anew for each part of a network's size would be copied four times over. */
export function makeTail(): Tail {
  let parts: Uint8Array[] = []
  let length = 0
  return {
    add(part) {
      if (part.length >= SAMPLE_BYTES) {
        parts = [part.slice(-SAMPLE_BYTES)]
        length = SAMPLE_BYTES
        return
      }
      parts.push(part)
      length += part.length
      for (let first = parts[0]; first && length - first.length >= SAMPLE_BYTES; first = parts[0]) {
        length -= first.length
        parts.shift()
      }
    },
    bytes: () => Buffer.concat(parts).subarray(-SAMPLE_BYTES),
  }
}
