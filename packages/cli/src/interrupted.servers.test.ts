import type { ChildProcess } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { EXIT } from '@offramp/control'
import { audit } from '@offramp/test/lab/audit'
import { boardOf, isAlive } from '@offramp/test/lab/board'
import { ended, type Lab, startLab } from '@offramp/test/lab/lab'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

/** A migration that is interrupted in every way, again and again on its way to its end: each test takes it up where the last one left it. */

const PEOPLE = ['anna@contoso.example', 'ben@contoso.example'] as const
const MESSAGES = 120
const ALL = 2 * MESSAGES
let lab: Lab

const open = async (): Promise<void> => {
  lab = await startLab({
    accounts: PEOPLE.map((address) => ({ address, messages: MESSAGES, sizes: 'small' as const })),
    tenant: { latencyMs: 60, quirks: { regenerateMime: false } },
    // A lease as short as may be, so that a killed worker's lanes go on within seconds.
    settings: { limits: { putSeconds: 2, pageItems: 10, sliceSeconds: 2 } },
  })
}

/** Resolves when so many messages have arrived, as the board has it; how many there were then. */
async function until(most: number): Promise<number> {
  await using board = await boardOf(lab)
  await expect.poll(board.arrived, { timeout: 60_000, interval: 50 }).toBeGreaterThan(most)
  return board.arrived()
}

/** Of the only one that is heard of. */
async function workerPid(): Promise<number> {
  await using board = await boardOf(lab)
  const [pid, ...others] = await board.workerPids()
  expect(others).toEqual([])
  // Process 0 would be this one, and all that run with it.
  if (pid === undefined) throw new Error('No worker is heard of.')
  return pid
}

/** Everybody's mail at both ends, told by other eyes than Offramp's. */
async function sameAtBothEnds(): Promise<void> {
  for (const address of PEOPLE) {
    const raw = await lab.dovecot.raw(lab.loginOf(address))
    expect(await audit(lab.tenant.mailbox(address), raw), address).toMatchObject({ lost: [], doubled: [] })
    raw.close()
  }
}

const exitOf = (child: ChildProcess): Promise<number | null> => new Promise((resolve) => child.once('exit', (code) => resolve(code)))

describe('offramp run', () => {
  beforeAll(open)
  afterAll(() => lab.close())

  it('pauses on Ctrl-C and ends its workers', async () => {
    const first = lab.spawn(['run', '--workers', '1'])
    const end = ended(first)
    await until(30)
    first.kill('SIGINT')
    const { code, err } = await end
    expect(code).toBe(EXIT.interrupted)
    expect(err).toContain('To go on: offramp run')
    expect(await until(30)).toBeLessThan(ALL)
    const status = JSON.parse((await lab.offramp('status', '--json')).out)
    expect(status).toMatchObject({ held: { by: 'operator' }, workers: [] })
  })

  it('goes on with the same command, and is paused from elsewhere', async () => {
    const before = await until(30)
    const run = ended(lab.spawn(['run', '--workers', '1']))
    await until(before + 20)
    expect((await lab.offramp('pause')).code).toBe(EXIT.balanced)
    const { code, err } = await run
    expect(code).toBe(EXIT.held)
    expect(err).toContain('Paused by the operator')
    expect(await until(before)).toBeLessThan(ALL)
  })

  it('is resumed from elsewhere, and ends as if nothing had been', async () => {
    expect((await lab.offramp('resume')).code).toBe(EXIT.balanced)
    expect((await lab.offramp('run', '--workers', '1')).code).toBe(EXIT.balanced)
    await sameAtBothEnds()
  })
})

describe('offramp worker', () => {
  beforeAll(open)
  afterAll(() => lab.close())

  it('ends within its bound on SIGTERM, in the middle of its work', async () => {
    expect((await lab.offramp('run', '--detach')).code).toBe(EXIT.balanced)
    const worker = lab.spawn(['worker', '--grace-seconds', '20', '--alive-file', join(lab.folder, 'alive')])
    const gone = exitOf(worker)
    await until(30)
    const start = performance.now()
    worker.kill('SIGTERM')
    expect(await gone).toBe(EXIT.balanced)
    expect(performance.now() - start).toBeLessThan(20_000)
    expect(await readFile(join(lab.folder, 'alive'), 'utf8')).toBe('')
  })

  it('leaves nothing locked: the next one goes on at once, and is killed', async () => {
    const before = await until(30)
    expect(before).toBeLessThan(ALL)
    const worker = lab.spawn(['worker'])
    await until(before + 20)
    process.kill(await workerPid(), 'SIGKILL')
    worker.kill('SIGKILL')
    expect(await until(before)).toBeLessThan(ALL)
  })

  it('of a run takes its lanes up, and ends with the run, in whatever way that ends', async () => {
    const before = await until(30)
    const run = lab.spawn(['run', '--workers', '1'])
    await until(before + 20)
    const pid = await workerPid()
    run.kill('SIGKILL')
    await expect.poll(() => isAlive(pid), { timeout: 30_000, interval: 100 }).toBe(false)
  })

  it('brings it to its end after all of that, with nothing lost and nothing twice', async () => {
    expect((await lab.offramp('run', '--workers', '1')).code).toBe(EXIT.balanced)
    await sameAtBothEnds()
  })
})
