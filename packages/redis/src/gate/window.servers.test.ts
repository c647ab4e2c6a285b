import type { Quota } from '@offramp/core'
import { type RedisServer, startRedis } from '@offramp/test/servers/redis'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { RedisLab } from '../testing/redis-lab.ts'
import { RedisGate } from './redis-gate.ts'

let server: RedisServer
beforeAll(async () => {
  server = await startRedis()
})
afterAll(() => server.stop())

const call = { signal: new AbortController().signal }

interface Model {
  readonly entered: { at: number; weight: number }[]
}

/** What the quota says, counted one by one. */
const spent = ({ entered }: Model, now: number, perMs: number): number =>
  entered.filter(({ at }) => at > now - perMs).reduce((sum, { weight }) => sum + weight, 0)

test('a window never lets in more than a count of every call would, and at most a hundredth later', async () => {
  const lab = new RedisLab(server)
  const gate = new RedisGate(lab.client(), { clock: lab.clock, time: () => lab.clock.now(), patienceMs: 0 })
  let run = 0
  const steps = fc.array(fc.record({ gapMs: fc.oneof(fc.nat(300), fc.nat(9_000)), weight: fc.integer({ min: 1, max: 5 }) }), {
    minLength: 5,
    maxLength: 60,
  })
  await fc.assert(
    fc.asyncProperty(steps, fc.integer({ min: 5, max: 20 }), fc.integer({ min: 150, max: 20_000 }), async (steps, amount, perMs) => {
      const quota: Quota = { key: `property-${run++}`, windows: [{ amount, perMs }] }
      const model: Model = { entered: [] }
      for (const { gapMs, weight } of steps) {
        lab.clock.pass(gapMs)
        const now = lab.clock.now()
        const ticket = await gate.enter(quota, weight, call).catch((fault: unknown) => fault)
        const entered = ticket instanceof Error === false
        if (entered) model.entered.push({ at: now, weight })
        expect(spent(model, now, perMs)).toBeLessThanOrEqual(amount)
        // A slot counts until all of it is older than the window: that much later, and no more, the model has room as well.
        const slack = Math.max(1, Math.ceil(perMs / 100))
        if (!entered) expect(spent(model, now, perMs + slack) + weight).toBeGreaterThan(amount)
      }
    }),
    { numRuns: 60 },
  )
  gate.close()
  await lab.close()
})

test('what a gate keeps in Redis does not grow with its use, and goes when it is no longer used', async () => {
  const lab = new RedisLab(server)
  const gate = new RedisGate(lab.client(), { clock: lab.clock, time: () => lab.clock.now() })
  const quota: Quota = { key: 'k', windows: [{ amount: 100_000, perMs: 10_000 }], concurrent: 1_000 }
  const sizes: number[] = []
  for (let i = 0; i < 600; i++) {
    lab.clock.pass(50)
    const ticket = await gate.enter(quota, 1, call)
    ticket.leave()
    if (i > 250) sizes.push((await lab.admin.hlen('offramp:gate:{k}:w')) + (await lab.admin.hlen('offramp:gate:{k}')))
  }
  expect(Math.max(...sizes)).toBeLessThan(115)
  expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThan(10)
  await lab.settled()
  expect(await lab.admin.pttl('offramp:gate:{k}')).toBeGreaterThan(10_000)
  expect(await lab.admin.pttl('offramp:gate:{k}:w')).toBeGreaterThan(10_000)
  gate.close()
  await lab.close()
})

test('a clock that was set back far neither opens the gate nor blocks it for good', async () => {
  const lab = new RedisLab(server)
  const gate = new RedisGate(lab.client(), { clock: lab.clock, time: () => lab.clock.now(), patienceMs: 0 })
  const quota: Quota = { key: 'k', windows: [{ amount: 2, perMs: 10_000 }] }
  await gate.enter(quota, 2, call)
  lab.clock.pass(-3_600_000)
  await expect(gate.enter(quota, 1, call)).rejects.toMatchObject({ reach: 'gate' })
  lab.clock.pass(10_200)
  await gate.enter(quota, 2, call)
  gate.close()
  await lab.close()
})

test('word of a freed place comes from the other process at once, without waiting for the next look', async () => {
  const lab = new RedisLab(server)
  const [a, b] = [0, 1].map(() => new RedisGate(lab.client(), { clock: lab.clock, time: () => lab.clock.now() }))
  const quota: Quota = { key: 'k', concurrent: 1 }
  const held = await a?.enter(quota, 1, call)
  const waiting = b?.enter(quota, 1, call)
  await lab.settled()
  await expect.poll(async () => (await lab.admin.pubsub('NUMSUB', 'offramp:gate'))[1], { interval: 5 }).toBe(1)
  held?.leave()
  // The clock stands still, so only the message can wake the one who waits.
  expect(await waiting).toBeDefined()
  for (const gate of [a, b]) gate?.close()
  await lab.close()
})

test('Redis out of reach is a fault, and not an open gate', async () => {
  const lab = new RedisLab(server)
  const redis = lab.client()
  const gate = new RedisGate(redis, { clock: lab.clock })
  await (await gate.enter({ key: 'k' }, 1, call)).leave()
  await lab.settled()
  redis.disconnect()
  await expect(gate.enter({ key: 'k' }, 1, call)).rejects.toMatchObject({ reach: 'call', connection: true })
  gate.close()
  await lab.close()
})
