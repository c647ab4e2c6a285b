import { asFault } from '@offramp/core'
import { expect, test } from 'vitest'
import { decodePosition, encodePosition, madeBy, type Position, stillMade } from './mail-cursor.ts'

const made = madeBy({ labels: 'folder', spamAndTrash: true }, ['abcde', 'fghij'])

test.each<Position>([
  { mode: 'first', ...made, history: '12345678901234567890' },
  { mode: 'first', ...made, history: '5', token: '0987', after: '18f', done: ['18a', '18b'], part: { id: '18c', given: 3 } },
  { mode: 'delta', ...made, history: '5', done: ['18a@7'], part: { id: '18c', given: 3 } },
  { mode: 'relist', ...made },
  { mode: 'relist', ...made, history: '5', after: '18f' },
])('%j is read back as it was', (position) => {
  expect(decodePosition(encodePosition(position))).toEqual(position)
})

test.each([
  '',
  'not a cursor',
  '{}',
  '[]',
  '{"mode":"first","policy":"folder","labels":""}',
  '{"mode":"delta","policy":"folder","labels":"","history":"x"}',
  '{"mode":"other","policy":"folder","labels":"","history":"1"}',
])('%j is a fault of the listing', (cursor) => {
  try {
    decodePosition(cursor)
  } catch (thrown) {
    expect(asFault(thrown)).toMatchObject({ reach: 'listing', code: 'google-cursor-unreadable' })
    return
  }
  throw new Error('it was read')
})

test('a walk is still good after a new label, and not after one that is gone or renamed, or under another policy', () => {
  const by = (prints: readonly string[], spamAndTrash = true) => madeBy({ labels: 'folder', spamAndTrash }, prints)
  expect(stillMade(made, by(['zzzzz', 'fghij', 'abcde']))).toBe(true)
  expect(stillMade(made, by(['abcde']))).toBe(false)
  expect(stillMade(made, by(['abcde', 'fghik']))).toBe(false)
  expect(stillMade(made, by(['abcde', 'fghij'], false))).toBe(false)
  const many = Array.from({ length: 1_000 }, (_, n) => String(10_000 + n))
  expect(stillMade(by(many), by(many))).toBe(true)
  expect(stillMade(by(many), by([...many, 'abcde']))).toBe(false)
  expect(encodePosition({ mode: 'delta', ...by(many), history: '1' }).length).toBeLessThan(2_200)
})
