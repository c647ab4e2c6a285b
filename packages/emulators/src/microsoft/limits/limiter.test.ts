import fc from 'fast-check'
import { expect, test } from 'vitest'
import { SlidingWindow } from '../../limits/window.ts'
import { Limiter, type Verdict } from './limiter.ts'

function limiter(settings: { readonly requests?: number; readonly concurrent?: number } = {}) {
  const clock = { now: 1_000_000 }
  const violations: string[] = []
  const made = new Limiter({
    requests: settings.requests ?? 3,
    perMs: 10_000,
    concurrent: settings.concurrent ?? 100,
    concurrencyRetryAfter: 10,
    raceMs: 250,
    now: () => clock.now,
    violation: (text) => violations.push(text),
  })
  return { clock, violations, made }
}

const wait = (verdict: Verdict): number | undefined => (verdict.allowed ? undefined : verdict.retryAfter)

test('a window lets its quota through, and says when the next place is free', () => {
  const window = new SlidingWindow(3, 1_000)
  expect([0, 100, 200].map((at) => window.take(at))).toEqual([undefined, undefined, undefined])
  expect(window.used(200)).toBe(1)
  expect(window.take(300)).toBe(800)
  // The refused one counts as well, and so three are in the window until the second has left it.
  expect(window.take(1_050)).toBe(150)
  expect(window.take(1_400)).toBeUndefined()
})

test('no window of any length lets more than the quota through, however requests are spread', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 400 }), { maxLength: 200 }), fc.integer({ min: 1, max: 8 }), (gaps, amount) => {
      const window = new SlidingWindow(amount, 1_000)
      let now = 0
      const passed: number[] = []
      for (const gap of gaps) {
        now += gap
        if (window.take(now) === undefined) passed.push(now)
      }
      return passed.every((at) => passed.filter((other) => other > at - 1_000 && other <= at).length <= amount)
    }),
  )
})

test('requests beyond the quota are refused until Retry-After has passed, per mailbox', () => {
  const { clock, violations, made } = limiter()
  for (let count = 0; count < 3; count++) expect(made.enter('anna').allowed).toBe(true)
  expect(made.enter('ben').allowed).toBe(true)
  expect(wait(made.enter('anna'))).toBe(10)
  clock.now += 10_000
  expect(made.enter('anna').allowed).toBe(true)
  expect(violations).toEqual([])
})

test('a call before Retry-After has passed is a violation, one that was on its way already is not', () => {
  const { clock, violations, made } = limiter({ requests: 1 })
  made.enter('anna')
  made.enter('anna')
  clock.now += 250
  made.enter('anna')
  expect(violations).toEqual([])
  clock.now += 251
  made.enter('anna')
  expect(violations).toEqual(['called anna before Retry-After had passed'])
})

test('a fault that says Retry-After is watched in the same way', () => {
  const { clock, violations, made } = limiter({ requests: 100 })
  made.told('anna', 5)
  clock.now += 4_999
  made.notice('anna')
  expect(violations).toHaveLength(1)
  clock.now += 1
  made.notice('anna')
  expect(violations).toHaveLength(1)
})

test('the fifth at once is refused; leaving makes room, once only', () => {
  const { violations, made } = limiter({ requests: 1_000, concurrent: 4 })
  const inside = Array.from({ length: 4 }, () => made.enter('anna'))
  expect(wait(made.enter('anna'))).toBe(10)
  const [first] = inside
  if (!first?.allowed) throw new Error('refused')
  first.leave()
  first.leave()
  expect(made.enter('anna').allowed).toBe(true)
  expect(made.enter('anna').allowed).toBe(false)
  expect(violations).toEqual([])
  made.enter('anna')
  made.enter('anna')
  expect(violations).toEqual(['more than 4 requests in flight to anna, repeatedly'])
  expect(made.states()[0]).toMatchObject({ key: 'anna', peakInFlight: 4 })
})
