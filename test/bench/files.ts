import { readFileSync } from 'node:fs'
import type { DriveSeed } from '@offramp/emulators'
import { Agent, fetch as fetchWith } from 'undici'
import type { Lab } from '../lab/lab.ts'
import { readSecret } from '../lab/tenant-process.ts'
import { haveApache } from '../servers/apache.ts'
import { type BenchLab, type PassResult, startBenchLab } from './bench-lab.ts'
import { apache, LOGIN, nextcloud, type Place } from './file-places.ts'
import { type Ends, rcloneCopy } from './rclone-copy.ts'
import { type Bench, megabytes, type Row } from './row.ts'
import { familyCpu, reapedCpu } from './watch-process.ts'

const SMALL = Number(process.env['OFFRAMP_BENCH_FILES'] ?? 10_000)
const LARGE = Number(process.env['OFFRAMP_BENCH_LARGE_FILES'] ?? 20)
const LARGE_BYTES = Number(process.env['OFFRAMP_BENCH_LARGE_MB'] ?? 500) * 1_000_000
const UNCHANGED = Number(process.env['OFFRAMP_BENCH_UNCHANGED'] ?? 100_000)
const PER_FOLDER = Number(process.env['OFFRAMP_BENCH_PER_FOLDER'] ?? 200)

const PERSON = 'person-1@contoso.example'
/** As nobody's quota is: what is measured is how fast the programs are, not how patient. */
const UNITS = 100_000_000

/** What peers are called with. The second is the fastest of several that were tried: more of either made it slower here. */
const PEERS = [
  { name: 'rclone', flags: [] },
  { name: 'rclone --transfers 32 --checkers 32', flags: ['--transfers', '32', '--checkers', '32', '--onedrive-chunk-size', '10M'] },
] as const

const labFor = (place: Place, drive: DriveSeed): Promise<BenchLab<Lab>> =>
  startBenchLab({
    accounts: [{ address: PERSON, drive: { lies: false, ...drive } }],
    tenant: {
      driveLimits: { unitsPerMinute: UNITS, unitsPerDay: UNITS },
      // rclone 1.60 sends its token along to where the bytes are.
      driveQuirks: { staleEvery: 0, repeatEvery: 0, lateFolderEvery: 0, tokenAtDownloads: 'ignored' },
    },
    cloud: {
      url: place.url,
      passwords: { [LOGIN]: place.password },
      destination: { kind: 'webdav', connectionsPerAccount: 16, connections: 32 },
    },
    source: { limits: { files: { unitsPerMinute: UNITS, unitsPerDay: UNITS, concurrent: 32 } } },
    settings: { workloads: ['file'] },
  })

/** A token as any program gets one. */
async function tokenOf({ tenant }: Lab): Promise<string> {
  const form = new URLSearchParams({
    grant_type: 'client_credentials',
    client_id: tenant.clientId,
    client_secret: await readSecret(tenant),
    scope: 'https://graph.microsoft.com/.default',
  })
  const dispatcher = new Agent({ connect: { ca: readFileSync(tenant.caPath) } })
  const url = `${new URL(tenant.loginUrl).origin}/${tenant.tenantId}/oauth2/v2.0/token`
  const answer = await fetchWith(url, { method: 'POST', body: form, dispatcher })
  const { access_token: token } = (await answer.json()) as { readonly access_token: string }
  await dispatcher.close()
  return token
}

interface Sort {
  readonly bench: string
  readonly what: string
  readonly drive: DriveSeed
  readonly files: number
  readonly aims: readonly [number, number]
  says(seconds: number, bytes: number): string
}

const MANY: Sort = {
  bench: 'many-files',
  what: `${SMALL.toLocaleString('en')} files of 1 to 100 kB`,
  drive: { files: SMALL, sizes: [1_000, 100_000], perFolder: 40 },
  files: SMALL,
  aims: [3, 1],
  says: (seconds, bytes) => `${(SMALL / seconds).toFixed(0)} files/s, ${(bytes / seconds / 1e6).toFixed(1)} MB/s`,
}

const HUGE: Sort = {
  bench: 'large-files',
  what: `${LARGE} files of ${megabytes(LARGE_BYTES)}`,
  drive: { files: LARGE, sizes: [LARGE_BYTES, LARGE_BYTES], perFolder: LARGE },
  files: LARGE,
  aims: [1, 1],
  says: (seconds, bytes) => `${(bytes / seconds / 1e6).toFixed(0)} MB/s`,
}

async function checked(place: Place, sort: Sort, who: string): Promise<number> {
  const { files, bytes } = await place.count()
  if (files !== sort.files) throw new Error(`${who} moved ${files} of ${sort.files} files to ${place.name}.`)
  return bytes
}

/** Seconds of processor time. */
interface Spent {
  readonly mover: number
  readonly tenant: number
  readonly server: number
}

interface Outcome {
  readonly seconds: number
  readonly spent: Spent
  readonly bytes: number
  readonly pass?: PassResult
  readonly requests?: number
}

async function offramp(start: () => Promise<Place>, sort: Sort): Promise<Outcome> {
  const place = await start()
  try {
    await using stack = new AsyncDisposableStack()
    const bench = await labFor(place, sort.drive)
    stack.defer(() => bench.close())
    const before = (await bench.lab.tenant.stats()).requests
    const idle = place.cpu()
    const pass = await bench.pass(1)
    const spent = { mover: pass.cpu, tenant: pass.tenantCpu, server: place.cpu() - idle }
    const requests = (await bench.lab.tenant.stats()).requests - before
    return { seconds: pass.seconds, bytes: await checked(place, sort, 'Offramp'), pass, requests, spent }
  } finally {
    await place.stop()
  }
}

async function rclone(start: () => Promise<Place>, sort: Sort, flags: readonly string[]): Promise<Outcome> {
  const place = await start()
  try {
    await using stack = new AsyncDisposableStack()
    const bench = await labFor(place, sort.drive)
    stack.defer(() => bench.close())
    const { lab } = bench
    const { id } = await lab.tenant.drive(PERSON).about()
    const ends: Ends = {
      graphUrl: lab.tenant.graphUrl,
      ca: readFileSync(lab.tenant.caPath, 'utf8'),
      token: await tokenOf(lab),
      driveId: id,
      url: place.folderUrl,
      user: LOGIN,
      password: place.password,
      vendor: place.vendor,
    }
    const spentBy = () => ({ mover: reapedCpu(), tenant: familyCpu(lab.tenant.pid), server: place.cpu() })
    const before = spentBy()
    const seconds = await rcloneCopy(ends, flags)
    const after = spentBy()
    const spent = { mover: after.mover - before.mover, tenant: after.tenant - before.tenant, server: after.server - before.server }
    return { seconds, spent, bytes: await checked(place, sort, 'rclone') }
  } finally {
    await place.stop()
  }
}

/** The mover, the tenant and the server. On a machine that others use too it says more than the time. */
const sayCpu = ({ mover, tenant, server }: Spent, files: number): string =>
  `${[mover, tenant, server].map((seconds) => ((seconds / files) * 1e3).toFixed(1)).join(' + ')} ms a file`

async function compared(name: string, start: () => Promise<Place>, sort: Sort): Promise<readonly Row[]> {
  const ours = await offramp(start, sort)
  const memory = ours.pass?.memory[0]
  const what = `${name}, ${sort.what}`
  const rows: Row[] = [
    { bench: sort.bench, what: `${what}: Offramp, 1 worker`, value: sort.says(ours.seconds, ours.bytes), facts: { seconds: ours.seconds } },
    {
      bench: sort.bench,
      what: `${what}: the worker's memory at most; its growth`,
      value: `${megabytes(memory?.peak ?? 0)}; ${(memory?.growth ?? 1).toFixed(2)}`,
      aim: 'at most 350 MB, flat',
      met: (memory?.peak ?? 0) <= 350e6,
    },
    {
      bench: sort.bench,
      what: `${what}: asked of the source; processor time`,
      value: `${((ours.requests ?? 0) / sort.files).toFixed(2)} requests; ${sayCpu(ours.spent, sort.files)}`,
    },
  ]
  for (const [nth, { name: peer, flags }] of PEERS.entries()) {
    const theirs = await rclone(start, sort, flags)
    const [ratio, aim] = [theirs.seconds / ours.seconds, sort.aims[nth] ?? 1]
    rows.push({
      bench: sort.bench,
      what: `${what}: ${peer}`,
      value: `${sort.says(theirs.seconds, theirs.bytes)}; ${sayCpu(theirs.spent, sort.files)}`,
      ratio,
      aim: `at least ${aim}`,
      met: ratio >= aim,
      facts: { seconds: theirs.seconds },
    })
  }
  return rows
}

/** Nothing has changed at the source: what a pass over it costs. */
async function unchanged(): Promise<readonly Row[]> {
  const place = await nextcloud()
  try {
    await using stack = new AsyncDisposableStack()
    const bench = await labFor(place, { files: UNCHANGED, sizes: [100, 1_000], perFolder: PER_FOLDER })
    stack.defer(() => bench.close())
    const asked = async () => (await bench.lab.tenant.stats()).requests
    const first = await bench.pass(1)
    const before = await asked()
    const { seconds, memory } = await bench.pass(1)
    const what = `${UNCHANGED.toLocaleString('en')} unchanged files`
    const peak = Math.max(...first.memory.map((each) => each.peak), ...memory.map((each) => each.peak))
    return [
      {
        bench: 'unchanged-files',
        what: `${what}: first pass`,
        value: `${(UNCHANGED / first.seconds).toFixed(0)} files/s`,
        facts: { seconds: first.seconds },
      },
      {
        bench: 'unchanged-files',
        what: `${what}: a pass that finds nothing`,
        value: `${seconds.toFixed(1)} s, ${(await asked()) - before} requests`,
      },
      {
        bench: 'unchanged-files',
        what: `${what}: the worker's memory at most`,
        value: megabytes(peak),
        aim: 'at most 350 MB',
        met: peak <= 350e6,
      },
    ]
  } finally {
    await place.stop()
  }
}

const both = async (sort: Sort): Promise<readonly Row[]> => [
  ...(await compared('Nextcloud (emulated)', nextcloud, sort)),
  ...(haveApache() ? await compared('Apache mod_dav', apache, sort) : []),
]

const WAY = 'out of an emulated OneDrive into an emulated Nextcloud and into Apache mod_dav, beside rclone on the same ends'

export const manyFiles: Bench = { name: 'many-files', about: `${MANY.what} ${WAY}.`, run: () => both(MANY) }

export const largeFiles: Bench = { name: 'large-files', about: `${HUGE.what} ${WAY}.`, run: () => both(HUGE) }

export const unchangedFiles: Bench = {
  name: 'unchanged-files',
  about: 'Files of an emulated OneDrive that have moved: what a pass costs in which nothing has changed.',
  run: unchanged,
}
