import { expect, test } from 'vitest'
import { UnitBucket, unitCost, unitsFor } from './directory.ts'

test('the directory charges by what is asked, and tells when its bucket runs low', () => {
  expect(unitCost({ select: undefined, expand: [], top: undefined }, 2)).toBe(2)
  expect(unitCost({ select: ['id'], expand: [], top: 5 }, 2)).toBe(1)
  expect(unitCost({ select: undefined, expand: ['x'], top: undefined }, 3)).toBe(4)
  expect([unitsFor(49), unitsFor(50), unitsFor(501)]).toEqual([3_500, 5_000, 8_000])
  const bucket = new UnitBucket(10, 0)
  expect(bucket.take(7, 0)).toEqual({ allowed: true, retryAfter: 0, headers: { 'x-ms-resource-unit': '7' } })
  expect(bucket.take(1, 0).headers['x-ms-throttle-limit-percentage']).toBe('0.80')
  const refused = bucket.take(5, 0)
  expect(refused).toMatchObject({ allowed: false, retryAfter: 3 })
  expect(refused.headers['x-ms-throttle-scope']).toContain('Tenant_Application')
  expect(bucket.take(5, 2_999).allowed).toBe(false)
  expect(bucket.take(5, 3_001).allowed).toBe(true)
})
