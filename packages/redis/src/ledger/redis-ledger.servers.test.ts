import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { type Entry, type Lease, LeaseLost, systemClock } from '@offramp/core'
import { type RedisServer, startRedis } from '@offramp/test/servers/redis'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { connectRedis } from '../connection/connect-redis.ts'
import { HandClock } from '../testing/hand-clock.ts'
import { RedisLab } from '../testing/redis-lab.ts'
import { redisLedger } from './redis-ledger.ts'

let server: RedisServer
beforeAll(async () => {
  server = await startRedis()
})
afterAll(() => server.stop())

const LANE = 'anna-mail'

async function take(lab: RedisLab, redis: Redis = lab.client()) {
  const time = () => lab.clock.now()
  const ledger = redisLedger(redis, { project: 'p', clock: lab.clock, time, monotonic: time })
  const lease = await ledger.lease(LANE, 'worker-1', 10_000)
  if (!lease) throw new Error('held')
  return { ledger, lease, redis }
}

const intents = (count: number, from = 0) =>
  Array.from({ length: count }, (_, i) => ({ id: `id-${from + i}`, listing: 'inbox', version: 'v', place: 'INBOX;7' }))

const arrivals = (count: number) =>
  Array.from({ length: count }, (_, i) => ({
    ...{ id: `id-${i}`, listing: 'inbox', version: 'v', state: 'arrived' as const },
    receipt: { place: 'INBOX;7', locator: String(i + 1), size: 20_000 + i, hash: '0123456789abcdef', memo: 'abcdefghijkl' },
  }))

describe('writes', () => {
  test('one that is sent again after a broken connection is done once', async () => {
    const lab = new RedisLab(server)
    const { ledger, lease, redis } = await take(lab)
    await lease.intend(intents(1))
    // The answer is lost and ioredis sends the same command again.
    const sent: unknown[][] = []
    const call = redis.callBuffer.bind(redis)
    const listening = (...args: [string, string[]]) => {
      sent.push(args)
      return call(...args)
    }
    Object.assign(redis, { callBuffer: listening })
    await lease.intend(intents(1))
    const [command, args] = sent[0] ?? []
    expect(String(await call(String(command), args as string[]))).toBe('OK')
    expect((await ledger.entries(LANE, ['id-0']))[0]?.tries).toBe(2)
    await lab.close()
  })

  test('scripts that Redis has forgotten are sent again', async () => {
    const lab = new RedisLab(server)
    const { ledger, lease } = await take(lab)
    await lease.intend(intents(3))
    await lab.admin.script('FLUSH')
    await lease.intend(intents(3))
    expect((await ledger.tally(LANE)).intended).toBe(3)
    await lab.close()
  })

  test('a batch with one impossible receipt writes none of it, and the lease goes on', async () => {
    const lab = new RedisLab(server)
    const { ledger, lease } = await take(lab)
    const [good, bad] = arrivals(2)
    if (!good || !bad) throw new Error('unreachable')
    await expect(lease.settle([good, { ...bad, receipt: { ...bad.receipt, size: -1 } }])).rejects.toMatchObject({ reach: 'run' })
    expect(await ledger.entries(LANE, ['id-0', 'id-1'])).toEqual([undefined, undefined])
    await lease.settle([good])
    await lab.close()
  })

  test('a full Redis refuses the whole batch in words', async () => {
    await using full = await startRedis()
    const redis = await connectRedis(full.url)
    const ledger = redisLedger(redis, { project: 'p', clock: systemClock })
    const lease = await ledger.lease(LANE, 'w', 60_000)
    await full.cli('config', 'set', 'maxmemory', '1mb')
    await expect(lease?.intend(intents(50))).rejects.toMatchObject({
      reach: 'run',
      code: 'redis-full',
      remedy: expect.stringContaining('maxmemory'),
    })
    await full.cli('config', 'set', 'maxmemory', '0')
    expect((await ledger.tally(LANE)).intended).toBe(0)
    await lease?.intend(intents(50))
    expect((await ledger.tally(LANE)).intended).toBe(50)
    await lease?.release()
    redis.disconnect()
  })
})

describe('a holder that does not know better', () => {
  /** Its own clocks stand still, so that only Redis can tell it. */
  async function dreamer(lab: RedisLab) {
    const still = new HandClock(lab.clock.now())
    const ledger = redisLedger(lab.client(), { project: 'p', clock: still, time: () => lab.clock.now(), monotonic: () => 0 })
    const lease = await ledger.lease(LANE, 'dreamer', 10_000)
    if (!lease) throw new Error('held')
    return { ledger, lease, still }
  }

  test('is refused once its lease has lapsed, though nobody has taken it since', async () => {
    const lab = new RedisLab(server)
    const { ledger, lease } = await dreamer(lab)
    lab.clock.pass(9_999)
    await lease.intend(intents(1))
    lab.clock.pass(1)
    expect(lease.signal.aborted).toBe(false)
    await expect(lease.settle(arrivals(1))).rejects.toBeInstanceOf(LeaseLost)
    expect(lease.signal.aborted).toBe(true)
    expect(await ledger.tally(LANE)).toMatchObject({ intended: 1, arrived: 0 })
    await lab.close()
  })

  test('is refused once another holds the lane, whatever it writes, and takes nothing from the other by letting go', async () => {
    const lab = new RedisLab(server)
    const { ledger, lease } = await dreamer(lab)
    lab.clock.pass(10_000)
    const next = await take(lab)
    for (const write of [lease.intend(intents(1)), lease.advance('inbox', 'c'), lease.removed('inbox', ['id-0'])]) {
      await expect(write).rejects.toBeInstanceOf(LeaseLost)
    }
    await lease.release()
    await lab.settled()
    await next.lease.intend(intents(1))
    expect((await ledger.tally(LANE)).intended).toBe(1)
    await lab.close()
  })

  test('does not renew what has lapsed', async () => {
    const lab = new RedisLab(server)
    const { lease, still } = await dreamer(lab)
    lab.clock.pass(10_000)
    still.pass(2_000)
    await lab.settled()
    expect(lease.signal.aborted).toBe(true)
    await take(lab)
    await lab.close()
  })
})

describe('what stands in Redis', () => {
  test('is small: at most 64 bytes an arrived item, in listpacks under default settings', async () => {
    const lab = new RedisLab(server)
    const { ledger, lease } = await take(lab)
    const used = async () => Number(/used_memory:(\d+)/.exec(await lab.admin.info('memory'))?.[1])
    await lease.settle(arrivals(1))
    const before = await used()
    const all = arrivals(20_001)
    for (let from = 1; from < all.length; from += 500) await lease.settle(all.slice(from, from + 500))
    expect(((await used()) - before) / 20_000).toBeLessThan(64)
    const buckets = await lab.admin.keys('offramp:*:e*')
    const encodings = new Set(await Promise.all(buckets.map((key) => lab.admin.object('ENCODING', key))))
    expect([...encodings]).toEqual(['listpack'])
    const fields = await Promise.all(buckets.map((key) => lab.admin.hlen(key)))
    expect(Math.max(...fields)).toBeLessThanOrEqual(128)
    expect((await ledger.tally(LANE)).arrived).toBe(20_001)
    await lab.close()
  })

  test('keeps no id, label or message of what has arrived', async () => {
    const lab = new RedisLab(server)
    const { lease } = await take(lab)
    await lease.intend([{ id: 'canary-id', listing: 'inbox', version: 'canary-version', place: 'INBOX;7' }])
    await lease.settle([
      { id: 'canary-id', listing: 'inbox', version: 'v', state: 'failed', message: 'canary-message', label: 'canary-label' },
    ])
    await lease.settle(arrivals(1).map((one) => ({ ...one, id: 'canary-id' })))
    const keys = await lab.admin.keys('*')
    const dump = Buffer.concat(await Promise.all(keys.map(async (key) => (await lab.admin.dumpBuffer(key)) ?? Buffer.alloc(0))))
    expect(dump.includes('canary')).toBe(false)
    await lab.close()
  })

  test('lies beside other programs’ keys, which stay as they are', async () => {
    const lab = new RedisLab(server)
    await lab.admin.set('bull:other:1', 'theirs')
    await lab.admin.hset('lane', 'x', '1')
    const { lease } = await take(lab)
    await lease.settle(arrivals(10))
    const keys = await lab.admin.keys('*')
    expect(keys.filter((key) => !key.startsWith('offramp:{p/anna-mail}')).sort()).toEqual(['bull:other:1', 'lane'])
    await lab.close()
  })
})

test('names that would break out of a key are refused', async () => {
  const redis = new Redis(server.url)
  expect(() => redisLedger(redis, { project: 'a}b', clock: systemClock })).toThrow(expect.objectContaining({ reach: 'run' }))
  const ledger = redisLedger(redis, { project: 'p', clock: systemClock })
  await expect(ledger.books('Anna:mail')).rejects.toMatchObject({ reach: 'run' })
  redis.disconnect()
})

describe('with the real clock', () => {
  test('a restart of Redis is ridden out by the holder', async () => {
    // With everysec, Redis 7 answers before it has written while an earlier fsync is under way (`aof_delayed_fsync`), and SIGKILL then takes the
    // lease along. What a lost second costs is asked elsewhere; here nothing may be lost.
    await using own = await startRedis({ lines: ['appendfsync always'] })
    const redis = await connectRedis(own.url)
    const ledger = redisLedger(redis, { project: 'p', clock: systemClock })
    const lease = await ledger.lease(LANE, 'w', 60_000)
    await lease?.settle(arrivals(100))
    await own.kill('SIGKILL')
    const asked = lease?.intend(intents(5, 200))
    await own.restart()
    await asked
    expect(await ledger.tally(LANE)).toMatchObject({ arrived: 100, intended: 5 })
    const tries: Entry['tries'][] = []
    for await (const entry of ledger.scan(LANE, ['intended'])) tries.push(entry.tries)
    expect(tries).toEqual([1, 1, 1, 1, 1])
    await lease?.release()
    redis.disconnect()
  })

  test('a process that was stopped for longer than its lease writes nothing when it wakes', async () => {
    const redis = await connectRedis(server.url)
    const ledger = redisLedger(redis, { project: 'stopped', clock: systemClock })
    const source = `
      import { systemClock } from ${JSON.stringify(import.meta.resolve('@offramp/core'))}
      import { connectRedis, redisLedger } from ${JSON.stringify(new URL('../index.ts', import.meta.url).href)}
      const redis = await connectRedis(process.env.REDIS_URL)
      const ledger = redisLedger(redis, { project: 'stopped', clock: systemClock })
      const lease = await ledger.lease('anna-mail', 'child', 400)
      process.kill(process.pid, 'SIGSTOP')
      const aborted = lease.signal.aborted
      const wrote = await lease.intend([{ id: 'zombie', listing: 'l', version: 'v', place: 'p' }]).then(() => 'wrote', (error) => error.name)
      console.log(aborted, wrote)
      redis.disconnect()`
    const running = promisify(execFile)(process.execPath, ['--input-type=module-typescript', '-e', source], {
      env: { ...process.env, REDIS_URL: server.url },
    })
    let next: Lease | undefined
    await expect
      .poll(async () => (await redis.hget('offramp:{stopped/anna-mail}', 'Lh')) ?? '', { timeout: 10_000, interval: 10 })
      .toBe('child')
    await expect
      .poll(
        async () => {
          next ??= await ledger.lease(LANE, 'parent', 60_000)
          return next?.fence ?? 0
        },
        { timeout: 10_000, interval: 20 },
      )
      .toBeGreaterThan(0)
    running.child.kill('SIGCONT')
    expect((await running).stdout.trim()).toBe('true LeaseLost')
    expect(await ledger.entries(LANE, ['zombie'])).toEqual([undefined])
    await next?.release()
    await expect(next?.intend([])).rejects.toBeInstanceOf(LeaseLost)
    redis.disconnect()
  })
})
