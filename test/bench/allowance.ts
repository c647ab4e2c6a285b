import { silentLog, systemClock } from '@offramp/core'
import { microsoftSource } from '@offramp/microsoft'
import { connectRedis, RedisGate } from '@offramp/redis'
import { readSecret, startTenantProcess, type TenantProcess } from '../lab/tenant-process.ts'
import { startRedis } from '../servers/redis.ts'
import { keepMoving, scaledClock } from './keep-moving.ts'
import type { Bench, Row } from './row.ts'

/** Ten minutes of the provider take half a minute here; the allowance is smaller, so that a busy machine can use it up. */
const SCALE = 20
const REQUESTS = 500
const WINDOWS = 3
const WINDOW_MS = 600_000 / SCALE
const ADDRESS = 'busy@contoso.example'

/** A clock that runs with the tenant's. */
const scaled = scaledClock(SCALE)

const askedOf = async (tenant: TenantProcess): Promise<number> => (await tenant.stats()).mailboxes[ADDRESS]?.requests ?? 0

/** Requests of this mailbox in each of the windows, from the first one on. */
async function watchWindows(tenant: TenantProcess): Promise<readonly number[]> {
  while ((await askedOf(tenant)) === 0) await systemClock.sleep(10, {})
  const from = systemClock.now()
  const counts: number[] = []
  for (let nth = 1; nth <= WINDOWS; nth++) {
    await systemClock.sleep(from + nth * WINDOW_MS - systemClock.now(), {})
    counts.push(await askedOf(tenant))
  }
  return counts
}

/** `known`: our gate is told the allowance, as it is by default. Otherwise only the provider's 429 and Retry-After say when it is used up. */
async function shareUsed(known: boolean): Promise<Row> {
  await using redisServer = await startRedis()
  const redis = await connectRedis(redisServer.url, { commandMs: 60_000 })
  const tenant = await startTenantProcess({
    seed: 1,
    warm: true,
    timeScale: SCALE,
    // What is on its way for a quarter of a second is on its way for five seconds of this tenant's.
    limits: { requests: REQUESTS, raceMs: 250 * SCALE },
    quirks: { emptyPageEvery: 0, repeatEvery: 0 },
    accounts: [
      {
        address: ADDRESS,
        sizes: 'small',
        hiddenFolders: false,
        messages: [{ path: ['Inbox'], count: REQUESTS * (WINDOWS + 2), kind: 'plain' }],
      },
    ],
  })
  const gate = new RedisGate(redis, { clock: scaled, time: () => scaled.now() })
  const secret = await readSecret(tenant)
  const { tenantId, clientId, ca } = tenant
  const endpoint = microsoftSource(
    {
      name: 'busy',
      tenantId,
      clientId,
      ca,
      auth: { secret: async () => secret },
      graphUrl: `${new URL(tenant.graphUrl).origin}/`,
      loginUrl: `${new URL(tenant.loginUrl).origin}/`,
      limits: { requestsPer10Minutes: known ? REQUESTS : 1e9 },
    },
    { gate, log: silentLog, clock: scaled },
  )
  const stop = new AbortController()
  try {
    const account = await endpoint.account(ADDRESS, stop)
    if (account === undefined) throw new Error('The tenant does not know its own user.')
    const moving = keepMoving(await endpoint.connect(account, 'mail'), { clock: scaled, scale: SCALE }, stop)
    const counts = await Promise.race([watchWindows(tenant), moving.then(() => [])])
    stop.abort()
    await moving
    const { throttled } = await tenant.stats()
    const used = (counts.at(-1) ?? 0) - (known ? 0 : throttled)
    const share = used / (REQUESTS * WINDOWS)
    const broken = (await tenant.violations()).length
    return {
      bench: 'allowance',
      what: known ? 'the gate knows the allowance' : 'only 429 and Retry-After tell of it',
      value: `${(share * 100).toFixed(1)} % used, ${throttled} x 429, ${broken} calls before Retry-After`,
      ratio: share,
      ...(known ? { aim: 'at least 95 %, 0 too early', met: share >= 0.95 && broken === 0 } : { aim: '0 too early', met: broken === 0 }),
      facts: { share, throttled, violations: broken, ...Object.fromEntries(counts.map((count, nth) => [`until${nth + 1}`, count])) },
    }
  } finally {
    stop.abort()
    gate.close()
    redis.disconnect()
    await endpoint.close?.()
    await tenant.stop()
  }
}

export const allowance: Bench = {
  name: 'allowance',
  about: 'Share of a mailbox’s allowance that is used, over three windows; ten minutes of the provider take half a minute.',
  run: () => Promise.all([shareUsed(true), shareUsed(false)]),
}
