import { expect, test } from 'vitest'
import { mailboxQuota, nextPacificMidnight, unitsOf } from './limits.ts'
import { duration, paceOf } from './pace.ts'
import type { GoogleSettings } from './settings.ts'

const settings: GoogleSettings = { name: 'x', admin: 'a@x.example', auth: { key: async () => '' } }

test('a mailbox of 100,000 messages is held back by its own minute, a domain by the project', () => {
  expect(paceOf(settings, [100_000])).toEqual({ atLeastMs: 333 * 60_000, decidedBy: '6,000 units of one mailbox in a minute' })
  const many = Array.from({ length: 5_000 }, () => 3_000)
  expect(paceOf(settings, many)).toEqual({ atLeastMs: 3 * 86_400_000, decidedBy: '80,000,000 units of the project in a day' })
  expect(paceOf({ ...settings, limits: { projectPerDay: 10 ** 12 } }, many).decidedBy).toMatch(/of the project in a minute/)
  expect(paceOf({ ...settings, limits: { table: 'legacy' } }, [100_000]).atLeastMs).toBe(33 * 60_000)
  expect(paceOf(settings, []).atLeastMs).toBe(0)
})

test.each([
  [30_000, 'a minute'],
  [45 * 60_000, '45 min'],
  [333 * 60_000, '5 h 33 min'],
  [75 * 3_600_000, '3 d 3 h'],
])('%i ms are %s', (ms, words) => {
  expect(duration(ms)).toBe(words)
})

test('a call falls under its mailbox and under the project, with a little left free', () => {
  const quota = mailboxQuota(settings, 'acme', '17')
  expect(quota).toMatchObject({ key: 'gmail:{acme}:17', windows: [{ amount: 5_880, perMs: 60_000 }], concurrent: 8 })
  expect(quota.also).toEqual([
    {
      key: 'gmail:{acme}',
      windows: [
        { amount: 1_176_000, perMs: 60_000 },
        { amount: 78_400_000, perMs: 86_400_000 },
      ],
    },
  ])
  const legacy = { ...settings, limits: { table: 'legacy', userPerMinute: 10 } as const }
  expect([unitsOf(settings, 'messages.get'), unitsOf(legacy, 'messages.get')]).toEqual([20, 5])
  expect(mailboxQuota(legacy, 'acme', '17').windows).toEqual([{ amount: 20, perMs: 60_000 }])
})

test.each([
  ['2026-11-22T12:00:00Z', '2026-11-23T08:00:00Z'],
  ['2026-07-22T06:59:59Z', '2026-07-22T07:00:00Z'],
  ['2026-07-22T07:00:00Z', '2026-07-23T07:00:00Z'],
])('the day of %s ends at %s', (now, end) => {
  expect(new Date(nextPacificMidnight(Date.parse(now))).toISOString()).toBe(new Date(end).toISOString())
})
