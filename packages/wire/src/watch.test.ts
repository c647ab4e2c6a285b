import { ManualClock } from '@offramp/conformance'
import { expect, test } from 'vitest'
import { Watches } from './watch.ts'

const limits = { headMs: 60_000, idleMs: 60_000, totalMs: 300_000 }
const call = { signal: new AbortController().signal }
const what = () => 'example.test/x'
const timedOut = { reason: { code: 'http-timeout' } }

const round = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

test('many exchanges share one timer, and each meets its own limit', async () => {
  const clock = new ManualClock()
  const watches = new Watches(clock)
  const patient = Array.from({ length: 5 }, () => watches.begin({ limits, what, call }))
  await clock.advance(10_000)
  const hasty = watches.begin({ limits: { ...limits, headMs: 5_000 }, what, call })
  expect(clock.sleeping).toBe(1)
  await clock.advance(5_000)
  expect(hasty.broken).toMatchObject(timedOut)
  expect(patient.map(({ broken }) => broken)).toEqual(patient.map(() => undefined))
  await clock.advance(45_000)
  for (const watch of patient) expect(watch.broken).toMatchObject(timedOut)
})

test('a body that stalls is noticed in its own time, also where the head was allowed longer', async () => {
  const clock = new ManualClock()
  const watch = new Watches(clock).begin({ limits: { ...limits, headMs: 240_000, idleMs: 10_000 }, what, call })
  await clock.advance(1_000)
  watch.waiting()
  await clock.advance(10_000)
  expect(watch.broken).toMatchObject(timedOut)
})

test('who is slow to take the next part costs the other end nothing', async () => {
  const clock = new ManualClock()
  const watch = new Watches(clock).begin({ limits, what, call })
  watch.arrived()
  for (let n = 0; n < 4; n++) await clock.advance(60_000)
  expect(watch.broken).toBeUndefined()
  await clock.advance(60_000)
  expect(watch.broken).toMatchObject({ reason: { message: expect.stringContaining('longer in all than 300 s') } })
})

test('no timer is left when the last exchange is over, and the next has one again', async () => {
  const clock = new ManualClock()
  const watches = new Watches(clock)
  watches.begin({ limits, what, call }).end()
  await round()
  expect(clock.sleeping).toBe(0)
  const next = watches.begin({ limits, what, call })
  await clock.advance(60_000)
  expect(next.broken).toMatchObject(timedOut)
})

test('the call’s own reason is told to whoever asked, once, and at once where it came before', () => {
  const stop = new AbortController()
  const watches = new Watches(new ManualClock())
  const heard: unknown[] = []
  const watch = watches.begin({ limits, what, call: stop })
  watch.whenBroken((reason) => heard.push(reason))
  stop.abort('enough')
  watch.whenBroken((reason) => heard.push(reason))
  const late = watches.begin({ limits, what, call: stop })
  late.whenBroken((reason) => heard.push(reason))
  expect(heard).toEqual(['enough', 'enough', 'enough'])
  expect(() => late.throwIfBroken()).toThrow('enough')
})
