import { expect, test } from 'vitest'
import { HandClock } from '../testing/hand-clock.ts'
import { Vigil } from './vigil.ts'

const reason = new Error('lost')

function vigil(ttlMs = 10_000) {
  const clock = new HandClock(0)
  const now = { monotonic: 0 }
  const moment = () => ({ wall: clock.now(), monotonic: now.monotonic })
  const kept = new Vigil({ clock, monotonic: () => now.monotonic, ttlMs, reason }, moment())
  return { clock, now, moment, kept, call: { signal: new AbortController().signal } }
}

test('ends before the store lets go, counted from before the renewal was sent', async () => {
  const { clock, kept, moment, call } = vigil()
  const watched = kept.watch(call)
  const sent = moment()
  clock.pass(5_000)
  kept.renewed(sent)
  clock.pass(2_999)
  expect(kept.signal.aborted).toBe(false)
  clock.pass(1)
  await watched
  expect(kept.signal.aborted).toBe(true)
  expect(kept.signal.reason).toBe(reason)
})

test('a blocked process learns it on the first look, before any timer', () => {
  const { clock, kept, call } = vigil()
  void kept.watch(call)
  let told = false
  kept.signal.addEventListener('abort', () => {
    told = true
  })
  clock.pass(60_000, { wake: false })
  expect(() => kept.signal.throwIfAborted()).toThrow(reason)
  expect([kept.signal.aborted, told]).toEqual([true, true])
})

test('a clock that was set back does not lengthen it, nor a machine that slept', () => {
  const back = vigil()
  back.clock.pass(-3_600_000, { wake: false })
  back.now.monotonic = 8_000
  expect(back.kept.signal.aborted).toBe(true)
  const slept = vigil()
  slept.clock.pass(8_000, { wake: false })
  expect(slept.kept.signal.aborted).toBe(true)
})

test('a renewal that comes back too late does not revive it', () => {
  const { clock, kept, moment } = vigil()
  clock.pass(7_000, { wake: false })
  const sent = moment()
  clock.pass(2_000, { wake: false })
  kept.renewed(sent)
  expect(kept.signal.aborted).toBe(true)
})

test('signals made of it are told too', async () => {
  const { clock, kept, call } = vigil()
  const both = AbortSignal.any([kept.signal, new AbortController().signal])
  void kept.watch(call)
  clock.pass(8_000)
  await Promise.resolve()
  await Promise.resolve()
  expect(both.aborted).toBe(true)
})
