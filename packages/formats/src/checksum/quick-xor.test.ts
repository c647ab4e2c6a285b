import { expect, test } from 'vitest'
import { quickXor } from './quick-xor.ts'

const hash = (...parts: readonly Uint8Array[]): string => {
  const hashing = quickXor()
  for (const part of parts) hashing.update(part)
  return Buffer.from(hashing.digest(), 'hex').toString('base64')
}

/** As Microsoft's page writes it: one bit position a byte, 11 further each time. */
function plainly(bytes: Uint8Array): string {
  let state = 0n
  const all = (1n << 160n) - 1n
  for (const [n, byte] of bytes.entries()) {
    const shift = BigInt((n * 11) % 160)
    const wide = BigInt(byte) << shift
    state ^= (wide & all) | (wide >> 160n)
  }
  state ^= BigInt(bytes.length) << 96n
  const out = Buffer.alloc(20)
  for (let n = 0; n < 20; n++) out[n] = Number((state >> BigInt(n * 8)) & 255n)
  return out.toString('base64')
}

test('of nothing, and of texts whose hash is known', () => {
  expect(hash()).toBe('AAAAAAAAAAAAAAAAAAAAAAAAAAA=')
  // Worked out by hand: 'a' = 0x61 in the lowest byte, length 1 in the thirteenth.
  expect(hash(Buffer.from('a'))).toBe('YQAAAAAAAAAAAAAAAQAAAAAAAAA=')
})

test('as the definition says, however it is cut', () => {
  for (const length of [1, 19, 20, 21, 159, 160, 161, 1_000, 4_097]) {
    const bytes = Uint8Array.from({ length }, (_, n) => (n * 31 + (n >> 3)) & 255)
    expect([length, hash(bytes)]).toEqual([length, plainly(bytes)])
    expect(hash(bytes.subarray(0, length >> 1), bytes.subarray(length >> 1))).toBe(hash(bytes))
  }
})
