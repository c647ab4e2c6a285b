import { systemClock } from '@offramp/core'
import { bareWrite, type Prepared } from './bare-writer.ts'
import { type BenchLab, startBenchLab } from './bench-lab.ts'
import { mbsyncPush } from './mbsync.ts'
import { moveFromMemory } from './memory-path.ts'
import { type Bench, type Row, rate } from './row.ts'
import { familyCpu } from './watch-process.ts'

/** Of each shape of the bench; 20,480 bytes each. Fewer may be asked for where time is short. */
const MESSAGES = Number(process.env['OFFRAMP_BENCH_MESSAGES'] ?? 6_000)

interface Measured {
  readonly shape: string
  readonly all: readonly Prepared[]
  readonly messages: number
  readonly bytes: number
}

/** Seconds of Dovecot's processor time once those of its processes are gone whose connections have just ended: in between they stand nowhere. */
async function settledCpu({ lab }: BenchLab): Promise<number> {
  await systemClock.sleep(300, {})
  return familyCpu(lab.dovecot.pid())
}

async function measure(bench: BenchLab, { shape, all, messages, bytes }: Measured): Promise<readonly Row[]> {
  const name = 'whole-path'
  const says = (seconds: number): string => rate(messages, bytes, seconds)
  const fresh = async <T>(work: () => Promise<T>): Promise<T> => {
    await bench.wipe()
    return work()
  }
  // The first writing after a start pays for the server's own warming up, whoever writes.
  await bareWrite(
    bench.lab.dovecot,
    all.map((one) => ({ ...one, bodies: one.bodies.slice(0, 200) })),
  )
  const each = (spent: number): string => `${((spent / messages) * 1e3).toFixed(2)} ms`
  /** Dovecot's own share beside the time, which differs with what else the machine does. */
  const watched = async (work: () => Promise<number>): Promise<{ readonly seconds: number; readonly dovecotCpuSeconds: number }> => {
    const before = await settledCpu(bench)
    const seconds = await work()
    return { seconds, dovecotCpuSeconds: (await settledCpu(bench)) - before }
  }
  const [bareFacts, pushedFacts, memoryFacts] = [
    await fresh(() => watched(() => bareWrite(bench.lab.dovecot, all))),
    await fresh(() => watched(() => mbsyncPush(bench.lab.dovecot, all))),
    await fresh(() => watched(() => moveFromMemory(bench, all))),
  ]
  const [bare, pushed, memory] = [bareFacts.seconds, pushedFacts.seconds, memoryFacts.seconds]
  const rows: Row[] = [
    { bench: name, what: `${shape}: bare writer, MULTIAPPEND`, value: says(bare), facts: bareFacts },
    { bench: name, what: `${shape}: mbsync`, value: says(pushed), facts: pushedFacts },
    {
      bench: name,
      what: `${shape}: source in memory -> engine, ledger, IMAP / bare`,
      value: says(memory),
      ratio: bare / memory,
      facts: memoryFacts,
    },
    {
      bench: name,
      what: `${shape}: Dovecot's processor time a message`,
      value: `bare writer ${each(bareFacts.dovecotCpuSeconds)}, mbsync ${each(pushedFacts.dovecotCpuSeconds)}, source in memory ${each(memoryFacts.dovecotCpuSeconds)}`,
    },
  ]
  for (const workers of [1, 2].slice(0, Math.min(2, all.length))) {
    const passed = await fresh(() => bench.pass(workers))
    if (passed.arrived !== messages) throw new Error(`${passed.arrived} of ${messages} messages arrived.`)
    const { seconds, cpu, tenantCpu, dovecotCpu, redisCpu } = passed
    const what = `${shape}: whole path, ${workers} worker${workers > 1 ? 's' : ''}`
    const facts = { seconds, workerCpuSeconds: cpu, tenantCpuSeconds: tenantCpu, dovecotCpuSeconds: dovecotCpu, redisCpuSeconds: redisCpu }
    rows.push({
      bench: name,
      what: `${what} / bare`,
      value: says(seconds),
      ratio: bare / seconds,
      aim: 'at least 0.6',
      met: bare / seconds >= 0.6,
      facts,
    })
    rows.push({ bench: name, what: `${what} / mbsync`, value: '', ratio: pushed / seconds, aim: 'at least 2', met: pushed / seconds >= 2 })
    rows.push({
      bench: name,
      what: `${what}: processor time a message`,
      value: `Offramp ${each(cpu)}, emulated tenant ${each(tenantCpu)}, Dovecot ${each(dovecotCpu)}, Redis ${each(redisCpu)}`,
    })
  }
  return rows
}

async function shapeOf(mailboxes: number): Promise<readonly Row[]> {
  const accounts = Array.from({ length: mailboxes }, (_, nth) => ({
    address: `person-${nth + 1}@contoso.example`,
    messages: MESSAGES / mailboxes,
    sizes: 'bench' as const,
  }))
  const bench = await startBenchLab({ accounts })
  try {
    const all = await bench.prepare()
    const messages = all.reduce((sum, { bodies }) => sum + bodies.length, 0)
    const bytes = all.reduce((sum, { bodies }) => sum + bodies.reduce((inner, body) => inner + body.length, 0), 0)
    const shape = mailboxes === 1 ? '1 mailbox' : `${mailboxes} mailboxes`
    return await measure(bench, { shape, all, messages, bytes })
  } finally {
    await bench.close()
  }
}

export const wholePath: Bench = {
  name: 'whole-path',
  about: 'Emulated tenant -> workers -> real Dovecot, beside a bare writer and mbsync with the same bytes.',
  run: async () => [...(await shapeOf(4)), ...(await shapeOf(1))],
}
