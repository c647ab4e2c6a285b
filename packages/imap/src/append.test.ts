import fc from 'fast-check'
import { expect, test } from 'vitest'
import { acceptable, batches } from './append.ts'
import { formatInternalDate, keepableDate, parseInternalDate } from './internal-date.ts'
import { BATCH } from './limits.ts'
import { compactSet, expandSet } from './responses.ts'

const mailbox = (permanentFlags: readonly string[], flags = permanentFlags) => ({
  path: 'x',
  uidValidity: 1,
  uidNext: 1,
  permanentFlags,
  flags,
})
const known = () => new Set(['\\seen', '\\flagged'])

test('only flags that the mailbox keeps are sent', () => {
  const box = mailbox(['\\Seen', '\\Flagged', '\\*'])
  expect(acceptable(['\\Seen', '\\Draft', 'Blue'], box, known())).toEqual({ flags: ['\\Seen', 'Blue'], left: 1 })
  expect(acceptable(['\\Seen', 'Blue'], mailbox(['\\Seen']), known())).toEqual({ flags: ['\\Seen'], left: 1 })
})

test('a mailbox gets 26 keywords and no more, and those it has go on', () => {
  const names = Array.from({ length: 200 }, (_, at) => `Key${at}`)
  const held = known()
  const { flags, left } = acceptable(names, mailbox(['\\Seen', '\\*']), held)
  expect([flags.length, left]).toEqual([26, 174])
  expect(acceptable(['key3', 'Other'], mailbox(['\\*']), held)).toEqual({ flags: ['key3'], left: 1 })
})

test('batches keep the order and both bounds; a large message goes alone', () => {
  fc.assert(
    fc.property(
      fc.array(fc.oneof(fc.integer({ min: 1, max: 400_000 }), fc.integer({ min: BATCH.bytes, max: 3 * BATCH.bytes })), { maxLength: 200 }),
      (sizes) => {
        const made = batches(sizes, (size) => size, true)
        expect(made.flat()).toEqual(sizes)
        for (const batch of made) {
          expect(batch.length).toBeLessThanOrEqual(BATCH.items)
          if (batch.length > 1) expect(batch.reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(BATCH.bytes)
        }
      },
    ),
  )
  expect(batches([1, 2], (size) => size, false)).toEqual([[1], [2]])
})

test('sets of UIDs', () => {
  expect(expandSet('2451:2453,2460')).toEqual([2451, 2452, 2453, 2460])
  expect(expandSet('7')).toEqual([7])
  expect(expandSet('1:4294967295')).toEqual([])
  expect(expandSet('x')).toEqual([])
  expect(compactSet([3, 1, 2, 9])).toBe('1:3,9')
  expect(compactSet([])).toBe('')
  fc.assert(
    fc.property(fc.uniqueArray(fc.integer({ min: 1, max: 500 })), (uids) => {
      const sorted = [...uids].sort((a, b) => a - b)
      expect(uids.length === 0 ? [] : expandSet(compactSet(uids))).toEqual(sorted)
    }),
  )
})

test('dates come back to the second, and stay inside what servers keep', () => {
  expect(formatInternalDate(Date.UTC(1996, 6, 17, 2, 44, 25))).toBe('17-Jul-1996 02:44:25 +0000')
  expect(formatInternalDate(Date.UTC(2021, 2, 4))).toBe(' 4-Mar-2021 00:00:00 +0000')
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 4_000_000_000 }),
      (seconds) => parseInternalDate(formatInternalDate(seconds * 1_000)) === seconds * 1_000,
    ),
  )
  const now = Date.UTC(2026, 0, 1)
  expect(keepableDate(Date.UTC(1901, 0, 1), now)).toEqual({ ms: 86_400_000, clamped: true })
  expect(keepableDate(Date.UTC(2099, 0, 1), now)).toEqual({ ms: now, clamped: true })
  expect(keepableDate(now - 1_500, now)).toEqual({ ms: now - 2_000, clamped: false })
})
