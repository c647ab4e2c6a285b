import type { Lab } from '../lab/lab.ts'
import { type BenchLab, startBenchLab } from './bench-lab.ts'
import { MOST_RSS } from './large-messages.ts'
import { type Bench, megabytes, type Row, rate } from './row.ts'

/** In one folder. Fewer may be asked for where time is short; the table then says so. */
const MESSAGES = Number(process.env['OFFRAMP_BENCH_FOLDER'] ?? 100_000)

const requestsOf = async ({ lab }: BenchLab<Lab>): Promise<number> => (await lab.tenant.stats()).requests

async function run(): Promise<readonly Row[]> {
  const bench = await startBenchLab({
    accounts: [
      {
        address: 'collector@contoso.example',
        sizes: 'small',
        hiddenFolders: false,
        messages: [{ path: ['Inbox'], count: MESSAGES, kind: 'plain' }],
      },
    ],
    // What is looked at here is memory and the delta pass; the quota is the subject of another bench.
    tenant: { limits: { requests: 1e9 }, quirks: { regenerateMime: false, emptyPageEvery: 0, repeatEvery: 0 } },
    source: { limits: { requestsPer10Minutes: 1_000_000 } },
    dovecot: { fsync: 'never' },
  })
  const name = 'large-folder'
  const size = `a folder of ${MESSAGES.toLocaleString('en')}`
  try {
    const first = await bench.pass(1)
    if (first.arrived !== MESSAGES) throw new Error(`${first.arrived} of ${MESSAGES} messages arrived.`)
    const before = await requestsOf(bench)
    const delta = await bench.pass(1)
    const requests = (await requestsOf(bench)) - before
    if (delta.arrived !== 0) throw new Error(`${delta.arrived} messages were copied by a pass over an unchanged mailbox.`)
    const [memory, again] = [first.memory[0], delta.memory[0]]
    if (memory === undefined || again === undefined) throw new Error('No worker was looked at.')
    const used = Number(/used_memory:(\d+)/.exec(await bench.lab.redis.cli('info', 'memory'))?.[1])
    return [
      { bench: name, what: `${size}: first pass`, value: rate(MESSAGES, first.bytes, first.seconds), facts: { seconds: first.seconds } },
      {
        bench: name,
        what: `${size}: peak RSS of the worker`,
        value: `${megabytes(memory.peak)}; last quarter / second: ${memory.growth.toFixed(2)}`,
        aim: 'at most 350 MB, flat',
        met: memory.peak <= MOST_RSS && memory.growth <= 1.15,
        facts: { peak: memory.peak, growth: memory.growth },
      },
      {
        bench: name,
        what: `${size}: delta pass, nothing changed`,
        value: `${delta.seconds.toFixed(2)} s, ${requests} requests, ${megabytes(again.peak)} RSS`,
        facts: { seconds: delta.seconds, requests, peak: again.peak },
      },
      {
        bench: name,
        what: `${size}: all of Redis afterwards`,
        value: megabytes(used),
        facts: { bytes: used, bytesPerItem: used / MESSAGES },
      },
    ]
  } finally {
    await bench.close()
  }
}

export const largeFolder: Bench = {
  name: 'large-folder',
  about: 'Memory of a worker in one large folder, and what a pass costs that finds nothing changed.',
  run,
}
