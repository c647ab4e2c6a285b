import { fastClock, LedgerStore, MemoryGate, memoryLedger } from '@offramp/conformance'
import { type Progress, silentLog } from '@offramp/core'
import { startTenant } from '@offramp/emulators'
import { type TurnEnd, turn } from '@offramp/engine'
import { microsoftSource } from '@offramp/microsoft'
import { afterEach, expect, test } from 'vitest'
import { openFilesDesk, soonPut } from '../servers/files-desk.ts'

const ANNA = 'anna@contoso.example'
const LANE = 'anna-files'
const SIZE = 250_000_000_000
/** As it is cut: 10,000 parts is the most that Nextcloud takes. */
const PART = 25_000_000
/** Parts that are still missing when it is gone on with. */
const MISSING = 5

const open: { close(): Promise<void> }[] = []
afterEach(async () => {
  for (const each of open.splice(0).reverse()) await each.close()
})

/** Anna's OneDrive with one sparse file without a checksum, and the account on a Nextcloud with object storage to which it goes. */
async function lab(size = SIZE) {
  const clock = fastClock(30)
  const tenant = await startTenant({ seed: 11, now: clock.now, limits: { raceMs: 5_000 }, accounts: [{ address: ANNA }] })
  const desk = await openFilesDesk({ quirks: { chunking: 'v2' } })
  const endpoint = microsoftSource(
    {
      name: 'contoso',
      tenantId: tenant.tenantId,
      clientId: tenant.clientId,
      auth: { secret: async () => tenant.clientSecret },
      graphUrl: tenant.graphUrl,
      loginUrl: tenant.loginUrl,
      ca: tenant.ca,
    },
    { clock, log: silentLog, gate: new MemoryGate(clock, { patienceMs: 600_000, ticketMs: 3_600_000 }) },
  )
  open.push(tenant, desk, { close: async () => endpoint.close?.() })
  const drive = tenant.drive(ANNA)
  const folder = await drive.addFolder('Machines', null)
  const file = await drive.addFile('disk.vhdx', folder, { seed: 'zeros', size })
  const ledger = memoryLedger(new LedgerStore(), { clock })
  const account = await endpoint.account(ANNA, soonPut())
  if (account === undefined) throw new Error('no account')

  /** One turn, as a worker takes it: source and destination connected anew. */
  async function work(
    tell: (progress: Progress) => void = () => undefined,
    signal = AbortSignal.timeout(100_000),
    { troubles = 0, putMs = 1_800_000 } = {},
  ): Promise<TurnEnd> {
    const lease = await ledger.lease(LANE, 'worker', 3_600_000)
    if (!lease) throw new Error('no lease')
    const source = await endpoint.connect(account ?? never(), 'file')
    const destination = await desk.again()
    // A minute of this clock that runs thirty times as fast: a busy machine takes seconds for a listing of 10,000 parts.
    const limits = { pageItems: 40, windowItems: 12, windowBytes: 8 * 2 ** 20, sliceMs: 3_600_000, putMs }
    const end = await turn({ source, destination, ledger, lease, pass: 1, limits, clock, report: tell, troubles }, { signal })
    await lease.release()
    return end
  }

  const files = desk.cloud.user('anna').files
  /** Begins it, and stops once a part has arrived. Gives the name of the upload that stands there. */
  async function begin(): Promise<string> {
    const stop = new AbortController()
    const end = await work(({ doing }) => doing?.includes('large file') && stop.abort(), stop.signal)
    expect(end.state).toBe('more')
    // Beside it stands what is noted of it.
    const upload = (await files.uploads()).find(({ chunks }) => chunks.some(({ size }) => size > 0))
    expect(upload?.chunks[0]).toMatchObject({ size: PART })
    return upload?.id ?? ''
  }

  return { tenant, desk, drive, file, ledger, files, work, begin }
}

const never = (): never => {
  throw new Error('not reached')
}

test('a file of 250 GB without a checksum is gone on with in its middle: nothing of it is read or sent again', async () => {
  const { tenant, desk, ledger, files, work, begin } = await lab()
  const id = await begin()
  // What a worker would have sent in some hours.
  await files.leave(id, PART, SIZE / PART - MISSING)
  const before = tenant.stats().byKind['download'] ?? 0
  const memory = process.memoryUsage().rss
  let [most, told] = [0, '']
  const end = await work(({ doing }) => {
    most = Math.max(most, process.memoryUsage().rss)
    if (doing?.includes('large file')) told = doing
  })
  expect(end.state).toBe('done')
  expect(told).toBe('Machines: 250.0 GB of 250.0 GB of a large file')
  expect(await files.tree()).toContainEqual(expect.objectContaining({ path: 'Machines/disk.vhdx', size: SIZE }))
  expect(await files.uploads()).toEqual([])
  expect(await ledger.tally(LANE)).toMatchObject({ arrived: 1, failed: 0, intended: 0 })
  // One reading of what was missing, and one at each of the places that are compared.
  expect((tenant.stats().byKind['download'] ?? 0) - before).toBe(1 + 32)
  expect(most - memory).toBeLessThan(300 * 2 ** 20)
  expect([tenant.violations(), await desk.cloud.violations()]).toEqual([[], []])
})

test('a line that breaks in every fifth part blames nobody: the same pass brings the file, and no part of it twice', async () => {
  const size = 300_000_000
  const { desk, ledger, files, work } = await lab(size)
  const cuts = 8
  await desk.cloud.faults.add({
    method: 'PUT',
    path: '/uploads/',
    when: { every: 5 },
    times: cuts,
    effect: { kind: 'cut', afterBytes: 1_000_000 },
  })
  // What was cut may arrive late, for so long: ten seconds here.
  const putMs = 300_000
  let [broken, end] = [0, await work(undefined, undefined, { putMs })]
  const part = Math.max(...(await files.uploads()).flatMap(({ chunks }) => chunks.map((one) => one.size)))
  for (; end.state === 'wait' && broken < 20; end = await work(undefined, undefined, { troubles: broken, putMs })) {
    expect(end).toMatchObject({ trouble: true, gotOn: true })
    expect((await ledger.tally(LANE)).failed).toBe(0)
    broken++
  }
  expect(end.state).toBe('done')
  expect(broken).toBeGreaterThan(cuts / 4)
  expect(await files.tree()).toContainEqual(expect.objectContaining({ path: 'Machines/disk.vhdx', size }))
  expect(await files.uploads()).toEqual([])
  expect(await ledger.tally(LANE)).toMatchObject({ arrived: 1, failed: 0, intended: 0 })
  // And what is noted of the upload, and that it is asked for to be put together.
  expect((await desk.cloud.stats()).requests['PUT uploads']).toBe(Math.ceil(size / part) + cuts + 2)
  expect(await desk.cloud.violations()).toEqual([])
})

test('parts of it that are not what the source has are found, and no file of them stays', async () => {
  const { drive, file, files, work, begin } = await lab()
  await drive.edit(file, { seed: 'not zeros', size: SIZE })
  await files.leave(await begin(), PART, SIZE / PART - MISSING)
  const stop = new AbortController()
  const told: string[] = []
  // It begins anew then, which is not waited for.
  const end = await work(({ doing }) => {
    const at = / ([\d.]+ [MG]B) of 250/.exec(doing ?? '')?.[1]
    if (at !== undefined) told.push(at)
    if (at?.endsWith('MB')) stop.abort()
  }, stop.signal)
  expect(end.state).toBe('more')
  expect([told[0], told.at(-1)]).toEqual([expect.stringMatching(/GB$/), expect.stringMatching(/MB$/)])
  expect((await files.tree()).filter(({ kind }) => kind === 'file')).toEqual([])
})
