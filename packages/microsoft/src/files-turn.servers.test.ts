import { createHash } from 'node:crypto'
import { FileTree, fastClock, LedgerStore, MemoryGate, memoryFiles, memoryLedger } from '@offramp/conformance'
import { silentLog } from '@offramp/core'
import { type DriveControl, startTenant, type TenantOptions } from '@offramp/emulators'
import { type TurnEnd, turn } from '@offramp/engine'
import { afterEach, expect, test } from 'vitest'
import { microsoftSource } from './endpoint.ts'
import { SITE } from './testing/files-lab.ts'
import { settingsFor } from './testing/tenant-lab.ts'

const ANNA = 'anna@contoso.example'
const call = { signal: new AbortController().signal }
const LIMITS = { pageItems: 40, windowItems: 12, windowBytes: 8 * 2 ** 20, sliceMs: 60_000, putMs: 30_000 }

const open: { close?(): Promise<void> }[] = []
afterEach(async () => {
  for (const each of open.splice(0).reverse()) await each.close?.()
})

/** The engine moves Anna's files, or a site's, from an emulated tenant into a tree in memory. */
async function lab(options: Partial<TenantOptions>, name = ANNA) {
  const clock = fastClock(20)
  const tenant = await startTenant({
    seed: 11,
    accounts: [{ address: ANNA }],
    now: clock.now,
    limits: { raceMs: 5_000 },
    driveLimits: { unitsPerMinute: 20_000 },
    ...options,
  })
  const gate = new MemoryGate(clock, { patienceMs: 600_000, ticketMs: 3_600_000 })
  const settings = { ...settingsFor(tenant), limits: { files: { unitsPerMinute: 20_000 } } }
  const endpoint = microsoftSource(settings, { clock, log: silentLog, gate })
  open.push(tenant, endpoint)
  const account = await endpoint.account(name, call)
  if (!account) throw new Error('no account')
  const tree = new FileTree()
  const destination = memoryFiles(tree)
  const ledger = memoryLedger(new LedgerStore(), { clock })
  const ends: TurnEnd['state'][] = []

  async function pass(number: number): Promise<void> {
    for (let turns = 0; ; turns++) {
      if (turns > 400) throw new Error(`The pass does not end: ${ends.slice(-9).join(' ')}`)
      const lease = await ledger.lease('anna-files', 'test', 3_600_000)
      if (!lease || !account) throw new Error('no lease')
      const source = await endpoint.connect(account, 'file')
      const end = await turn({ source, destination, ledger, lease, pass: number, limits: LIMITS, clock, report: () => undefined }, call)
      await lease.release()
      ends.push(end.state)
      if (end.state === 'done') return
      if (end.state === 'halted') throw end.fault
      if (end.state === 'wait') await clock.sleep(Math.max(0, end.until - clock.now()), {})
    }
  }
  return { tenant, tree, ledger, pass, ends }
}

const hashOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

/** What stands at the destination: path, hash, date. Names are those of the source, encoded as the destination encodes them. */
const copies = (tree: FileTree): string[] =>
  tree
    .folders()
    .flatMap(({ path, files }) => [...files].map(([name, file]) => `${path}/${name} ${hashOf(file.body)} ${file.modifiedAt}`))
    .sort()

const encoded = (name: string): string => name.normalize('NFC').replaceAll('%', '%25').replaceAll('/', '%2F')

async function wanted(drive: DriveControl, top: readonly string[] = []): Promise<string[]> {
  const lines: string[] = []
  for (const file of await drive.files()) {
    if (file.refused) continue
    const path = [...top, ...file.path].map(encoded)
    lines.push(`${path.slice(0, -1).join('/')}/${path.at(-1)} ${await drive.hash(file.id)} ${file.modifiedAt}`)
  }
  return lines.sort()
}

test('a drive is moved whole, while people work in it and the network is bad', async () => {
  const { tenant, tree, pass, ledger } = await lab({
    accounts: [{ address: ANNA, drive: { files: 250, sizes: [0, 60_000], perFolder: 9 } }],
  })
  const drive = tenant.drive(ANNA)
  tenant.scenario({
    mailbox: ANNA,
    kind: 'download',
    steps: [
      { every: 9, act: 'edit-file', times: 12 },
      { every: 11, act: 'add-file', times: 10 },
      { every: 13, act: 'rename-file', times: 8 },
      { every: 17, act: 'move-file', times: 8 },
      { every: 29, act: 'move-dir', times: 4 },
      { every: 31, act: 'rename-dir', times: 4 },
      { every: 37, act: 'delete-file', times: 4 },
    ],
  })
  const bytes = 'download\\.aspx'
  tenant.faults.add({ path: bytes, when: { probability: 0.05 }, effect: { kind: 'reset', afterBytes: 9_000 } })
  tenant.faults.add({ path: bytes, when: { probability: 0.03 }, effect: { kind: 'truncate', bytes: 5_000 } })
  tenant.faults.add({ path: bytes, when: { probability: 0.03 }, effect: { kind: 'sign-in-page' } })
  tenant.faults.add({ path: bytes, when: { probability: 0.03 }, effect: { kind: 'status', status: 401, body: 'empty' } })
  tenant.faults.add({ path: '/drives/', when: { probability: 0.03 }, effect: { kind: 'status', status: 503, body: 'html' } })
  tenant.faults.add({ when: { every: 150 }, effect: { kind: 'throttle', retryAfter: 5 } })
  await pass(1)
  tenant.faults.clear()
  await pass(2)
  await pass(3)
  const there = new Set((await wanted(drive)).map((line) => line.split(' ').at(-2)))
  // What was deleted at the source since it was copied stays.
  expect(copies(tree).filter((line) => there.has(line.split(' ').at(-2)))).toEqual(await wanted(drive))
  expect(await ledger.tally('anna-files')).toMatchObject({ failed: 0, intended: 0 })
  expect(tenant.violations()).toEqual([])
})

test('what cannot be copied is named with its reason, and all else is moved', async () => {
  const { tenant, tree, pass, ledger } = await lab({ accounts: [{ address: ANNA, drive: { hostile: true } }] })
  await pass(1)
  const reasons: string[] = []
  const names: (string | undefined)[] = []
  for await (const { reason, label } of ledger.scan('anna-files', ['rejected'])) {
    reasons.push(reason ?? '')
    names.push(label)
  }
  expect(reasons.sort()).toEqual(['malware', 'no-open-format', 'no-open-format', 'pointer', 'pointer', 'stored-away'])
  // Its owner reads a name, not an id.
  const skipped = (await tenant.drive(ANNA).files()).filter(({ refused }) => refused).map(({ path }) => path.at(-1))
  expect(names.sort()).toEqual(skipped.sort())
  // Twins in case or composition may have another name there; their bytes are all there.
  const hashes = (lines: readonly string[]) => lines.map((line) => line.split(' ').at(-2)).sort()
  expect(hashes(copies(tree))).toEqual(hashes(await wanted(tenant.drive(ANNA))))
  expect(tree.folder('Empty')?.files.size).toBe(0)
  expect(tree.folder('Hostile 100%25/Empty too')?.files.size).toBe(0)
  expect(tenant.violations()).toEqual([])
})

test('all libraries of a site are moved in one lane, and forgotten links double nothing', async () => {
  const libraries = [
    { name: 'Documents', files: 60 },
    { name: 'Archive', files: 30, lies: false },
    { name: 'Style', system: true, files: 3 },
  ]
  const { tenant, tree, pass } = await lab({ sites: [{ name: 'Marketing', libraries }] }, SITE)
  await pass(1)
  const all = async () => [
    ...(await wanted(tenant.drive(SITE, 'Documents'), ['Documents'])),
    ...(await wanted(tenant.drive(SITE, 'Archive'), ['Archive'])),
  ]
  expect(copies(tree)).toEqual((await all()).sort())
  await tenant.drive(SITE, 'Archive').expireDelta()
  await tenant.drive(SITE, 'Archive').addFile('late.txt', null, { base64: 'bGF0ZQ==' })
  const before = tenant.stats().byKind['download']
  await pass(2)
  expect(copies(tree)).toEqual((await all()).sort())
  // Nothing is read again because a link was forgotten.
  expect(tenant.stats().byKind['download']).toBe((before ?? 0) + 1)
  expect(tenant.violations()).toEqual([])
})

test('a file that is changed each time while it is read is listed by its name, and copied in the next pass', async () => {
  const { tenant, tree, pass, ledger } = await lab({})
  const drive = tenant.drive(ANNA)
  await drive.addFile('restless.bin', null, { seed: 'restless', size: 9_000_000 })
  await drive.addFile('calm.bin', null, { seed: 'calm', size: 900 })
  // Each download breaks off, and meanwhile somebody saves it once more.
  tenant.scenario({ mailbox: ANNA, kind: 'download', steps: [{ every: 1, act: 'edit-file', times: 9 }] })
  tenant.faults.add({ path: 'download\\.aspx', effect: { kind: 'reset', afterBytes: 400 } })
  await pass(1)
  const listed: unknown[] = []
  for await (const { reason, label } of ledger.scan('anna-files', ['rejected'])) listed.push([reason, label])
  expect(listed).toEqual(expect.arrayContaining([['changing', 'restless.bin']]))
  tenant.faults.clear()
  // Its owner goes on for a while, once with each download.
  for (let number = 2; number <= 12; number++) await pass(number)
  expect(copies(tree)).toEqual(await wanted(drive))
})
