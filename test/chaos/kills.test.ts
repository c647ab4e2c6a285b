import type { FaultRule, WorkspaceFaultRule } from '@offramp/emulators'
import { expect, test } from 'vitest'
import { killMany, told } from './kill-many.ts'
import { PLENTY } from './providers.ts'
import { reckon } from './reckon.ts'
import { useStage, useWorkspaceStage } from './stage.ts'

const stage = useStage()
const workspaceStage = useWorkspaceStage()

/** What Graph does on a bad day. */
const BAD_DAY: readonly FaultRule[] = [
  { path: '/\\$value$', when: { every: 311 }, effect: { kind: 'throttle', retryAfter: 2 } },
  { path: '/\\$value$', when: { every: 173 }, effect: { kind: 'status', status: 503, body: 'html' } },
  { path: '/\\$value$', when: { every: 127 }, effect: { kind: 'reset', afterBytes: 300 } },
  { path: '/\\$value$', when: { every: 419 }, effect: { kind: 'truncate', bytes: 200 } },
]

test('workers killed at any moment lose nothing and double nothing', async () => {
  const on = await stage({
    name: 'kills',
    mailboxes: 6,
    messages: 420,
    tenant: { quirks: { regenerateMime: false }, faults: BAD_DAY },
  })
  on.crew.hire(4)
  const run = on.run()
  const deaths = await killMany(on, run, { count: 26, every: [1, 50] })
  expect(deaths.busy).toBeGreaterThanOrEqual(15)
  await reckon(on, run, { what: told(deaths) })
})

test('nor where the source writes MIME anew at each reading', async () => {
  const on = await stage({
    name: 'kills with regenerated MIME',
    mailboxes: 4,
    messages: 200,
    tenant: { quirks: { regenerateMime: true }, faults: BAD_DAY },
  })
  on.crew.hire(4)
  const run = on.run()
  const deaths = await killMany(on, run, { count: 10, every: [1, 40] })
  await reckon(on, run, { what: told(deaths), sameness: 'message' })
})

const GET = '/messages/[^/?]+\\?'

/** What Gmail does on a bad day. */
const BAD_GMAIL: readonly WorkspaceFaultRule[] = [
  { path: GET, when: { every: 283 }, effect: { kind: 'quota', sort: 'user', ms: 2_000 } },
  { path: GET, when: { every: 211 }, effect: { kind: 'quota', sort: 'concurrent' } },
  { path: GET, when: { every: 173 }, effect: { kind: 'status', status: 503, body: 'html' } },
  { path: GET, when: { every: 127 }, effect: { kind: 'reset', afterBytes: 300 } },
  { path: GET, when: { every: 331 }, effect: { kind: 'truncate', bytes: 200 } },
  { path: GET, when: { every: 397 }, effect: { kind: 'truncate-gzip' } },
]

test('workers that read Gmail, killed at any moment, lose nothing and double nothing', async () => {
  const on = await workspaceStage({
    name: 'kills with Gmail',
    mailboxes: 5,
    messages: 260,
    source: { limits: PLENTY },
    workspace: { limits: PLENTY, faults: BAD_GMAIL },
  })
  on.crew.hire(4)
  const run = on.run()
  const deaths = await killMany(on, run, { count: 16, every: [1, 45] })
  expect(deaths.busy).toBeGreaterThanOrEqual(8)
  await reckon(on, run, { what: told(deaths) })
})
