import { expect, test } from 'vitest'
import { leaseMsOf, limitsOf, silenceMsOf } from './limits.ts'

test.each([{}, { putSeconds: 2 }, { putSeconds: 300 }])('a write that began under a lease ends under it: %o', (settings) => {
  const limits = limitsOf(settings)
  expect(leaseMsOf(limits)).toBeGreaterThanOrEqual(2 * limits.putMs)
})

test('a dead worker is missed for half a minute at most, and no longer than its lease lasts', () => {
  expect(silenceMsOf(limitsOf())).toBe(30_000)
  expect(silenceMsOf(limitsOf({ putSeconds: 2 }))).toBe(4_000)
})
