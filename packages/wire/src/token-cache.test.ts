import { ManualClock } from '@offramp/conformance'
import { silentLog } from '@offramp/core'
import { expect, test } from 'vitest'
import { type FreshToken, tokenCache } from './token-cache.ts'

const HOUR_MS = 3_600_000

/** A place that issues numbered tokens, when and how the test says. */
function issuer() {
  const clock = new ManualClock()
  const state = { asked: 0, failing: false, hold: Promise.resolve() }
  const ask = async (): Promise<FreshToken> => {
    const number = ++state.asked
    await state.hold
    if (state.failing) throw new Error('no token today')
    return { token: `token-${number}`, livesMs: HOUR_MS }
  }
  return { clock, state, cache: tokenCache(ask, { clock, log: silentLog }) }
}

const call = () => ({ signal: new AbortController().signal })

test('a token is used until 80 % of its life have passed, then replaced', async () => {
  const { clock, cache } = issuer()
  expect(await cache.token(call())).toBe('token-1')
  await clock.advance(HOUR_MS * 0.8 - 1)
  expect(await cache.token(call())).toBe('token-1')
  await clock.advance(1)
  expect(await cache.token(call())).toBe('token-2')
})

test('many callers ask once', async () => {
  const { cache, state } = issuer()
  const tokens = await Promise.all(Array.from({ length: 20 }, () => cache.token(call())))
  expect(new Set(tokens)).toEqual(new Set(['token-1']))
  expect(state.asked).toBe(1)
})

test('a caller who gives up does not spoil it for the others', async () => {
  const { cache, state } = issuer()
  let release = () => {}
  state.hold = new Promise((resolve) => {
    release = resolve
  })
  const impatient = new AbortController()
  const first = cache.token({ signal: impatient.signal })
  const second = cache.token(call())
  impatient.abort(new Error('enough'))
  await expect(first).rejects.toThrow('enough')
  release()
  expect(await second).toBe('token-1')
})

test('while the old token is valid a failure to replace it is survived, and no longer', async () => {
  const { clock, cache, state } = issuer()
  await cache.token(call())
  state.failing = true
  await clock.advance(HOUR_MS * 0.9)
  expect(await cache.token(call())).toBe('token-1')
  await clock.advance(HOUR_MS * 0.1)
  await expect(cache.token(call())).rejects.toThrow('no token today')
})

test('a refused token is asked for anew, once for all who held it', async () => {
  const { cache, state } = issuer()
  const token = await cache.token(call())
  cache.refused(token)
  cache.refused(token)
  expect(await cache.token(call())).toBe('token-2')
  cache.refused(token)
  expect(await cache.token(call())).toBe('token-2')
  expect(state.asked).toBe(2)
})
