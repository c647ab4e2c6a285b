import { type Ledger, type Outcome, systemClock } from '@offramp/core'
import { assertSafe, connectRedis, RedisGate, redisLedger } from '@offramp/redis'
import { startRedis } from '../servers/redis.ts'

/**
 * What the ledger costs in Redis, and how fast ledger and gate are: bytes an item, intents and settlements a second, entries through the
 * gate a second. Run: `node test/bench/redis-bytes.ts [items...]`
 */
const sizes = process.argv.slice(2).map(Number)
const BATCH = 200

await using server = await startRedis()
const redis = await connectRedis(server.url, { commandMs: 60_000 })
await assertSafe(redis)

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

const usedBytes = async (): Promise<number> => Number(/used_memory:(\d+)/.exec(await redis.info('memory'))?.[1])

async function scriptMs(): Promise<number> {
  const [, calls, usec] = /cmdstat_evalsha:calls=(\d+),usec=(\d+)/.exec(await redis.info('commandstats')) ?? []
  return Number(usec) / Number(calls) / 1_000
}

async function fill(ledger: Ledger, items: number): Promise<void> {
  const lease = await ledger.lease('bench-mail', 'bench', 3_600_000)
  if (!lease) throw new Error('held')
  // Scripts and connection buffers are there once, however many items.
  await lease.intend([{ ...outcome(1e9), place: 'warm' }])
  await lease.settle([outcome(1e9)])
  const before = await usedBytes()
  const began = performance.now()
  for (let from = 0; from < items; from += BATCH) {
    const batch = Array.from({ length: Math.min(BATCH, items - from) }, (_, i) => outcome(from + i))
    await lease.intend(batch.map(({ id, listing, version, receipt }) => ({ id, listing, version, place: receipt.place })))
    await lease.settle(batch)
  }
  const seconds = (performance.now() - began) / 1_000
  const bytes = ((await usedBytes()) - before) / items
  await lease.release()
  console.log(
    `${items.toLocaleString('en')} items: ${bytes.toFixed(1)} bytes an item, ${Math.round(items / seconds).toLocaleString('en')} intents + settlements a second, ${(await scriptMs()).toFixed(2)} ms in Redis a batch of ${BATCH}`,
  )
}

async function bigBatches(ledger: Ledger): Promise<void> {
  const lease = await ledger.lease('bench-mail', 'bench', 3_600_000)
  await redis.config('RESETSTAT')
  for (let from = 0; from < 10_000; from += 1_000) await lease?.settle(Array.from({ length: 1_000 }, (_, i) => outcome(1e7 + from + i)))
  console.log(`a batch of 1,000 holds Redis for ${(await scriptMs()).toFixed(1)} ms`)
  await lease?.release()
}

async function readAll(ledger: Ledger): Promise<void> {
  const began = performance.now()
  let entries = 0
  for await (const _ of ledger.scan('bench-mail')) entries++
  const scanned = performance.now()
  await ledger.owners('bench-mail', [
    { place: 'nowhere', locator: '1', size: 0 },
    outcome(5).receipt,
    { ...outcome(5).receipt, locator: '0' },
  ])
  const rate = Math.round(entries / ((scanned - began) / 1_000)).toLocaleString('en')
  console.log(`scan: ${rate} entries a second; owners among ${entries.toLocaleString('en')}: ${Math.round(performance.now() - scanned)} ms`)
}

async function gates(callers: number): Promise<void> {
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
  console.log(`gate, ${callers} at a time: ${Math.round(entered / 2).toLocaleString('en')} enter and leave a second`)
  gate.close()
}

for (const items of sizes.length > 0 ? sizes : [10_000, 100_000]) {
  await redis.flushall()
  await redis.config('RESETSTAT')
  const ledger = redisLedger(redis, { project: 'bench', clock: systemClock })
  await fill(ledger, items)
  if (items >= 100_000) {
    await readAll(ledger)
    await bigBatches(ledger)
  }
}
for (const callers of [1, 4, 32]) await gates(callers)
redis.disconnect()
