import { type LedgerLab, ledgerSuite } from '@offramp/conformance'
import { type RedisServer, startRedis } from '@offramp/test/servers/redis'
import { afterAll, beforeAll } from 'vitest'
import { RedisLab } from '../testing/redis-lab.ts'
import { redisLedger } from './redis-ledger.ts'

let server: RedisServer
beforeAll(async () => {
  server = await startRedis()
})
afterAll(() => server.stop())

ledgerSuite({
  name: 'Redis',
  open: async (): Promise<LedgerLab> => {
    const lab = new RedisLab(server)
    const time = () => lab.clock.now()
    return {
      process: async () => {
        const redis = lab.client()
        const ledger = redisLedger(redis, { project: 'suite', clock: lab.clock, time, monotonic: time })
        return { ledger, cut: async () => redis.disconnect() }
      },
      advance: (ms) => lab.advance(ms),
      wipe: async () => void (await lab.admin.flushall()),
      save: () => lab.save(),
      close: () => lab.close(),
    }
  },
})
