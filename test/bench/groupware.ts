import type { Lab } from '../lab/lab.ts'
import { cyrusProblem } from '../servers/cyrus.ts'
import { rawDav } from '../servers/raw-dav.ts'
import { barePut, type PutTarget } from './bare-put.ts'
import type { Prepared } from './bare-writer.ts'
import { type BenchLab, startBenchLab } from './bench-lab.ts'
import { benchCard, benchEvent } from './dav-items.ts'
import { cyrus, type Place, radicale, type Sort, sweep } from './groupware-places.ts'
import { moveFromMemory } from './memory-path.ts'
import type { Bench, Row } from './row.ts'
import { familyCpu } from './watch-process.ts'

/** Of each sort, over all accounts. */
const ITEMS = Number(process.env['OFFRAMP_BENCH_ITEMS'] ?? 2_000)

const ACCOUNTS = 4

/** As many as Offramp opens for an account. */
const CONNECTIONS = 4

const NAME = 'groupware'

const PLURAL: Readonly<Record<Sort, string>> = { event: 'events', contact: 'cards' }

const ADDRESSES = Array.from({ length: ACCOUNTS }, (_, nth) => `person-${nth + 1}@contoso.example`)

const loginOf = (address: string): string => `${address.split('@')[0]}@example.test`

/** Further ones of one item each, and one with which everything is warmed up. */
const LOGINS = Array.from({ length: 2 * ACCOUNTS + 1 }, (_, nth) => loginOf(`person-${nth + 1}`))

/** Those that are measured with all items, and the further ones. */
function loginsAt({ passwords }: Place): { readonly full: readonly string[]; readonly ofOne: readonly string[]; readonly warming: string } {
  const all = Object.keys(passwords)
  return { full: all.slice(0, ACCOUNTS), ofOne: all.slice(ACCOUNTS, 2 * ACCOUNTS), warming: all[2 * ACCOUNTS] ?? '' }
}

/** How long something took, and what it cost in seconds of processor time: of this process, of the server, and of Redis. */
interface Spent {
  readonly seconds: number
  readonly own: number
  readonly server: number
  readonly redis: number
}

interface Scene {
  readonly place: Place
  readonly bench: BenchLab<Lab>
  readonly sort: Sort
}

async function spent({ place, bench }: Scene, work: () => Promise<number>): Promise<Spent> {
  const redisPid = bench.lab.redis.pid()
  const own = process.cpuUsage()
  const [server, redis] = [familyCpu(place.pid()), familyCpu(redisPid)]
  const seconds = await work()
  const { user, system } = process.cpuUsage(own)
  return { seconds, own: (user + system) / 1e6, server: familyCpu(place.pid()) - server, redis: familyCpu(redisPid) - redis }
}

const CARDS =
  '<?xml version="1.0"?><d:mkcol xmlns:d="DAV:" xmlns:c="urn:ietf:params:xml:ns:carddav"><d:set><d:prop><d:resourcetype><d:collection/><c:addressbook/></d:resourcetype></d:prop></d:set></d:mkcol>'

/** The same bytes, over as many connections, into a collection of their own. */
async function bare(scene: Scene, all: readonly Prepared[]): Promise<Spent> {
  const { place, sort } = scene
  const targets: PutTarget[] = []
  for (const { login, bodies } of all) {
    const pass = place.passwords[login] ?? ''
    const raw = rawDav({ url: place.url, user: login, pass })
    await raw.meet(place.home(login, sort))
    const path = `${place.home(login, sort)}bare/`
    const made = await (sort === 'event'
      ? raw.send('MKCALENDAR', path)
      : raw.send('MKCOL', path, { body: CARDS, headers: { 'content-type': 'application/xml' } }))
    if (made.status !== 201) throw new Error(`${place.name} did not make ${path}: ${made.status} ${made.text}`)
    targets.push({ url: place.url, login, pass, place: path, kind: sort, bodies })
  }
  const cost = await spent(scene, () => barePut(targets, CONNECTIONS))
  await sweep(place, sort, all)
  return cost
}

const rateOf = (sort: Sort, seconds: number, items: number): string => `${(items / seconds).toFixed(0)} ${PLURAL[sort]}/s`

/** `own 1.87, server 3.98, Redis 0.27 ms`. */
const costOf = ({ own, server, redis }: Spent, items: number): string =>
  `own ${((own / items) * 1e3).toFixed(2)}, server ${((server / items) * 1e3).toFixed(2)}, Redis ${((redis / items) * 1e3).toFixed(2)} ms`

interface Compared {
  readonly sort: Sort
  readonly seconds: number
  readonly best: number
  readonly items: number
}

const compared = (what: string, { sort, seconds, best, items }: Compared): Row => ({
  bench: NAME,
  what,
  value: rateOf(sort, seconds, items),
  ratio: best / seconds,
  aim: 'at least 0.7',
  met: best / seconds >= 0.7,
  facts: { seconds },
})

const bareRow = (what: string, sort: Sort, { seconds, items }: { seconds: number; items: number }): Row => ({
  bench: NAME,
  what,
  value: rateOf(sort, seconds, items),
  facts: { seconds },
})

const costRow = (what: string, cost: Spent, items: number): Row => ({
  bench: NAME,
  what: `${what}: processor time an item`,
  value: costOf(cost, items),
  facts: { ...cost },
})

const MAKE = { event: benchEvent, contact: benchCard } as const

/** Before the first item of each: loading, discovery, collections, canaries. */
const fixedRow = (what: string, cost: Spent): Row => ({
  bench: NAME,
  what: `${what}: four further accounts with an item each`,
  value: `${cost.seconds.toFixed(2)} s; an account ${costOf(cost, ACCOUNTS)}`,
  facts: { ...cost },
})

/** Offramp's own part: engine, ledger, gate and connector, with everything in memory at the source. */
async function fromMemory(scene: Scene): Promise<readonly Row[]> {
  const { place, bench, sort } = scene
  const { full, ofOne, warming } = loginsAt(place)
  const made = (login: string, count: number): Prepared => ({
    login,
    bodies: Array.from({ length: count }, (_, n) => MAKE[sort](login, n)),
  })
  const move = (all: readonly Prepared[]): Promise<Spent> =>
    spent(scene, () => moveFromMemory(bench, all, { kind: sort, naturalKey: (login, nth) => `${sort}-${nth}-${login}` }))
  const each = Math.ceil(ITEMS / ACCOUNTS)
  const items = each * ACCOUNTS
  const all = full.map((login) => made(login, each))
  // The first writing after a start pays for warming up, the server's and the writer's own.
  await bare(
    scene,
    full.map((login) => made(login, 50)),
  )
  await move([made(warming, 50)])
  const best = await bare(scene, all)
  const moved = await move(all)
  await sweep(place, sort, all)
  const fixed = await move(ofOne.map((login) => made(login, 1)))
  const what = `${place.name}, ${PLURAL[sort]}`
  const memory = `${what}: source in memory -> engine, ledger, DAV`
  return [
    bareRow(`${what}: bare writer, one PUT each`, sort, { seconds: best.seconds, items }),
    costRow(`${what}: bare writer`, best, items),
    compared(`${memory} / bare`, { sort, seconds: moved.seconds, best: best.seconds, items }),
    costRow(memory, moved, items),
    fixedRow(memory, fixed),
  ]
}

/** Out of the emulated tenant through a worker; then the bare writer puts what has come to stand there. */
async function wholePath(scene: Scene): Promise<readonly Row[]> {
  const { place, bench, sort } = scene
  const tenant = async () => (await bench.lab.tenant.stats()).requests
  const before = await tenant()
  const { seconds, arrived, cpu } = await bench.pass(1)
  const asked = (await tenant()) - before
  const all: Prepared[] = []
  for (const login of loginsAt(place).full) {
    const raw = rawDav({ url: place.url, user: login, pass: place.passwords[login] ?? '' })
    all.push({ login, bodies: (await raw.peek(place.home(login, sort))).map(({ body }) => Buffer.from(body)) })
  }
  const items = all.reduce((sum, { bodies }) => sum + bodies.length, 0)
  if (items !== arrived) throw new Error(`${arrived} items have arrived, and ${items} stand there.`)
  await sweep(place, sort, all)
  const { seconds: best } = await bare(scene, all)
  const what = `${place.name}, ${PLURAL[sort]} of a tenant`
  return [
    bareRow(`${what}: bare writer, one PUT each`, sort, { seconds: best, items }),
    compared(`${what}: whole path, 1 worker / bare`, { sort, seconds, best, items }),
    {
      bench: NAME,
      what: `${what}: asked of the source; processor time of Offramp`,
      value: `${(asked / items).toFixed(3)} requests, ${((cpu / items) * 1e3).toFixed(1)} ms an item`,
      facts: { requestsAnItem: asked / items, cpuSeconds: cpu },
    },
  ]
}

async function labOf(place: Place, sort: Sort, seeded: boolean): Promise<BenchLab<Lab>> {
  const count = seeded ? Math.ceil(ITEMS / ACCOUNTS) : 0
  return startBenchLab({
    accounts: ADDRESSES.map((address) => ({ address, ...(sort === 'event' ? { events: count } : { contacts: count }) })),
    // The table of mappings wants a password for each account, also where nobody of them moves.
    cloud: {
      url: place.url,
      passwords: { ...Object.fromEntries(ADDRESSES.map((address) => [loginOf(address), '-'])), ...place.passwords },
    },
    settings: { workloads: [sort] },
  })
}

async function measured(start: (logins: readonly string[]) => Promise<Place>, whole: boolean): Promise<readonly Row[]> {
  const place = await start(LOGINS)
  const rows: Row[] = []
  try {
    for (const sort of ['event', 'contact'] as const) {
      await using stack = new AsyncDisposableStack()
      const bench = await labOf(place, sort, whole)
      stack.defer(() => bench.close())
      const scene = { place, bench, sort }
      rows.push(...(await fromMemory(scene)))
      if (whole) rows.push(...(await wholePath(scene)))
    }
    return rows
  } finally {
    await place.stop()
  }
}

const skipped = (problem: string): readonly Row[] => [{ bench: NAME, what: 'Cyrus', value: `not measured: ${problem}` }]

export const groupware: Bench = {
  name: NAME,
  about:
    'Events and cards into Radicale and Cyrus, from memory and out of an emulated tenant, beside a bare writer that PUTs the same bytes.',
  run: async () => {
    const problem = cyrusProblem()
    return [...(await measured(radicale, true)), ...(problem === undefined ? await measured(cyrus, false) : skipped(problem))]
  },
}
