import { describe, expect, it, vi } from 'vitest'
import { systemClock } from './clock.ts'

describe('the clock of the system', () => {
  it('gives a timer only what it can hold: neither a moment that has passed nor one beyond 24.8 days', async () => {
    const timers = vi.spyOn(globalThis, 'setTimeout')
    const given = new AbortController()
    try {
      await systemClock.sleep(-0.67, {})
      const asleep = systemClock.sleep(60 * 86_400_000, given)
      given.abort(new Error('called off'))
      await expect(asleep).rejects.toThrow('called off')
      expect(timers.mock.calls.map(([, ms]) => ms)).toEqual([0, 2_147_483_647])
    } finally {
      timers.mockRestore()
    }
  })

  it('does not begin to sleep once it is called off', async () => {
    await expect(systemClock.sleep(5, { signal: AbortSignal.abort(new Error('called off')) })).rejects.toThrow('called off')
  })
})
