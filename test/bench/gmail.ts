import { readFile } from 'node:fs/promises'
import { silentLog, systemClock } from '@offramp/core'
import { googleSource } from '@offramp/google'
import { connectRedis, RedisGate } from '@offramp/redis'
import { startWorkspaceProcess, type WorkspaceProcess } from '../lab/workspace-process.ts'
import { startRedis } from '../servers/redis.ts'
import { bareWrite } from './bare-writer.ts'
import { startGmailBench } from './bench-lab.ts'
import { keepMoving, scaledClock } from './keep-moving.ts'
import { type Bench, type Row, rate } from './row.ts'

/** Of each shape; 20,480 bytes each. */
const MESSAGES = Number(process.env['OFFRAMP_BENCH_MESSAGES'] ?? 6_000)

/** Far more than Google allows, on both sides: speed is one question, patience another. */
const PLENTY = { userPerMinute: 1e9, projectPerMinute: 1e9, projectPerDay: 1e9 }

const NAME = 'gmail'

const accountsOf = (mailboxes: number) =>
  Array.from({ length: mailboxes }, (_, nth) => ({
    address: `person-${nth + 1}@fabrikam.example`,
    admin: nth === 0,
    messages: [{ labels: ['INBOX'], count: MESSAGES / mailboxes }],
    sizes: 'bench' as const,
  }))

interface Spent {
  readonly requests: Readonly<Record<string, number>>
  readonly units: number
}

async function spentOf(workspace: Pick<WorkspaceProcess, 'stats'>): Promise<Spent> {
  const { requests, units } = await workspace.stats()
  return { requests, units: Object.values(units).reduce((sum, one) => sum + one, 0) }
}

/** Calls to Gmail, tokens and the directory left out. */
function between(before: Spent, after: Spent) {
  const of = (method: string): number => (after.requests[method] ?? 0) - (before.requests[method] ?? 0)
  const asked = Object.keys(after.requests).filter(
    (method) => of(method) > 0 && /^(getProfile|profile|labels|messages|history|drafts)/.test(method),
  )
  return {
    units: after.units - before.units,
    of,
    calls: asked.reduce((sum, method) => sum + of(method), 0),
    said: asked.map((method) => `${of(method)} ${method}`).join(', '),
  }
}

/** Speed, and what a first pass and a pass over an unchanged mailbox ask for. */
async function shapeOf(mailboxes: number): Promise<readonly Row[]> {
  const bench = await startGmailBench({ accounts: accountsOf(mailboxes), source: { limits: PLENTY }, workspace: { limits: PLENTY } })
  try {
    const all = await bench.prepare()
    const messages = all.reduce((sum, { bodies }) => sum + bodies.length, 0)
    const bytes = all.reduce((sum, { bodies }) => sum + bodies.reduce((inner, body) => inner + body.length, 0), 0)
    const shape = mailboxes === 1 ? '1 mailbox' : `${mailboxes} mailboxes`
    await bareWrite(
      bench.lab.dovecot,
      all.map((one) => ({ ...one, bodies: one.bodies.slice(0, 200) })),
    )
    await bench.wipe()
    const bare = await bareWrite(bench.lab.dovecot, all)
    await bench.wipe()
    const start = await spentOf(bench.lab.workspace)
    const first = await bench.pass(1)
    if (first.arrived !== messages) throw new Error(`${first.arrived} of ${messages} messages arrived.`)
    const moved = await spentOf(bench.lab.workspace)
    const delta = await bench.pass(1)
    if (delta.arrived !== 0) throw new Error(`${delta.arrived} messages were copied by a pass over an unchanged mailbox.`)
    const [asked, again] = [between(start, moved), between(moved, await spentOf(bench.lab.workspace))]
    const [gets, lists] = [asked.of('messages.get') / messages, (asked.of('messages.list') / messages) * 500]
    const calls = again.calls / mailboxes
    return [
      { bench: NAME, what: `${shape}: bare writer, MULTIAPPEND`, value: rate(messages, bytes, bare), facts: { seconds: bare } },
      {
        bench: NAME,
        what: `${shape}: whole path, 1 worker / bare`,
        value: rate(messages, bytes, first.seconds),
        ratio: bare / first.seconds,
        facts: { seconds: first.seconds, workerCpuSeconds: first.cpu, workspaceCpuSeconds: first.tenantCpu },
      },
      {
        bench: NAME,
        what: `${shape}: processor time of Offramp, of the emulated domain`,
        value: `${((first.cpu / messages) * 1e3).toFixed(2)} ms, ${((first.tenantCpu / messages) * 1e3).toFixed(2)} ms a message`,
      },
      {
        bench: NAME,
        what: `${shape}: first pass, asked for`,
        value: `${gets.toFixed(3)} messages.get a message, ${lists.toFixed(2)} messages.list per 500, ${(asked.units / messages).toFixed(2)} units a message`,
        aim: '1 get a message, 1 list per 500',
        met: gets <= 1 && lists <= 1 + (500 * mailboxes) / messages,
        facts: { gets, lists, units: asked.units / messages },
      },
      {
        bench: NAME,
        what: `${shape}: pass over an unchanged mailbox, asked for`,
        value: `${calls.toFixed(1)} calls a mailbox (${again.said}), ${(again.units / mailboxes).toFixed(1)} units; ${delta.seconds.toFixed(2)} s`,
        aim: '1 call; 2 to see renamed labels',
        met: calls <= 1,
        facts: { units: again.units / mailboxes, seconds: delta.seconds },
      },
    ]
  } finally {
    await bench.close()
  }
}

/** A minute of Google's takes three seconds here, so that three of them can be watched. */
const SCALE = 20
const MINUTE_MS = 60_000 / SCALE
const UNITS = 6_000
const WINDOWS = 4
const ADDRESS = 'busy@fabrikam.example'

/** How much of a mailbox's units are used, with Google's own limit on both sides. */
async function shareUsed(): Promise<Row> {
  await using redisServer = await startRedis()
  const redis = await connectRedis(redisServer.url, { commandMs: 60_000 })
  const workspace = await startWorkspaceProcess({
    seed: 1,
    warm: true,
    timeScale: SCALE,
    limits: { userPerMinute: UNITS, raceMs: 250 * SCALE },
    quirks: { emptyPageEvery: 0, repeatEvery: 0 },
    accounts: [{ address: ADDRESS, admin: true, sizes: 'small', messages: [{ labels: ['INBOX'], count: (UNITS / 20) * (WINDOWS + 3) }] }],
  })
  // Right at its start: Google lets in nobody whose clock is minutes off.
  const scaled = scaledClock(SCALE)
  const gate = new RedisGate(redis, { clock: scaled, time: () => scaled.now() })
  const key = await readFile(workspace.keyPath, 'utf8')
  const { origin } = new URL(workspace.url)
  const endpoint = googleSource(
    { name: 'busy', admin: ADDRESS, auth: { key: async () => key }, apiUrl: origin, tokenUrl: origin, ca: workspace.ca },
    { gate, log: silentLog, clock: scaled },
  )
  const stop = new AbortController()
  const unitsNow = async (): Promise<number> => (await workspace.stats()).units[ADDRESS] ?? 0
  const watch = async (): Promise<number> => {
    while ((await unitsNow()) < UNITS / 10) await systemClock.sleep(10, {})
    const [from, before] = [systemClock.now(), await unitsNow()]
    await systemClock.sleep(from + WINDOWS * MINUTE_MS - systemClock.now(), {})
    return (await unitsNow()) - before
  }
  try {
    const account = await endpoint.account(ADDRESS, stop)
    if (account === undefined) throw new Error('The domain does not know its own user.')
    const moving = keepMoving(await endpoint.connect(account, 'mail'), { clock: scaled, scale: SCALE }, stop)
    const used = await Promise.race([watch(), moving.then(() => 0)])
    stop.abort()
    await moving
    const share = used / (UNITS * WINDOWS)
    const { refusals } = await workspace.stats()
    const broken = (await workspace.violations()).length
    return {
      bench: NAME,
      what: `share of a mailbox's ${UNITS.toLocaleString('en')} units a minute, over ${WINDOWS} minutes`,
      value: `${(share * 100).toFixed(1)} % used, ${refusals.throttled} refused, ${broken} rules broken`,
      ratio: share,
      aim: 'at least 95 %, 0 broken',
      met: share >= 0.95 && broken === 0,
      facts: { share, throttled: refusals.throttled, violations: broken },
    }
  } finally {
    stop.abort()
    gate.close()
    redis.disconnect()
    await endpoint.close?.()
    await workspace.stop()
  }
}

export const gmail: Bench = {
  name: NAME,
  about: 'Emulated Workspace domain -> worker -> real Dovecot, beside a bare writer; requests, units and share of the quota.',
  run: async () => [...(await shapeOf(4)), ...(await shapeOf(1)), await shareUsed()],
}
