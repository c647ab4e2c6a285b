import { startGmailBench } from './bench-lab.ts'
import { MOST_RSS } from './large-messages.ts'
import { type Bench, megabytes, type Row, rate } from './row.ts'

/** Under one label. Fewer may be asked for where time is short; the table then says so. */
const MESSAGES = Number(process.env['OFFRAMP_BENCH_FOLDER'] ?? 100_000)
const LABEL = 'Collected'

/** Far more than Google allows, on both sides: what is looked at here is memory. */
const PLENTY = { userPerMinute: 1e9, projectPerMinute: 1e9, projectPerDay: 1e9 }

async function run(): Promise<readonly Row[]> {
  const address = 'collector@fabrikam.example'
  const bench = await startGmailBench({
    accounts: [{ address, admin: true, sizes: 'small', messages: [{ labels: [LABEL], count: MESSAGES }] }],
    source: { limits: PLENTY },
    workspace: { limits: PLENTY, warm: false },
    dovecot: { fsync: 'never' },
  })
  const name = 'large-label'
  const size = `${MESSAGES.toLocaleString('en')} messages under one label`
  try {
    const first = await bench.pass(1)
    if (first.arrived !== MESSAGES) throw new Error(`${first.arrived} of ${MESSAGES} messages arrived.`)
    const { dovecot, loginOf } = bench.lab
    const status = await dovecot.doveadm('mailbox', 'status', '-u', loginOf(address), 'messages', LABEL)
    if (!status.includes(`messages=${MESSAGES}`)) throw new Error(`Dovecot says: ${status}`)
    const delta = await bench.pass(1)
    if (delta.arrived !== 0) throw new Error(`${delta.arrived} messages were copied by a pass over an unchanged mailbox.`)
    const [memory, again] = [first.memory[0], delta.memory[0]]
    if (memory === undefined || again === undefined) throw new Error('No worker was looked at.')
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
        value: `${delta.seconds.toFixed(2)} s, ${megabytes(again.peak)} RSS`,
        facts: { seconds: delta.seconds, peak: again.peak },
      },
    ]
  } finally {
    await bench.close()
  }
}

export const largeLabel: Bench = {
  name: 'large-label',
  about: 'Memory of a worker in a Gmail mailbox with one large label, counted by doveadm at the end.',
  run,
}
