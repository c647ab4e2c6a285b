import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { EXIT, renderText } from '@offramp/control'
import { audit } from '@offramp/test/lab/audit'
import { boardOf } from '@offramp/test/lab/board'
import { ended, type Lab, startLab } from '@offramp/test/lab/lab'
import { readSecret } from '@offramp/test/lab/tenant-process'
import { afterEach, describe, expect, it } from 'vitest'

/** Real worker processes, a real Redis and Dovecot, an emulated tenant, and the command line as an operator has it. */

const PEOPLE = ['anna@contoso.example', 'ben@contoso.example'] as const
const MESSAGES = 120
let lab: Lab

afterEach(() => lab.close())

const open = async (more: Partial<Parameters<typeof startLab>[0]> = {}): Promise<void> => {
  lab = await startLab({
    accounts: PEOPLE.map((address) => ({ address, messages: MESSAGES, sizes: 'small' as const })),
    tenant: { latencyMs: 60, quirks: { regenerateMime: false } },
    // A lease as short as may be, so that a killed worker's lanes go on within seconds.
    settings: { limits: { putSeconds: 2, pageItems: 20, sliceSeconds: 2 } },
    ...more,
  })
}

/** Until half of one mailbox has arrived. */
const half = async (): Promise<void> => {
  await using board = await boardOf(lab)
  await expect.poll(board.arrived, { timeout: 60_000, interval: 50 }).toBeGreaterThan(MESSAGES / 2)
}

/** Everybody's mail at both ends, told by other eyes than Offramp's. */
async function sameAtBothEnds(): Promise<void> {
  for (const address of PEOPLE) {
    const raw = await lab.dovecot.raw(lab.loginOf(address))
    expect(await audit(lab.tenant.mailbox(address), raw), address).toMatchObject({ lost: [], doubled: [] })
    raw.close()
  }
}

/** All text that Redis holds, in memory and on disk. */
async function redisText(): Promise<string> {
  const appended = join(lab.redis.folder, 'appendonlydir')
  const files = await Promise.all((await readdir(appended)).map((name) => readFile(join(appended, name), 'latin1')))
  return files.join('\n')
}

describe('offramp run', () => {
  it('moves everything with worker processes, proves it, and leaves no secret anywhere', async () => {
    await open()
    const run = await lab.offramp('run', '--workers', '2', '--sample', '1')
    expect(run.err).not.toMatch(/has ended by itself/)
    expect(run.out).toMatch(new RegExp(`^Unexplained remainder: 0 of ${2 * MESSAGES} items in 2 accounts\\.$`, 'm'))
    expect(run.code).toBe(EXIT.balanced)
    await sameAtBothEnds()

    const again = await lab.offramp('report', '--json')
    expect(again.code).toBe(EXIT.balanced)
    expect(run.out).toContain(renderText(JSON.parse(again.out)))

    const secrets = [await readSecret(lab.tenant), lab.redis.password, await readFile(join(lab.folder, 'master-password'), 'utf8')]
    const subjects = (await lab.tenant.mailbox(PEOPLE[0]).messages()).map(({ subject }) => subject).filter((subject) => subject.length > 12)
    const logs = await Promise.all(['worker-1.log', 'worker-2.log'].map((name) => readFile(join(lab.folder, '.offramp', name), 'utf8')))
    expect(subjects.length).toBeGreaterThan(20)
    expect(logs.join()).toContain('turn ended')
    const redis = await redisText()
    expect(redis).toContain('offramp:{laboratory}')
    for (const [where, text] of Object.entries({ redis, logs: logs.join('\n'), output: run.out + run.err })) {
      for (const secret of [...secrets, ...subjects]) expect(text.includes(secret), `${where} holds a secret or subject`).toBe(false)
      // Three letters alone stand in every hundredth identifier.
      expect(/eyJ[\w-]{8,}\.eyJ/.test(text), `${where} holds a token`).toBe(false)
    }
    for (const address of PEOPLE) expect(logs.join(), 'an address in a log').not.toContain(address.split('@')[0])
  })

  it('carries on without a double when all of Redis is wiped half-way, and says so', async () => {
    await open()
    const run = lab.spawn(['run', '--workers', '2'])
    const end = ended(run)
    await half()
    await lab.redis.cli('flushall')
    const { code, out, err } = await end
    expect(out).toContain('Redis has lost its data. Planning anew')
    expect(`${err}${code}`).toMatch(/0$/)
    await sameAtBothEnds()
  })

  it('pressed twice is one migration', async () => {
    await open()
    const both = await Promise.all([lab.offramp('run', '--workers', '1', '--json'), lab.offramp('run', '--workers', '1', '--json')])
    expect(both.map(({ code }) => code)).toEqual([EXIT.balanced, EXIT.balanced])
    for (const { out } of both) expect(JSON.parse(out.split('\n')[0] ?? '')).toMatchObject({ type: 'started', pass: 1 })
    await sameAtBothEnds()
  })
})
