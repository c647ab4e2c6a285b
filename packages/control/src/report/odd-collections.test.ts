import type { CollectionBalance } from '@offramp/engine'
import { expect, test } from 'vitest'
import { oddCollections } from './odd-collections.ts'

const row = (name: string, more: Partial<CollectionBalance> = {}): CollectionBalance => ({
  name,
  source: 3,
  verified: 3,
  skipped: {},
  failed: 0,
  remainder: 0,
  bytes: 10,
  ...more,
})

test('collections that match are not named, and of a few others each is', () => {
  const lines = oddCollections([
    row('Fine'),
    row('Odd', { verified: 1, skipped: { malware: 1 }, failed: 1 }),
    row('Short', { remainder: 2 }),
  ])
  expect(lines).toEqual([
    'Odd: 3 = 1 verified + skipped (1 malware) + 1 failed; unexplained 0',
    'Short: 3 = 3 verified + skipped 0 + 0 failed; unexplained 2',
  ])
})

test('of thousands of folders the ones at the top are named, with the sums of what is in them, the worst first', () => {
  const many = Array.from({ length: 3_000 }, (_, n) => row(`Top ${n % 3} / ${n}`, { verified: 2, skipped: { pointer: 1 } }))
  const lines = oddCollections([...many, row('Top 2 / x', { remainder: 2, verified: 1 }), row('Top 2 / y', { remainder: -2, verified: 5 })])
  expect(lines).toEqual([
    'Top 2 (1,002 folders): 3,006 = 2,006 verified + skipped (1,000 pointer) + 0 failed; unexplained 4',
    'Top 0 (1,000 folders): 3,000 = 2,000 verified + skipped (1,000 pointer) + 0 failed; unexplained 0',
    'Top 1 (1,000 folders): 3,000 = 2,000 verified + skipped (1,000 pointer) + 0 failed; unexplained 0',
  ])
})

test('where there are too many at the top as well, it says how many more', () => {
  const lines = oddCollections(
    Array.from({ length: 100 }, (_, n) => row(`Top ${n}`, { failed: n === 77 ? 1 : 0, skipped: { pointer: 1 } })),
  )
  expect(lines).toHaveLength(41)
  expect([lines[0]?.startsWith('Top 77:'), lines.at(-1)]).toEqual([true, 'and 60 more folders at the top; the JSON report has every one'])
})
