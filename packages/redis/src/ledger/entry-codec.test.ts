import { REASONS, type Reason, type Receipt } from '@offramp/core'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ByteReader, varint } from './bytes.ts'
import { MAX_LABEL, MAX_MESSAGE, packException, readEntry } from './entry-codec.ts'
import { packLocator, packReceipt } from './receipt-codec.ts'

const size = fc.oneof(fc.maxSafeNat(), fc.nat(300))
const hash = fc.option(
  fc.uint8Array({ minLength: 8, maxLength: 8 }).map((bytes) => Buffer.from(bytes).toString('hex')),
  { nil: undefined },
)
const memo = fc.option(
  fc.uint8Array({ maxLength: 12 }).map((bytes) => Buffer.from(bytes).toString('latin1')),
  { nil: undefined },
)
const text = fc.string({ unit: 'grapheme', maxLength: 300 })
const locator = fc.oneof(text, fc.maxSafeNat().map(String), fc.stringMatching(/^[0-9]{1,22}$/))
const names = { listings: new Map([[5, 'inbox']]), places: new Map([[300, 'INBOX;7']]) }
const key = Buffer.from('0123456789')

/** An entry's value as the scripts put it together. */
function packed(flags: number, receipt: Receipt): Buffer {
  const { flags: receiptFlags, bytes } = packReceipt(receipt)
  return Buffer.concat([Buffer.from([flags + receiptFlags]), Buffer.alloc(6, 9), varint(5), varint(300), bytes])
}

const present = <T extends object>(facts: T) => JSON.parse(JSON.stringify(facts))

test('a number takes as few bytes as it needs and comes back', () => {
  fc.assert(fc.property(fc.maxSafeNat(), (value) => new ByteReader(varint(value)).varint() === value))
  expect([0, 127, 128, 16_383, 16_384].map((value) => varint(value).length)).toEqual([1, 1, 2, 2, 3])
})

test('whatever a receipt holds comes back', () => {
  fc.assert(
    fc.property(locator, size, hash, memo, fc.boolean(), (locator, size, hash, memo, gone) => {
      const receipt: Receipt = {
        place: 'INBOX;7',
        locator,
        size,
        ...(hash === undefined ? {} : { hash }),
        ...(memo === undefined ? {} : { memo }),
      }
      const entry = readEntry(key, packed(1 + (gone ? 4 : 0), receipt), undefined, names)
      expect(present(entry)).toEqual(
        present({ key: key.toString('base64url'), state: 'arrived', listing: 'inbox', version: 'CQkJCQkJ', tries: 0, gone, receipt }),
      )
    }),
  )
})

test('two locators are kept as the same bytes only when they are the same', () => {
  const pair = fc.tuple(locator, locator).filter(([a, b]) => a !== b)
  fc.assert(
    fc.property(pair, ([a, b]) => {
      const [x, y] = [packLocator(a), packLocator(b)]
      expect(x.flag === y.flag && x.bytes.equals(y.bytes)).toBe(false)
    }),
  )
})

test('an exception comes back, cut to what a person reads', () => {
  const reason = fc.option(fc.constantFrom(...Object.keys(REASONS).filter((name): name is Reason => Object.hasOwn(REASONS, name))), {
    nil: undefined,
  })
  const long = fc.string({ unit: 'grapheme', maxLength: 1_500, size: 'max' })
  fc.assert(
    fc.property(text, reason, long, fc.option(long, { nil: undefined }), fc.nat(255), (id, reason, message, label, tries) => {
      const exception = packException({ id, message, ...(reason ? { reason } : {}), ...(label === undefined ? {} : { label }) })
      const extra = Buffer.concat([Buffer.from([tries, 0]), exception])
      const entry = readEntry(key, Buffer.concat([Buffer.from([reason ? 2 : 3]), Buffer.alloc(6), varint(5)]), extra, names)
      expect(entry).toMatchObject({ id, tries, ...(reason ? { reason } : {}) })
      expect(entry.message?.length).toBeLessThanOrEqual(MAX_MESSAGE)
      expect(entry.message?.slice(0, -1)).toBe(message.slice(0, (entry.message?.length ?? 0) - 1))
      expect(entry.message?.isWellFormed()).toBe(true)
      expect(entry.label === undefined).toBe(label === undefined)
      expect(entry.label?.length ?? 0).toBeLessThanOrEqual(MAX_LABEL)
    }),
  )
})

test('a mail at home in IMAP takes at most 36 bytes of value', () => {
  const receipt = { place: 'INBOX;7', locator: '99999', size: 1_500_000, hash: '0123456789abcdef', memo: 'abcdefghijkl' }
  expect(packed(1, receipt).length).toBeLessThanOrEqual(36 + 1)
})

test.each([
  [{ size: -1 }],
  [{ size: 1.5 }],
  [{ size: Number.NaN }],
  [{ hash: 'xyz' }],
  [{ hash: '0123456789ABCDEF' }],
  [{ memo: 'thirteen chars' }],
  [{ memo: '€' }],
])('a receipt with %o is a bug of its connector', (wrong) => {
  expect(() => packReceipt({ place: 'p', locator: '1', size: 1, ...wrong })).toThrow(
    expect.objectContaining({ reach: 'run', code: 'ledger-bad-receipt' }),
  )
})
