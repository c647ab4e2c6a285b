import { encodeName, FileTree, fastClock, LedgerStore, MemoryGate, memoryFiles, memoryLedger } from '@offramp/conformance'
import { silentLog } from '@offramp/core'
import { type GoogleDriveAct, startWorkspace } from '@offramp/emulators'
import { turn, verify } from '@offramp/engine'
import { afterEach, expect, test } from 'vitest'
import { googleSource } from './endpoint.ts'
import { ADMIN, ANNA, call, settingsFor, userOf } from './testing/workspace-lab.ts'

const LIMITS = { pageItems: 40, windowItems: 8, windowBytes: 8 * 2 ** 20, sliceMs: 20_000, putMs: 30_000 }
const LANE = 'anna-file'

const open: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const end of open.splice(0).reverse()) await end()
})

const ACTS: readonly GoogleDriveAct[] = [
  'add-file',
  'edit-file',
  'rename-file',
  'move-file',
  'trash-file',
  'move-folder',
  'rename-folder',
  'edit-document',
]

async function lab() {
  const clock = fastClock(20)
  const workspace = await startWorkspace({
    seed: 12,
    accounts: [
      { address: ADMIN, admin: true },
      { address: ANNA, files: { files: 120, folders: 25, documents: 12, hostile: true } },
    ],
    now: clock.now,
    limits: { raceMs: 5_000 },
    quirks: { emptyPageEvery: 3 },
  })
  open.push(() => workspace.stop())
  const gate = new MemoryGate(clock, { patienceMs: 600_000, ticketMs: 3_600_000 })
  const endpoint = googleSource(settingsFor(workspace), { clock, log: silentLog, gate })
  open.push(async () => endpoint.close?.())
  const tree = new FileTree()
  const destination = memoryFiles(tree)
  const ledger = memoryLedger(new LedgerStore(), { clock })

  async function leased<T>(work: (lease: NonNullable<Awaited<ReturnType<typeof ledger.lease>>>) => Promise<T>): Promise<T> {
    const lease = await ledger.lease(LANE, 'test', 36_000_000)
    if (!lease) throw new Error('no lease')
    return work(lease).finally(() => lease.release())
  }

  async function pass(number: number): Promise<void> {
    for (;;) {
      const source = await endpoint.connect(userOf(ANNA), 'file')
      const request = { source, destination, ledger, pass: number, limits: LIMITS, clock, report: () => undefined }
      const end = await leased((lease) => turn({ ...request, lease }, call)).finally(() => source.close?.())
      if (end.state === 'done') return
      if (end.state === 'halted') throw end.fault
      if (end.state === 'wait') await clock.sleep(Math.max(0, end.until - clock.now()), {})
    }
  }

  async function balance() {
    const source = await endpoint.connect(userOf(ANNA), 'file')
    const request = { source, destination, ledger, lane: LANE, sample: 0.2, report: () => undefined }
    return leased((lease) => verify(request, lease, call)).finally(() => source.close?.())
  }
  return { workspace, drive: workspace.drive(ANNA), tree, pass, balance, ledger }
}

const NAMED = new Set(['evil.exe', 'locked.pdf', 'encrypted.bin', 'up again', 'dangling'])

test('all is moved while its owner works and the network is bad', async () => {
  const { workspace, drive, tree, pass, balance, ledger } = await lab()
  await workspace.scenario({ mailbox: ANNA, steps: ACTS.map((act, at) => ({ every: 7 + at, act, times: 6 })) })
  await workspace.faults.add({ when: { probability: 0.03 }, effect: { kind: 'reset', afterBytes: 300 } })
  await workspace.faults.add({ when: { probability: 0.02 }, effect: { kind: 'status', status: 503, body: 'html' } })
  await workspace.faults.add({ path: 'alt=media', when: { probability: 0.1 }, effect: { kind: 'truncate', bytes: 500 } })
  await pass(1)
  // And once more, when all of it had been copied.
  await workspace.scenario({
    mailbox: ANNA,
    seed: 2,
    method: 'changes.list',
    steps: ACTS.map((act, at) => ({ every: 2 + (at % 3), act, times: 4 })),
  })
  await pass(2)
  await workspace.faults.clear()
  // Its owner acts by the number of requests, of which a quiet pass makes few.
  for (let number = 3; number <= 24; number++) await pass(number)
  // A younger folder of a name bears a print of its id.
  const plain = (path: string): string => path.replaceAll(/ \([0-9a-f]{8}\)(?=\/|$)/g, '')
  const bodies = new Set(
    tree
      .folders()
      .flatMap(({ path, files }) => [...files.values()].map(({ body }) => `${plain(path)} ${Buffer.from(body).toString('base64')}`)),
  )
  const missing: string[] = []
  const truth = (await drive.files()).filter(({ trashed, sha256, name }) => !trashed && sha256 !== undefined && !NAMED.has(name))
  for (const { id, name, path, orphan } of truth) {
    const home = orphan ? ['_Orphaned'] : path
    if (!bodies.has(`${home.map(encodeName).join('/')} ${await drive.bytes(id)}`)) missing.push(`${home.join('/')}/${name}`)
  }
  expect(missing).toEqual([])
  expect(truth.length).toBeGreaterThan(140)
  expect(await ledger.tally(LANE)).toMatchObject({ failed: 0, intended: 0 })
  const { collections, exceptions } = await balance()
  expect(collections.filter(({ remainder }) => remainder !== 0)).toEqual([])
  expect(exceptions.filter(({ kind: sort }) => !['skipped', 'lessened', 'left'].includes(sort))).toEqual([])
  // What was deleted at the source stands in the folder that it had, whatever became of that: such a folder stays, and is named. No other does.
  const isFull = (at: string): boolean => tree.folders().some(({ path, files }) => `${path}/`.startsWith(`${at}/`) && files.size > 0)
  for (const { kind: sort, collection } of exceptions)
    if (sort === 'left') expect([collection, isFull(collection)]).toEqual([collection, true])
  // Its owner reads names, in the ledger and in the report.
  const skipped: (string | undefined)[] = []
  for await (const { label } of ledger.scan(LANE, ['rejected'])) skipped.push(label)
  expect(skipped.filter((label) => label === undefined)).toEqual([])
  expect(skipped).toEqual(expect.arrayContaining(['evil.exe', 'locked.pdf', 'encrypted.bin']))
  expect(await workspace.violations()).toEqual([])
})
