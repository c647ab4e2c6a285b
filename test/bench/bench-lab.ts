import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdir, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { type OpenedProject, openProject, openWorkplace, start, WORKER_FLAGS, type Workplace } from '@offramp/control'
import { type Call, silentLog, systemClock } from '@offramp/core'
import type { BareLab } from '../lab/bare-lab.ts'
import { type Lab, type LabWish, startLab } from '../lab/lab.ts'
import { startWorkspaceLab, type WorkspaceLab, type WorkspaceLabWish } from '../lab/workspace-lab.ts'
import type { Prepared } from './bare-writer.ts'
import { familyCpu, type Memory, watchProcess } from './watch-process.ts'

const WORKER = new URL('../../workers/src/main.ts', import.meta.url).pathname

/** Where results and profiles go. */
export const OUT = new URL('../../.offramp/bench/', import.meta.url).pathname

const forLong = (): Call => ({ signal: AbortSignal.timeout(900_000) })

/** How one pass through real worker processes went. */
export interface PassResult {
  /** From the plan's publishing until the last lane was done. */
  readonly seconds: number
  readonly arrived: number
  readonly bytes: number
  readonly memory: readonly Memory[]
  /** Seconds of processor time of all workers, of the emulated tenant, of Dovecot with all its processes, and of Redis. */
  readonly cpu: number
  readonly tenantCpu: number
  readonly dovecotCpu: number
  readonly redisCpu: number
}

export interface BenchLab<L extends BareLab = BareLab> {
  readonly lab: L
  readonly workplace: Workplace
  /** The source's bytes; the emulator keeps them too, so that writing them is not measured. */
  prepare(): Promise<readonly Prepared[]>
  pass(workers?: number): Promise<PassResult>
  /** Forgets everything that was moved: ledger, queue, and the destination's mail. */
  wipe(): Promise<void>
  close(): Promise<void>
}

/** A laboratory as the demo's, set up for measuring: nothing of the emulator's whims, bytes kept in memory, and the fsync of a usual Dovecot. */
export async function startBenchLab(wish: LabWish): Promise<BenchLab<Lab>> {
  const lab = await startLab({
    ...wish,
    tenant: { warm: true, quirks: { regenerateMime: false, emptyPageEvery: 0, repeatEvery: 0 }, ...wish.tenant },
    dovecot: { fsync: 'optimized', ...wish.dovecot },
  })
  const { tenant } = lab
  return benchOf(lab, {
    pid: tenant.pid,
    mailbox: (address) => tenant.mailbox(address),
    addresses: wish.accounts.map(({ address }) => address),
  })
}

/** The same, reading Gmail. */
export async function startGmailBench(wish: WorkspaceLabWish): Promise<BenchLab<WorkspaceLab>> {
  const lab = await startWorkspaceLab({
    ...wish,
    workspace: { warm: true, quirks: { emptyPageEvery: 0, repeatEvery: 0 }, ...wish.workspace },
    dovecot: { fsync: 'optimized', ...wish.dovecot },
  })
  const { workspace } = lab
  return benchOf(lab, {
    pid: workspace.pid,
    mailbox: (address) => workspace.mailbox(address),
    addresses: wish.accounts.map(({ address }) => address),
  })
}

interface Mailbox {
  messages(): Promise<readonly { readonly id: string }[]>
  bytes(id: string): Promise<Uint8Array>
}

/** What a bench needs of the provider's emulator. */
interface Provider {
  readonly pid: number
  readonly addresses: readonly string[]
  mailbox(address: string): Mailbox
}

async function benchOf<L extends BareLab>(lab: L, provider: Provider): Promise<BenchLab<L>> {
  const opened = await openProject({ file: join(lab.folder, 'offramp.yaml'), env: () => undefined })
  const workplace = await openWorkplace(opened, { log: silentLog, clock: systemClock })
  let wiped = 0
  return {
    lab,
    workplace,
    prepare: () =>
      Promise.all(
        provider.addresses.map(async (address) => ({
          login: lab.loginOf(address),
          bodies: await bodiesOf(provider.mailbox(address)),
        })),
      ),
    pass: (workers = 1) => runPass({ lab, pid: provider.pid, workplace, opened }, workers),
    wipe: async () => {
      await lab.redis.cli('flushall')
      await putAside(lab, `wiped-${++wiped}`)
    },
    close: async () => {
      await workplace.close()
      await lab.close()
    },
  }
}

/**
 * Put aside and not deleted: for seconds afterwards ext4 passes over each inode that was deleted lately when it looks for a free one, which
 * doubles and trebles Dovecot's processor time for whoever writes next.
 */
async function putAside(lab: BareLab, name: string): Promise<void> {
  const aside = join(lab.dovecot.dir, name)
  await mkdir(aside)
  for (const login of Object.keys(lab.dovecot.users)) {
    const mail = join(lab.dovecot.dir, 'mail', login)
    if (existsSync(mail)) await rename(mail, join(aside, login))
  }
}

const AT_ONCE = 16

async function bodiesOf(mailbox: Mailbox): Promise<readonly Buffer[]> {
  const messages = await mailbox.messages()
  const bodies: Buffer[] = []
  for (let at = 0; at < messages.length; at += AT_ONCE) {
    const some = await Promise.all(messages.slice(at, at + AT_ONCE).map(({ id }) => mailbox.bytes(id)))
    bodies.push(...some.map((bytes) => Buffer.from(bytes)))
  }
  return bodies
}

interface Place {
  readonly lab: BareLab
  /** Of the provider's emulator. */
  readonly pid: number
  readonly workplace: Workplace
  readonly opened: OpenedProject
}

async function startWorker(lab: BareLab, name: string) {
  const profile = process.env['OFFRAMP_BENCH_PROFILE'] === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${OUT}`]
  await mkdir(OUT, { recursive: true })
  const argv = ['--disable-warning=ExperimentalWarning', ...WORKER_FLAGS, ...profile, WORKER, '--project', 'offramp.yaml', '--name', name]
  const child = spawn(process.execPath, [...argv, '--log-file', join(OUT, `${name}.log`)], { cwd: lab.folder, stdio: 'inherit' })
  const gone = once(child, 'exit')
  const stop = async (): Promise<void> => {
    child.kill('SIGTERM')
    await gone
  }
  return { pid: child.pid ?? 0, name, stop }
}

/** Between two looks of the bench at the board, in milliseconds: rare enough to cost nothing. */
const LOOK_EVERY = 250

async function runPass({ lab, pid, workplace, opened }: Place, count: number): Promise<PassResult> {
  const { board, clock } = workplace
  const workers = await Promise.all(Array.from({ length: count }, (_, nth) => startWorker(lab, `bench-${nth + 1}`)))
  try {
    const names = new Set(workers.map(({ name }) => name))
    const pids = new Set(workers.map(({ pid }) => pid))
    while ((await board.beats()).filter(({ worker, pid }) => names.has(worker) && pids.has(pid)).length < count) await clock.sleep(50, {})
    const watches = workers.map(({ pid }) => watchProcess(pid))
    const tenant = watchProcess(pid)
    const [cpuBefore, tenantBefore] = [watches.reduce((sum, watch) => sum + watch.cpu(), 0), tenant.cpu()]
    const servers = () => ({ dovecotCpu: familyCpu(lab.dovecot.pid()), redisCpu: familyCpu(lab.redis.pid()) })
    const before = servers()
    const { plan } = await start(workplace, opened, forLong())
    let lanes = await board.lanes()
    while (!lanes.every(({ state }) => state.state === 'done')) {
      const halted = lanes.find(({ state }) => state.state === 'halted')
      if (halted) throw new Error(`A lane halted: ${JSON.stringify(halted.state)}`)
      await clock.sleep(LOOK_EVERY, {})
      lanes = await board.lanes()
    }
    const ended = Math.max(...lanes.map(({ state }) => (state.state === 'done' ? state.at : 0)))
    const cpu = watches.reduce((sum, watch) => sum + watch.cpu(), 0) - cpuBefore
    const tenantCpu = tenant.cpu() - tenantBefore
    const after = servers()
    tenant.end()
    return {
      dovecotCpu: after.dovecotCpu - before.dovecotCpu,
      redisCpu: after.redisCpu - before.redisCpu,
      seconds: (ended - plan.madeAt) / 1000,
      arrived: lanes.reduce((sum, { counts }) => sum + counts.arrived, 0),
      bytes: lanes.reduce((sum, { counts }) => sum + counts.bytes, 0),
      memory: watches.map((watch) => watch.end()),
      cpu,
      tenantCpu,
    }
  } finally {
    await Promise.all(workers.map(({ stop }) => stop()))
  }
}
