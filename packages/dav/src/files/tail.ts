import { SAMPLE_BYTES } from './limits.ts'

/** The last bytes of what passes, for the sample that is read back. */
export interface Tail {
  add(part: Uint8Array): void
  bytes(): Uint8Array
}

/** Of so many bytes. Only the last of them are copied, since the parts themselves may be memory that is used again. */
export function makeTail(size: number): Tail {
  const kept = Buffer.alloc(Math.min(size, SAMPLE_BYTES))
  const begin = size - kept.length
  let at = 0
  return {
    add(part) {
      const skipped = Math.max(0, begin - at)
      if (skipped < part.length && at < size)
        kept.set(part.subarray(skipped, skipped + size - Math.max(at, begin)), Math.max(at, begin) - begin)
      at += part.length
    },
    bytes: () => kept,
  }
}
