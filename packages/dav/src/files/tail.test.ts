import { expect, test } from 'vitest'
import { SAMPLE_BYTES } from './limits.ts'
import { makeTail } from './tail.ts'

const bytes = Uint8Array.from({ length: 3 * SAMPLE_BYTES + 77 }, (_, n) => (n * 31 + (n >> 8)) & 255)

const SIZES = [1_000, 16_384, SAMPLE_BYTES - 1, SAMPLE_BYTES, SAMPLE_BYTES + 1, bytes.length]

test.each(SIZES)('the last bytes are kept, in parts of %i', (size) => {
  for (const length of [1, ...SIZES, 2 * SAMPLE_BYTES]) {
    const whole = bytes.subarray(0, length)
    const tail = makeTail(length)
    for (let at = 0; at < length; at += size) tail.add(whole.subarray(at, at + size))
    expect(Buffer.from(tail.bytes()).equals(Buffer.from(whole.subarray(-SAMPLE_BYTES)))).toBe(true)
  }
})

test('a part may be written over once it has been seen', () => {
  const tail = makeTail(4)
  const part = Uint8Array.of(1, 2)
  tail.add(part)
  part.fill(9)
  tail.add(part)
  expect([...tail.bytes()]).toEqual([1, 2, 9, 9])
})

test('of nothing there is nothing', () => {
  expect(makeTail(0).bytes()).toHaveLength(0)
})
