import type { Report } from '@offramp/control'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { boardOf } from '../lab/board.ts'
import { ended, type Lab, startLab } from '../lab/lab.ts'
import { auditOf, laneOf, lastJson } from '../lab/operator.ts'

const [SILENT, SPEAKS] = ['silent@contoso.example', 'speaks@contoso.example'] as const

let lab: Lab

beforeAll(async () => {
  lab = await startLab({
    accounts: [SILENT, SPEAKS].map((address) => ({ address, messages: 40, sizes: 'small' as const })),
    tenant: { quirks: { regenerateMime: false } },
    settings: { limits: { putSeconds: 2, sliceSeconds: 5, requestSeconds: 1 } },
  })
}, 60_000)

afterAll(() => lab?.close())

test('a source that takes the connection and never answers is named by discover, which ends', async () => {
  await lab.tenant.faults.add({ effect: { kind: 'hang' } })
  const { code, out, err } = await lab.offramp('discover')
  expect(code).toBe(3)
  expect(out + err).toMatch(/timed out\. Nothing came for 1 s\./)
})

test('a mailbox that never answers is waited for, shown as that, and fails nothing; the others are moved meanwhile', async () => {
  await lab.tenant.faults.clear()
  await lab.tenant.faults.add({ mailbox: SILENT, path: '/messages', effect: { kind: 'hang' } })
  const run = lab.spawn(['run', '--workers', '1', '--json'])
  const end = ended(run)
  await using board = await boardOf(lab)
  const states = async () => Object.fromEntries((await board.lanes()).map(({ plan, state }) => [plan.source.name, state.state]))
  await expect.poll(states, { timeout: 100_000, interval: 200 }).toEqual({ [SILENT]: 'waiting', [SPEAKS]: 'done' })
  const now = { lanes: await board.lanes() }
  expect(laneOf(now, SILENT).state).toMatchObject({ why: expect.stringContaining('Nothing came for 1 s') })
  expect(laneOf(now, SILENT).counts).toMatchObject({ arrived: 0, failed: 0 })
  await lab.tenant.faults.clear()
  const { code, out, err } = await end
  expect(lastJson<Report>({ code, out, err }).totals).toMatchObject({ source: 80, verified: 80, failed: 0, remainder: 0, doubled: 0 })
  for (const address of [SILENT, SPEAKS]) expect(await auditOf(lab, address)).toMatchObject({ lost: [], doubled: [] })
})
