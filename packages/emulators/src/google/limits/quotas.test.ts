import fc from 'fast-check'
import { expect, test } from 'vitest'
import { GoogleError } from '../serve/errors.ts'
import { costOf } from './costs.ts'
import { type QuotaSettings, Quotas } from './quotas.ts'
import { UnitWindow } from './units.ts'

function quotas(settings: Partial<QuotaSettings> = {}) {
  const clock = { now: Date.UTC(2026, 6, 1) }
  const violations: string[] = []
  const made = new Quotas({
    userPerMinute: 100,
    projectPerMinute: 1e9,
    projectPerDay: 1e9,
    concurrent: 10,
    directoryPerMinute: 5,
    penaltyMs: 900_000,
    raceMs: 250,
    minuteMs: 60_000,
    dayMs: 86_400_000,
    overQuota: 'turns',
    projectNumber: '42',
    now: () => clock.now,
    violation: (text) => violations.push(text),
    ...settings,
  })
  const spend = (units: number, mailbox = 'anna', payer = mailbox): string => attempt(() => made.enter({ mailbox, payer, units })())
  return { clock, violations, made, spend }
}

/** `ok`, or status, reason and text of the refusal. */
function attempt(act: () => void): string {
  try {
    act()
    return 'ok'
  } catch (error) {
    if (!(error instanceof GoogleError)) throw error
    return `${error.code} ${error.facts.reason}: ${error.message}`
  }
}

test('methods cost what the table of their year says', () => {
  const methods = [
    'messages.get',
    'attachments.get',
    'drafts.get',
    'messages.list',
    'drafts.list',
    'history.list',
    'labels.list',
    'getProfile',
  ]
  expect(methods.map((method) => costOf(method, '2026'))).toEqual([20, 20, 20, 5, 5, 2, 1, 1])
  expect(methods.map((method) => costOf(method, 'legacy'))).toEqual([5, 5, 5, 5, 5, 2, 1, 1])
})

test('no minute of any beginning lets more units through than there are', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.nat(400), fc.integer({ min: 1, max: 20 })), { maxLength: 200 }),
      fc.integer({ min: 20, max: 90 }),
      (calls, amount) => {
        const window = new UnitWindow(amount, 1_000)
        const passed: (readonly [number, number])[] = []
        let now = 0
        for (const [gap, units] of calls) {
          now += gap
          const fits = window.fits(units, now)
          const inWindow = passed.filter(([at]) => at > now - 1_000).reduce((sum, [, spent]) => sum + spent, 0)
          if (fits !== inWindow + units <= amount) return false
          if (!fits) continue
          window.take(units, now)
          passed.push([now, units])
        }
        return true
      },
    ),
  )
})

test('over a mailbox’s units all is shut until a time that only the text tells, as 429 and 403 in turns', () => {
  const { clock, violations, spend } = quotas()
  for (let count = 0; count < 5; count++) expect(spend(20)).toBe('ok')
  expect(spend(1)).toBe('429 rateLimitExceeded: User-rate limit exceeded.  Retry after 2026-07-01T00:15:00.000Z')
  clock.now += 250
  expect(spend(1)).toBe('403 userRateLimitExceeded: User-rate limit exceeded.  Retry after 2026-07-01T00:15:00.000Z')
  expect(spend(20, 'ben')).toBe('ok')
  expect(violations).toEqual([])
  clock.now += 899_749
  expect(spend(1)).toContain('Retry after')
  expect(violations).toEqual(['called Gmail for anna before the time in "Retry after"'])
  clock.now += 1
  expect(spend(20)).toBe('ok')
})

test('without a quotaUser of its own each mailbox pays from the domain’s purse', () => {
  const { violations, spend, clock, made } = quotas({ overQuota: '403' })
  for (const mailbox of ['a', 'b', 'c', 'd', 'e']) expect(spend(20, mailbox, 'service account')).toBe('ok')
  expect(spend(20, 'f', 'service account')).toBe(
    "403 rateLimitExceeded: Quota exceeded for quota metric 'Queries' and limit 'Queries per minute per user' of service 'gmail.googleapis.com' for consumer 'project_number:42'.",
  )
  expect(spend(20, 'f')).toBe('ok')
  for (let count = 0; count < 19; count++) spend(20, 'f', 'service account')
  expect(violations).toEqual([])
  spend(20, 'f', 'service account')
  expect(violations).toHaveLength(1)
  clock.now += 60_000
  expect(spend(20, 'a', 'service account')).toBe('ok')
  expect(Object.fromEntries(made.units)).toMatchObject({ a: 40, f: 20 })
})

test('the project has a minute and a day', () => {
  const { clock, spend } = quotas({ projectPerMinute: 50, projectPerDay: 120, overQuota: '429' })
  expect([spend(30, 'a'), spend(20, 'b')]).toEqual(['ok', 'ok'])
  expect(spend(1, 'c')).toContain("429 rateLimitExceeded: Quota exceeded for quota metric 'Queries' and limit 'Queries per minute' of")
  clock.now += 60_000
  expect([spend(50, 'a'), spend(20, 'b')][0]).toBe('ok')
  clock.now += 60_000
  expect([spend(20, 'c'), spend(1, 'c')]).toEqual(['ok', '403 dailyLimitExceeded: Daily Limit Exceeded'])
  clock.now += 86_400_000
  expect(spend(1, 'c')).toBe('ok')
})

test('the eleventh at once is refused; leaving makes room, once only', () => {
  const { made, spend, violations } = quotas({ userPerMinute: 1e9 })
  const inside = Array.from({ length: 10 }, () => made.enter({ mailbox: 'anna', payer: 'anna', units: 1 }))
  expect(spend(1)).toBe('429 rateLimitExceeded: Too many concurrent requests for user')
  inside[0]?.()
  inside[0]?.()
  made.enter({ mailbox: 'anna', payer: 'anna', units: 1 })
  for (let count = 0; count < 2; count++) spend(1)
  expect(violations).toEqual([])
  spend(1)
  expect(violations).toEqual(['more than 10 requests in flight to anna, repeatedly'])
  expect(made.refusals).toEqual({ throttled: 0, tooMany: 4 })
})

test('the directory answers 403 or 429 over its quota, the reports 503', () => {
  const { clock, made } = quotas()
  const ask = (service: 'directory' | 'reports') => attempt(() => made.query(service, 'admin'))
  const refused = (service: 'directory' | 'reports') => Array.from({ length: 9 }, () => ask(service)).slice(5)
  expect(refused('directory').map((text) => text.split(':')[0])).toEqual([
    '429 rateLimitExceeded',
    '403 quotaExceeded',
    '429 rateLimitExceeded',
    '403 userRateLimitExceeded',
  ])
  expect(new Set(refused('reports'))).toEqual(new Set(['503 backendError: The service is currently unavailable.']))
  clock.now += 60_000
  expect([ask('directory'), ask('reports')]).toEqual(['ok', 'ok'])
})
