import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { link, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { finished } from 'node:stream/promises'
import type { BareLab } from '../lab/bare-lab.ts'
import { type BenchLab, startBenchLab, startGmailBench } from './bench-lab.ts'
import { type Bench, megabytes, type Row, rate } from './row.ts'

const MEGABYTES = 50
const EACH = 6
const ACCOUNTS = 4
export const MOST_RSS = 350e6

/** A message of that size, one attachment in base64. */
async function writeLarge(path: string, bytes: number): Promise<void> {
  const file = createWriteStream(path)
  const head = [
    'From: Anna <anna@contoso.example>',
    'To: Bruno <bruno@contoso.example>',
    'Subject: A large one',
    'Date: Thu, 04 Mar 2021 05:06:07 +0000',
    `Message-ID: <large-${bytes}@contoso.example>`,
    'MIME-Version: 1.0',
    'Content-Type: application/octet-stream; name="film.bin"',
    'Content-Transfer-Encoding: base64',
    'Content-Disposition: attachment; filename="film.bin"',
  ]
  file.write(`${head.join('\r\n')}\r\n\r\n`)
  const line = `${Buffer.alloc(57, 'offramp bench ').toString('base64')}\r\n`
  const block = line.repeat(Math.floor(2 ** 20 / line.length))
  for (let written = 0; written < bytes; written += block.length) if (!file.write(block)) await once(file, 'drain')
  file.end()
  await finished(file)
}

const LAB = { dovecot: { fsync: 'never' }, settings: { limits: { putSeconds: 120 } } } as const

const accountsOf = (domain: string, folder: string) =>
  Array.from({ length: ACCOUNTS }, (_, nth) => ({ address: `large-${nth + 1}@${domain}`, eml: folder }))

/** Far more than Google allows, on both sides: what is looked at here is memory. */
const PLENTY = { userPerMinute: 1e9, projectPerMinute: 1e9, projectPerDay: 1e9 }

const microsoft = (folder: string): Promise<BenchLab<BareLab>> =>
  startBenchLab({ ...LAB, accounts: accountsOf('contoso.example', folder), tenant: { warm: false } })

/** Messages are read with their page there, so that large ones wait in files to be written. */
const google = (folder: string): Promise<BenchLab<BareLab>> =>
  startGmailBench({
    ...LAB,
    accounts: accountsOf('fabrikam.example', folder).map((account, nth) => ({ ...account, admin: nth === 0 })),
    source: { limits: PLENTY },
    workspace: { limits: PLENTY, warm: false },
  })

async function run(): Promise<readonly Row[]> {
  const folder = await mkdtemp(join(tmpdir(), 'offramp-large-'))
  try {
    await writeLarge(join(folder, '0.eml'), MEGABYTES * 1e6)
    for (let nth = 1; nth < EACH; nth++) await link(join(folder, '0.eml'), join(folder, `${nth}.eml`))
    return [...(await measured('Microsoft', await microsoft(folder))), ...(await measured('Gmail', await google(folder)))]
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function measured(from: string, bench: BenchLab<BareLab>): Promise<readonly Row[]> {
  try {
    const passed = await bench.pass(1)
    if (passed.arrived !== ACCOUNTS * EACH) throw new Error(`${passed.arrived} of ${ACCOUNTS * EACH} large messages arrived.`)
    const [memory] = passed.memory
    if (memory === undefined) throw new Error('No worker was looked at.')
    const what = `${from}: ${ACCOUNTS * EACH} messages of ${MEGABYTES} MB, 4 mailboxes at once`
    return [
      { bench: 'large-messages', what, value: rate(passed.arrived, passed.bytes, passed.seconds), facts: { seconds: passed.seconds } },
      {
        bench: 'large-messages',
        what: `${what}: peak RSS of the worker`,
        value: megabytes(memory.peak),
        aim: 'at most 350 MB',
        met: memory.peak <= MOST_RSS,
        facts: { peak: memory.peak, growth: memory.growth },
      },
    ]
  } finally {
    await bench.close()
  }
}

export const largeMessages: Bench = { name: 'large-messages', about: 'Memory of a worker that moves large messages.', run }
