import type { Report } from '@offramp/control'
import type { FaultRule } from '@offramp/emulators'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { boardOf } from '../lab/board.ts'
import { type Lab, startLab } from '../lab/lab.ts'
import { auditOf, laneOf, lastJson, statusOf } from '../lab/operator.ts'

const ADDRESSES = ['waits@contoso.example', 'breaks@contoso.example', 'lies@contoso.example', 'slow@contoso.example'] as const
const [WAITS, BREAKS, LIES, SLOW] = ADDRESSES
const VALUE = '/\\$value$'

let lab: Lab

/** What goes wrong for each mailbox while it is read. All of it passes, and none of it is any message's fault. */
const TROUBLE: readonly FaultRule[] = [
  // Retry-After in every form that was seen: none, a date, the past, nonsense, and both codes that mean "later".
  { mailbox: WAITS, path: VALUE, when: { nth: 3 }, effect: { kind: 'throttle', retryAfter: 'none' } },
  { mailbox: WAITS, path: VALUE, when: { nth: 10 }, effect: { kind: 'throttle', retryAfter: { date: 1 } } },
  { mailbox: WAITS, path: VALUE, when: { nth: 15 }, effect: { kind: 'throttle', retryAfter: -1 } },
  { mailbox: WAITS, path: VALUE, when: { nth: 20 }, effect: { kind: 'throttle', status: 503, retryAfter: { text: 'soon' } } },
  { mailbox: WAITS, path: VALUE, when: { nth: 30 }, effect: { kind: 'throttle', status: 503, retryAfter: 1 } },
  { mailbox: WAITS, path: VALUE, when: { nth: 40 }, effect: { kind: 'throttle', retryAfter: 0 } },
  { mailbox: BREAKS, path: VALUE, when: { every: 9 }, effect: { kind: 'reset', afterBytes: 300 } },
  { mailbox: BREAKS, path: VALUE, when: { every: 11 }, effect: { kind: 'reset' } },
  { mailbox: BREAKS, path: VALUE, when: { from: 20, to: 24 }, effect: { kind: 'status', status: 503, body: 'html' } },
  { mailbox: BREAKS, path: '/messages/delta', when: { nth: 2 }, effect: { kind: 'status', status: 504, body: 'empty' } },
  { mailbox: BREAKS, path: VALUE, when: { nth: 30 }, effect: { kind: 'expired-token' } },
  { mailbox: LIES, path: VALUE, when: { every: 13 }, effect: { kind: 'truncate', bytes: 200 } },
  { mailbox: LIES, path: '/messages/delta', when: { nth: [1, 3] }, effect: { kind: 'sign-in-page' } },
  { mailbox: LIES, path: VALUE, when: { every: 17 }, effect: { kind: 'sign-in-page' } },
  { mailbox: LIES, path: VALUE, when: { every: 19 }, effect: { kind: 'status', status: 500, body: 'text' } },
  { mailbox: SLOW, path: VALUE, when: { every: 7 }, effect: { kind: 'drip', chunkBytes: 100, everyMs: 2 } },
  { mailbox: SLOW, path: VALUE, when: { every: 5 }, effect: { kind: 'delay', ms: 150 } },
]

beforeAll(async () => {
  lab = await startLab({
    accounts: ADDRESSES.map((address) => ({ address, messages: 60, sizes: 'small' as const })),
    tenant: { quirks: { regenerateMime: false }, faults: TROUBLE },
    settings: { limits: { putSeconds: 5, sliceSeconds: 5 } },
  })
}, 60_000)

afterAll(() => lab?.close())

test('throttling, storms, resets, truncated bodies, sign-in pages and drips cost time and nothing else', async () => {
  const ended = await lab.offramp('run', '--json')
  const { faults } = await lab.tenant.stats()
  for (const kind of ['throttle', 'status', 'reset', 'truncate', 'sign-in-page', 'drip', 'delay', 'expired-token'])
    expect({ kind, fired: (faults[kind] ?? 0) > 0 }).toEqual({ kind, fired: true })
  expect(lastJson<Report>(ended).totals).toMatchObject({ source: 240, verified: 240, skipped: 0, failed: 0, remainder: 0, doubled: 0 })
  expect(ended.code).toBe(0)
  for (const address of ADDRESSES) expect({ address, ...(await auditOf(lab, address)) }).toMatchObject({ address, lost: [], doubled: [] })
  // Nobody came back before the time that was named.
  expect(await lab.tenant.violations()).toEqual([])
})

test('a Retry-After of a day is waited for by this mailbox alone, shown, and ended by Ctrl-C at once', async () => {
  await lab.tenant.faults.clear()
  await lab.tenant.faults.add({
    mailbox: WAITS,
    path: '/messages/delta',
    when: { nth: 1 },
    effect: { kind: 'throttle', retryAfter: 86_400 },
  })
  const text = (name: string): Buffer =>
    Buffer.from(`From: a@contoso.example\r\nSubject: ${name}\r\nMessage-ID: <${name}@contoso.example>\r\n\r\nHello\r\n`)
  for (const address of ADDRESSES) await lab.tenant.mailbox(address).add(['Inbox'], text('new'), { receivedAt: 1.75e12 })
  const run = lab.spawn(['run', '--workers', '1'])
  const over = new Promise<number | null>((resolve) => run.once('exit', resolve))
  await using board = await boardOf(lab)
  const states = async () => Object.fromEntries((await board.lanes()).map(({ plan, state }) => [plan.source.name, state.state]))
  const settled = { [WAITS]: 'waiting', [BREAKS]: 'done', [LIES]: 'done', [SLOW]: 'done' }
  await expect.poll(states, { timeout: 100_000, interval: 50 }).toEqual(settled)
  const status = await statusOf(lab)
  expect(laneOf(status, WAITS).counts.failed).toBe(0)
  const { state } = laneOf(status, WAITS)
  expect(state.state === 'waiting' ? state.until - status.at : 0).toBeGreaterThan(86_000_000)
  expect(status.shut.map(({ shutUntil }) => (shutUntil ?? 0) - status.at > 86_000_000)).toEqual([true])
  expect((await lab.offramp('status')).out).toMatch(/waits until/)
  for (const address of ADDRESSES.slice(1)) expect(await auditOf(lab, address)).toMatchObject({ lost: [], doubled: [] })
  const asked = performance.now()
  run.kill('SIGINT')
  expect(await over).toBe(130)
  expect(performance.now() - asked).toBeLessThan(20_000)
  expect(await lab.tenant.violations()).toEqual([])
})
