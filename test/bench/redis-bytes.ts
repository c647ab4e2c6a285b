import { type Ledger, type Outcome, systemClock } from '@offramp/core'
import { assertSafe, connectRedis, RedisGate, redisLedger } from '@offramp/redis'
import type { Redis } from 'ioredis'
import { startRedis } from '../servers/redis.ts'
import type { Bench, Row } from './row.ts'

const SIZES = [10_000, 100_000]
const BATCH = 200
const MOST_BYTES = 64

/** Ids as long as Graph's immutable ones, and everything that a mail's receipt may hold. */
function outcome(i: number): Extract<Outcome, { state: 'arrived' }> {
  const folder = i % 7
  return {
    id: `AAkALgAAAAAAHYQDEapmEc2byACqAC-EWg0AAhS8Yd0Y5E6bJ5rX8mCq0QAAAAAA${'x'.repeat(80)}${i}`,
    listing: `AQMkADAwATM3ZmYAZS05ZmQ4LTljMjctMDACLTAwCgAuAAAD${folder}`,
    state: 'arrived',
    version: `CQAAABYAAACFLxh3RjkTpsnmtfyYKrRAAA${i}`,
    receipt: {
      place: `INBOX/Folder ${folder};1700000000`,
      locator: String(i + 1),
      size: 1_000 + ((i * 7919) % 400_000),
      hash: (i * 2654435761).toString(16).padStart(16, '0').slice(-16),
      memo: `${i % 10}kRwZq7_abcd`.slice(0, 12),
    },
  }
}

const usedBytes = async (redis: Redis): Promise<number> => Number(/used_memory:(\d+)/.exec(await redis.info('memory'))?.[1])

async function scriptMs(redis: Redis): Promise<number> {
  const [, calls, usec] = /cmdstat_evalsha:calls=(\d+),usec=(\d+)/.exec(await redis.info('commandstats')) ?? []
  return Number(usec) / Number(calls) / 1_000
}

const count = (number: number): string => Math.round(number).toLocaleString('en')

async function fill(redis: Redis, ledger: Ledger, items: number): Promise<Row> {
  const lease = await ledger.lease('bench-mail', 'bench', 3_600_000)
  if (!lease) throw new Error('held')
  // Scripts and connection buffers are there once, however many items.
  await lease.intend([{ ...outcome(1e9), place: 'warm' }])
  await lease.settle([outcome(1e9)])
  const before = await usedBytes(redis)
  const began = performance.now()
  for (let from = 0; from < items; from += BATCH) {
    const batch = Array.from({ length: Math.min(BATCH, items - from) }, (_, i) => outcome(from + i))
    await lease.intend(batch.map(({ id, listing, version, receipt }) => ({ id, listing, version, place: receipt.place })))
    await lease.settle(batch)
  }
  const seconds = (performance.now() - began) / 1_000
  const bytes = ((await usedBytes(redis)) - before) / items
  await lease.release()
  return {
    bench: 'redis-bytes',
    what: `${count(items)} items in the ledger`,
    value: `${bytes.toFixed(1)} bytes an item; ${count(items / seconds)} intents + settlements/s, ${(await scriptMs(redis)).toFixed(2)} ms of Redis a batch of ${BATCH}`,
    aim: `at most ${MOST_BYTES} bytes`,
    met: bytes <= MOST_BYTES,
    facts: { bytes, perSecond: items / seconds },
  }
}

async function readAll(ledger: Ledger): Promise<Row> {
  const began = performance.now()
  let entries = 0
  for await (const _ of ledger.scan('bench-mail')) entries++
  const seconds = (performance.now() - began) / 1_000
  return {
    bench: 'redis-bytes',
    what: 'walking the ledger',
    value: `${count(entries / seconds)} entries/s`,
    facts: { perSecond: entries / seconds },
  }
}

async function gates(redis: Redis, callers: number): Promise<Row> {
  const gate = new RedisGate(redis, { clock: systemClock })
  const quota = { key: `bench-${callers}`, windows: [{ amount: 1e9, perMs: 600_000 }], concurrent: callers }
  const { signal } = new AbortController()
  let entered = 0
  const end = performance.now() + 2_000
  const one = async (): Promise<void> => {
    while (performance.now() < end) {
      const ticket = await gate.enter(quota, 1, { signal })
      entered++
      ticket.leave()
    }
  }
  await Promise.all(Array.from({ length: callers }, one))
  gate.close()
  return {
    bench: 'redis-bytes',
    what: `gate, ${callers} at a time`,
    value: `${count(entered / 2)} calls/s`,
    facts: { perSecond: entered / 2 },
  }
}

async function run(): Promise<readonly Row[]> {
  await using server = await startRedis()
  const redis = await connectRedis(server.url, { commandMs: 60_000 })
  try {
    await assertSafe(redis, () => Date.now())
    const ledger = redisLedger(redis, { project: 'bench', clock: systemClock })
    const rows: Row[] = []
    for (const items of SIZES) {
      await redis.flushall()
      await redis.config('RESETSTAT')
      rows.push(await fill(redis, ledger, items))
    }
    rows.push(await readAll(ledger))
    for (const callers of [1, 4, 32]) rows.push(await gates(redis, callers))
    return rows
  } finally {
    redis.disconnect()
  }
}

export const redisBytes: Bench = { name: 'redis-bytes', about: 'What ledger and gate cost in Redis.', run }
