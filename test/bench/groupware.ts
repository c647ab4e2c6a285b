import type { Lab } from '../lab/lab.ts'
import { type Cyrus, cyrusProblem, firstLogin, startCyrus } from '../servers/cyrus.ts'
import { startRadicale } from '../servers/radicale.ts'
import { rawDav } from '../servers/raw-dav.ts'
import { barePut, type PutTarget } from './bare-put.ts'
import type { Prepared } from './bare-writer.ts'
import { type BenchLab, startBenchLab } from './bench-lab.ts'
import { benchCard, benchEvent } from './dav-items.ts'
import { moveFromMemory } from './memory-path.ts'
import type { Bench, Row } from './row.ts'

/** Of each sort, over all accounts. */
const ITEMS = Number(process.env['OFFRAMP_BENCH_ITEMS'] ?? 2_000)

const ACCOUNTS = 4

/** As many as Offramp opens for an account. */
const CONNECTIONS = 4

const NAME = 'groupware'

type Sort = 'event' | 'contact'

const PLURAL: Readonly<Record<Sort, string>> = { event: 'events', contact: 'cards' }

/** A server with an account for each login. */
interface Place {
  readonly name: string
  readonly url: string
  readonly passwords: Readonly<Record<string, string>>
  /** Path of what holds the account's collections. */
  home(login: string, sort: Sort): string
  stop(): Promise<void>
}

const ADDRESSES = Array.from({ length: ACCOUNTS }, (_, nth) => `person-${nth + 1}@contoso.example`)

const loginOf = (address: string): string => `${address.split('@')[0]}@example.test`

async function radicale(): Promise<Place> {
  const server = await startRadicale({ users: Object.fromEntries(ADDRESSES.map((address) => [loginOf(address), 'secret'])) })
  return { name: 'Radicale', url: server.url, passwords: server.users, home: (login) => `/${login}/`, stop: server.stop }
}

async function cyrus(): Promise<Place> {
  const users = Object.fromEntries(ADDRESSES.map((_, nth) => [`person${nth + 1}`, 'secret']))
  const server: Cyrus = await startCyrus({ users, dav: {} })
  for (const login of Object.keys(users)) await firstLogin(server, login)
  return {
    name: 'Cyrus',
    url: `http://127.0.0.1:${server.httpPort}/`,
    passwords: users,
    home: (login, sort) => `/dav/${sort === 'event' ? 'calendars' : 'addressbooks'}/user/${login}/`,
    stop: server.stop,
  }
}

const CARDS =
  '<?xml version="1.0"?><d:mkcol xmlns:d="DAV:" xmlns:c="urn:ietf:params:xml:ns:carddav"><d:set><d:prop><d:resourcetype><d:collection/><c:addressbook/></d:resourcetype></d:prop></d:set></d:mkcol>'

/** The same bytes, over as many connections, into a collection of their own. Seconds. */
async function bare(place: Place, sort: Sort, all: readonly Prepared[]): Promise<number> {
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
  const seconds = await barePut(targets, CONNECTIONS)
  await sweep(place, sort, all)
  return seconds
}

/** Takes every collection away that may be. */
async function sweep(place: Place, sort: Sort, all: readonly Prepared[]): Promise<void> {
  for (const { login } of all) {
    const raw = rawDav({ url: place.url, user: login, pass: place.passwords[login] ?? '' })
    for (const { path } of await raw.collections(place.home(login, sort))) await raw.send('DELETE', path)
  }
}

const said = (sort: Sort, seconds: number, items: number): string => `${(items / seconds).toFixed(0)} ${PLURAL[sort]}/s`

const compared = (what: string, { sort, seconds, best, items }: { sort: Sort; seconds: number; best: number; items: number }): Row => ({
  bench: NAME,
  what,
  value: said(sort, seconds, items),
  ratio: best / seconds,
  aim: 'at least 0.7',
  met: best / seconds >= 0.7,
  facts: { seconds },
})

const bareRow = (what: string, sort: Sort, { seconds, items }: { seconds: number; items: number }): Row => ({
  bench: NAME,
  what,
  value: said(sort, seconds, items),
  facts: { seconds },
})

const MAKE = { event: benchEvent, contact: benchCard } as const

/** Offramp's own part: engine, ledger, gate and connector, with everything in memory at the source. */
async function fromMemory(place: Place, bench: BenchLab<Lab>, sort: Sort): Promise<readonly Row[]> {
  const each = Math.ceil(ITEMS / ACCOUNTS)
  const all = Object.keys(place.passwords).map((login) => ({
    login,
    bodies: Array.from({ length: each }, (_, n) => MAKE[sort](login, n)),
  }))
  const items = each * ACCOUNTS
  // The first writing after a start pays for the server's own warming up, whoever writes.
  await bare(
    place,
    sort,
    all.map((one) => ({ ...one, bodies: one.bodies.slice(0, 50) })),
  )
  const best = await bare(place, sort, all)
  const seconds = await moveFromMemory(bench, all, { kind: sort, naturalKey: (login, nth) => `${sort}-${nth}-${login}` })
  await sweep(place, sort, all)
  const what = `${place.name}, ${PLURAL[sort]}`
  return [
    bareRow(`${what}: bare writer, one PUT each`, sort, { seconds: best, items }),
    compared(`${what}: source in memory -> engine, ledger, DAV / bare`, { sort, seconds, best, items }),
  ]
}

/** Out of the emulated tenant through a worker; then the bare writer puts what has come to stand there. */
async function wholePath(place: Place, bench: BenchLab<Lab>, sort: Sort): Promise<readonly Row[]> {
  const tenant = async () => (await bench.lab.tenant.stats()).requests
  const before = await tenant()
  const { seconds, arrived, cpu } = await bench.pass(1)
  const asked = (await tenant()) - before
  const all: Prepared[] = []
  for (const login of Object.keys(place.passwords)) {
    const raw = rawDav({ url: place.url, user: login, pass: place.passwords[login] ?? '' })
    all.push({ login, bodies: (await raw.peek(place.home(login, sort))).map(({ body }) => Buffer.from(body)) })
  }
  const items = all.reduce((sum, { bodies }) => sum + bodies.length, 0)
  if (items !== arrived) throw new Error(`${arrived} items have arrived, and ${items} stand there.`)
  await sweep(place, sort, all)
  const best = await bare(place, sort, all)
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

async function measured(start: () => Promise<Place>, whole: boolean): Promise<readonly Row[]> {
  const place = await start()
  const rows: Row[] = []
  try {
    for (const sort of ['event', 'contact'] as const) {
      await using stack = new AsyncDisposableStack()
      const bench = await labOf(place, sort, whole)
      stack.defer(() => bench.close())
      rows.push(...(await fromMemory(place, bench, sort)))
      if (whole) rows.push(...(await wholePath(place, bench, sort)))
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
