import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { EXIT, type Report, type Snapshot } from '@offramp/control'
import { audit } from '@offramp/test/lab/audit'
import { boardOf } from '@offramp/test/lab/board'
import { ended, type Lab, startLab } from '@offramp/test/lab/lab'
import { addProject } from '@offramp/test/lab/second-project'
import { startTenantProcess, type TenantProcess } from '@offramp/test/lab/tenant-process'
import { afterAll, beforeAll, expect, it } from 'vitest'

/** Two tenants, two projects with a folder each, one Redis, one Dovecot, and one crew of workers for both. */

const MESSAGES = 120
const HERE = ['anna@contoso.example', 'ben@contoso.example'] as const
const THERE = ['carla@fabrikam.example', 'dora@fabrikam.example'] as const
const ARGS = ['run', '--project', 'offramp.yaml', '--project', 'second/offramp.yaml', '--json'] as const
const accountsOf = (addresses: readonly string[]) => addresses.map((address) => ({ address, messages: MESSAGES, sizes: 'small' as const }))
const slow = { latencyMs: 60, quirks: { regenerateMime: false } }

let lab: Lab
let second: TenantProcess

beforeAll(async () => {
  const names = [...HERE, ...THERE].map((address) => address.split('@')[0])
  const users = Object.fromEntries(names.map((name) => [`${name}@example.test`, `secret of ${name}`]))
  const settings = { limits: { putSeconds: 2, pageItems: 20, sliceSeconds: 2 }, lanesPerWorker: 2 }
  ;[lab, second] = await Promise.all([
    startLab({ accounts: accountsOf(HERE), tenant: slow, dovecot: { users }, settings }),
    startTenantProcess({ seed: 2, ...slow, accounts: accountsOf(THERE) }),
  ])
  await addProject(lab, second, { project: 'second', addresses: THERE })
})
afterAll(() => Promise.all([lab.close(), second.stop()]))

/** Messages that have arrived, as the project's board has it. */
async function arrived(project: string): Promise<number> {
  await using board = await boardOf(lab, project)
  return board.arrived()
}
const both = () => Promise.all(['laboratory', 'second'].map(arrived))
const total = async () => (await both()).reduce((sum, one) => sum + one, 0)

async function sameAtBothEnds(): Promise<void> {
  for (const address of [...HERE, ...THERE]) {
    const raw = await lab.dovecot.raw(lab.loginOf(address))
    const tenant = address.endsWith('contoso.example') ? lab.tenant : second
    expect(await audit(tenant.mailbox(address), raw), address).toMatchObject({ expected: MESSAGES, lost: [], doubled: [] })
    raw.close()
  }
}

const statusOf = async (file: string): Promise<Snapshot> => JSON.parse((await lab.offramp('status', '--json', '-p', file)).out)

it('moves side by side, pauses with Ctrl-C, goes on with a worker killed half-way, and proves each project', async () => {
  const first = lab.spawn([...ARGS, '--workers', '1'])
  const interrupted = ended(first)
  await expect.poll(total, { timeout: 60_000, interval: 50 }).toBeGreaterThan(MESSAGES)
  // One worker with two seats: neither project has waited for the end of the other.
  for (const one of await both()) expect(one).toBeGreaterThan(MESSAGES / 6)
  first.kill('SIGTERM')
  expect((await interrupted).code).toBe(EXIT.interrupted)
  for (const file of ['offramp.yaml', 'second/offramp.yaml'])
    expect(await statusOf(file)).toMatchObject({ held: { by: 'operator' }, workers: [] })

  const run = lab.spawn([...ARGS, '--workers', '2'])
  const end = ended(run)
  await expect.poll(total, { timeout: 60_000, interval: 50 }).toBeGreaterThan(2 * MESSAGES)
  await using board = await boardOf(lab, 'second')
  const [victim] = await board.workerPids()
  // The command line would take seconds to tell, in which all may have ended. Process 0 would be this one, and all that run with it.
  if (victim === undefined) throw new Error('No worker is left to kill.')
  process.kill(victim, 'SIGKILL')
  const { code, out, err } = await end
  expect(err).toMatch(/Worker \d has ended by itself \(killed\)/)
  expect(code, err).toBe(EXIT.balanced)
  const lines: readonly (Record<string, unknown> & { project: string })[] = out
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))
  for (const project of ['laboratory', 'second']) {
    expect(lines.some((line) => line['type'] === 'snapshot' && line.project === project)).toBe(true)
    expect(lines.filter((line) => line['format'] === 'offramp-report-1' && line.project === project)).toHaveLength(1)
  }
  for (const folder of ['.', 'second']) {
    const report: Report = JSON.parse(await readFile(join(lab.folder, folder, '.offramp', 'report.json'), 'utf8'))
    expect(report.totals).toMatchObject({ source: 2 * MESSAGES, verified: 2 * MESSAGES, remainder: 0, doubled: 0 })
  }
  await sameAtBothEnds()
})

it('pressed twice at once is one migration of each', async () => {
  const runs = await Promise.all([lab.offramp(...ARGS, '--workers', '1'), lab.offramp(...ARGS, '--workers', '1')])
  expect(runs.map(({ code, err }) => `${err}${code}`)).toEqual(['0', '0'])
  await sameAtBothEnds()
})

it('nothing starts when one cannot be opened', async () => {
  await writeFile(join(lab.folder, 'broken.yaml'), 'version: 1\n')
  const before = await lab.redis.cli('get', 'offramp:{laboratory}:plan')
  for (const command of ['run', 'worker']) {
    const { code, err } = await lab.offramp(command, '-p', 'offramp.yaml', '-p', 'broken.yaml')
    expect(code).toBe(EXIT.input)
    expect(err).toContain('broken.yaml')
  }
  expect(await lab.redis.cli('get', 'offramp:{laboratory}:plan')).toBe(before)
})
