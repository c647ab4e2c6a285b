import { describe, expect, test } from 'vitest'
import { judgeRedis, type RedisFacts } from './assert-safe.ts'

const SAFE: RedisFacts = {
  version: '7.2.4',
  policy: 'noeviction',
  appendOnly: true,
  appendFsync: 'everysec',
  usedBytes: 10e6,
  limitBytes: 100e6,
  replica: false,
  aheadMs: 300,
}

const levels = (facts: RedisFacts) => judgeRedis(facts).filter(({ level }) => level !== 'ok')

describe('what Redis says of itself', () => {
  test('a safe one has nothing against it', () => {
    expect(levels(SAFE)).toEqual([])
  })

  test.each([
    ['version', { version: '6.0.16' }, 'Install Redis 6.2'],
    ['version', { version: '4.0.9' }, 'Install Redis 6.2'],
    ['policy', { policy: 'allkeys-lru' }, 'CONFIG SET maxmemory-policy noeviction'],
    ['append-only', { appendOnly: false }, 'CONFIG SET appendonly yes'],
    ['replica', { replica: true }, 'primary'],
  ])('%s: %o is refused, with the way out', (_, change, remedy) => {
    const found = levels({ ...SAFE, ...change })
    expect(found).toHaveLength(1)
    expect(found[0]).toMatchObject({ level: 'error', remedy: expect.stringContaining(remedy) })
  })

  test('6.2 and newer will do', () => {
    for (const version of ['6.2.0', '7.0.15', '8.4.1', '10.0.0']) expect(levels({ ...SAFE, version })).toEqual([])
  })

  test('memory is warned of from 70 percent, and a lazy disk', () => {
    expect(levels({ ...SAFE, usedBytes: 70e6 })).toEqual([])
    expect(levels({ ...SAFE, usedBytes: 71e6 })).toMatchObject([{ level: 'warning', says: expect.stringContaining('71 %') }])
    expect(levels({ ...SAFE, appendFsync: 'no' })).toMatchObject([{ level: 'warning' }])
  })

  test('a clock that is far off is warned of, whichever way', () => {
    expect(levels({ ...SAFE, aheadMs: -9_000 })).toEqual([])
    expect(levels({ ...SAFE, aheadMs: 120_400 })).toMatchObject([{ level: 'warning', says: expect.stringContaining('120 s ahead of') }])
    expect(levels({ ...SAFE, aheadMs: -60_000 })).toMatchObject([{ level: 'warning', says: expect.stringContaining('60 s behind') }])
  })

  test('what it does not tell is said, and not taken for good', () => {
    const found = levels({})
    expect(found.map(({ level }) => level)).toEqual(['warning', 'warning', 'warning'])
    for (const { says } of found) expect(says).toContain('could not be checked')
  })
})
