import { expect, test } from 'vitest'
import { SAMPLE_BYTES } from './limits.ts'
import { makeTail } from './tail.ts'

const bytes = Uint8Array.from({ length: 3 * SAMPLE_BYTES + 77 }, (_, n) => (n * 31 + (n >> 8)) & 255)

test.each([1_000, 16_384, SAMPLE_BYTES - 1, SAMPLE_BYTES, SAMPLE_BYTES + 1, bytes.length])(
  'the last bytes are kept, in parts of %i',
  (size) => {
    const tail = makeTail()
    for (let at = 0; at < bytes.length; at += size) {
      tail.add(bytes.subarray(at, at + size))
      const end = Math.min(bytes.length, at + size)
      expect(Buffer.from(tail.bytes()).equals(Buffer.from(bytes.subarray(Math.max(0, end - SAMPLE_BYTES), end)))).toBe(true)
    }
  },
)

test('of nothing there is nothing, and of little all', () => {
  const tail = makeTail()
  expect(tail.bytes()).toHaveLength(0)
  tail.add(Uint8Array.of(1, 2))
  tail.add(Uint8Array.of(3))
  expect([...tail.bytes()]).toEqual([1, 2, 3])
})
