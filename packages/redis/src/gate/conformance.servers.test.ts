import { type GateLab, gateSuite } from '@offramp/conformance'
import { type RedisServer, startRedis } from '@offramp/test/servers/redis'
import { afterAll, beforeAll } from 'vitest'
import { RedisLab } from '../testing/redis-lab.ts'
import { RedisGate } from './redis-gate.ts'

let server: RedisServer
beforeAll(async () => {
  server = await startRedis()
})
afterAll(() => server.stop())

gateSuite({
  name: 'Redis',
  open: async (): Promise<GateLab> => {
    const lab = new RedisLab(server)
    const gates: RedisGate[] = []
    const [patienceMs, ticketMs, holdMs] = [5_000, 120_000, 30_000]
    return {
      patienceMs,
      ticketMs,
      deadMs: holdMs,
      process: async () => {
        const redis = lab.client()
        const gate = new RedisGate(redis, { clock: lab.clock, time: () => lab.clock.now(), patienceMs, ticketMs, holdMs })
        gates.push(gate)
        return { gate, die: async () => redis.disconnect() }
      },
      now: () => lab.clock.now(),
      advance: (ms) => lab.advance(ms, 50),
      close: async () => {
        for (const gate of gates) gate.close()
        await lab.close()
      },
    }
  },
})
