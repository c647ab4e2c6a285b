import type { ChildProcess } from 'node:child_process'
import type { Report, Snapshot } from '@offramp/control'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { boardOf } from '../lab/board.ts'
import { type Lab, startLab } from '../lab/lab.ts'
import { auditOf, lastJson, statusOf } from '../lab/operator.ts'

const ADDRESSES = ['anna@contoso.example', 'bruno@contoso.example'] as const

let lab: Lab

beforeAll(async () => {
  lab = await startLab({
    accounts: ADDRESSES.map((address) => ({ address, messages: 350, sizes: 'small' as const })),
    // Slow enough to be interrupted.
    tenant: { quirks: { regenerateMime: false }, latencyMs: 15 },
    settings: { limits: { putSeconds: 5, sliceSeconds: 5, pageItems: 25 } },
  })
}, 60_000)

afterAll(() => lab?.close())

const exitOf = (child: ChildProcess): Promise<number | null> => new Promise((resolve) => child.once('exit', resolve))
type Seen = Pick<Snapshot, 'lanes' | 'workers'>
const arrived = ({ lanes }: Pick<Snapshot, 'lanes'>): number => lanes.reduce((sum, { counts }) => sum + counts.arrived, 0)

/** Looks at the board until it is so. */
async function until(so: (seen: Seen) => boolean): Promise<Seen> {
  await using board = await boardOf(lab)
  const look = async (): Promise<Seen> => {
    const [lanes, beats] = [await board.lanes(), await board.beats()]
    return { lanes, workers: beats.filter(({ left }) => left !== true) }
  }
  let seen = await look()
  const again = async (): Promise<boolean> => {
    seen = await look()
    return so(seen)
  }
  await expect.poll(again, { timeout: 100_000, interval: 50 }).toBe(true)
  return seen
}

test('Ctrl-C in the middle of a run pauses it: 130, nobody moves on, and what was written is in the books', async () => {
  const run = lab.spawn(['run', '--workers', '1'])
  const over = exitOf(run)
  await until((now) => arrived(now) > 40)
  run.kill('SIGINT')
  expect(await over).toBe(130)
  const now = await statusOf(lab)
  expect(now.held?.by).toBe('operator')
  expect(now.workers).toEqual([])
  expect(arrived(now)).toBeLessThan(700)
  for (const address of ADDRESSES) expect((await auditOf(lab, address)).doubled).toEqual([])
})

test('--detach with a worker of its own; pause, resume and a clean end by SIGTERM', async () => {
  expect((await lab.offramp('run', '--detach')).out).toContain('Started.')
  const worker = lab.spawn(['worker', '--concurrency', '2', '--log-file', 'own.log', '--name', 'own'])
  const gone = exitOf(worker)
  const fell = gone.then((code) => {
    throw new Error(`The worker ended with ${code} before it was asked to.`)
  })
  await Promise.race([until((now) => now.workers.some((each) => each.worker === 'own')), fell])
  expect((await lab.offramp('pause')).code).toBe(0)
  await until((now) => now.workers.every(({ lanes }) => lanes === 0))
  const resting = await statusOf(lab)
  expect(resting.held?.by).toBe('operator')
  expect(arrived(await statusOf(lab))).toBe(arrived(resting))
  expect((await lab.offramp('status')).out).toMatch(/HELD|paused/i)
  expect((await lab.offramp('resume', '--json')).out).toContain('"type":"resumed"')
  expect((await statusOf(lab)).held).toBeUndefined()
  worker.kill('SIGTERM')
  expect(await gone).toBe(0)
  expect((await statusOf(lab)).workers).toEqual([])
})

test('two runs at once end both, and do the work once', async () => {
  const [one, two] = await Promise.all([lab.offramp('run', '--json', '--workers', '1'), lab.offramp('run', '--json', '--workers', '1')])
  expect([one.code, two.code]).toEqual([0, 0])
  expect(lastJson<Report>(one).totals).toMatchObject({ source: 700, verified: 700, remainder: 0, doubled: 0 })
  for (const address of ADDRESSES) expect(await auditOf(lab, address)).toMatchObject({ lost: [], doubled: [] })
  expect((await lab.offramp('retry')).out).toContain('There is nothing to try again.')
})

test('Redis wiped: rebuild finds everything at the destination again, and the next run copies nothing', async () => {
  await lab.redis.cli('flushall')
  expect((await lab.offramp('status')).out).toContain('Nothing has been planned')
  const rebuilt = await lab.offramp('rebuild')
  expect(rebuilt.out).toMatch(/anna@contoso\.example: 350 found at the destination, 0 to copy, 0 at the destination are not ours/)
  expect(rebuilt.code).toBe(0)
  const ended = await lab.offramp('run', '--json')
  expect(ended.code).toBe(0)
  for (const address of ADDRESSES) expect(await auditOf(lab, address)).toMatchObject({ lost: [], doubled: [] })
})

test.each([
  [['run', '--workers', '0'], 2],
  [['verify', '--sample', '2'], 2],
  [['nonsense'], 2],
  [['check', '--project', 'not-there.yaml'], 2],
  [['--help'], 0],
] as const)('offramp %j ends with code %i', async (args, code) => {
  const ended = await lab.offramp(...args)
  expect(ended.code).toBe(code)
  if (code !== 0) expect(ended.err.trim()).not.toBe('')
})
