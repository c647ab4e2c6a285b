import { expect, test } from 'vitest'
import { quickXor } from './quick-xor.ts'

const hashOf = (pieces: readonly Uint8Array[]): string => {
  const hash = quickXor()
  for (const piece of pieces) hash.update(piece)
  return hash.digest()
}

const bytes = (size: number): Uint8Array => Uint8Array.from({ length: size }, (_, at) => (at * 37 + (at >> 7)) & 255)
const text = (words: string): Uint8Array => new TextEncoder().encode(words)
const base64 = (hex: string): string => Buffer.from(hex, 'hex').toString('base64')

test('what the description and other programs say of known bytes', () => {
  expect(base64(hashOf([]))).toBe('AAAAAAAAAAAAAAAAAAAAAAAAAAA=')
  // As `rclone hashsum quickxor` says them.
  expect(base64(hashOf([text('J')]))).toBe('SgAAAAAAAAAAAAAAAQAAAAAAAAA=')
  expect(hashOf([bytes(10_007)])).toBe('bc14f24594c4b99cc38a4e2b96acf47226d22525')
  expect(base64(hashOf([Uint8Array.of(0xa3)]))).toBe('owAAAAAAAAAAAAAAAQAAAAAAAAA=')
})

test('it is the same however the bytes come', () => {
  const whole = bytes(10_007)
  const once = hashOf([whole])
  for (const size of [1, 3, 20, 159, 160, 161, 4_096]) {
    const pieces = Array.from({ length: Math.ceil(whole.length / size) }, (_, at) => whole.subarray(at * size, (at + 1) * size))
    expect([size, hashOf(pieces)]).toEqual([size, once])
  }
})

test('a bit that differs, a byte that is missing, and two that change places are seen', () => {
  const whole = bytes(5_000)
  const flipped = Uint8Array.from(whole)
  flipped[3_210] = (flipped[3_210] ?? 0) ^ 4
  const swapped = Uint8Array.from(whole)
  swapped.set([whole[101] ?? 0, whole[100] ?? 0], 100)
  for (const other of [flipped, swapped, whole.subarray(1), whole.subarray(0, 4_999)]) expect(hashOf([other])).not.toBe(hashOf([whole]))
})

/** As Microsoft's page defines it: one bit position a byte, 11 further each time. */
function plainly(whole: Uint8Array): string {
  const all = (1n << 160n) - 1n
  let state = 0n
  for (const [n, byte] of whole.entries()) {
    const wide = BigInt(byte) << BigInt((n * 11) % 160)
    state ^= (wide & all) | (wide >> 160n)
  }
  state ^= BigInt(whole.length) << 96n
  return Buffer.from(Array.from({ length: 20 }, (_, n) => Number((state >> BigInt(n * 8)) & 255n))).toString('hex')
}

test('as the definition says, of every length around the turns of its shift', () => {
  for (const length of [1, 19, 20, 21, 159, 160, 161, 1_000, 4_097])
    expect([length, hashOf([bytes(length)])]).toEqual([length, plainly(bytes(length))])
})
