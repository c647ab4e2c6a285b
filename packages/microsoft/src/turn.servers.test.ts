import { createHash } from 'node:crypto'
import { fastClock, LedgerStore, Mailbox, MemoryGate, memoryDestination, memoryLedger } from '@offramp/conformance'
import { type Log, silentLog } from '@offramp/core'
import { type EmulatedTenant, startTenant } from '@offramp/emulators'
import { type TurnEnd, turn } from '@offramp/engine'
import { afterEach, expect, test } from 'vitest'
import { microsoftSource } from './endpoint.ts'
import { settingsFor } from './testing/tenant-lab.ts'

const ANNA = 'anna@contoso.example'
const call = { signal: new AbortController().signal }
const LIMITS = { pageItems: 40, windowItems: 12, windowBytes: 8 * 2 ** 20, sliceMs: 60_000, putMs: 30_000 }

const open: { close?(): Promise<void> }[] = []
afterEach(async () => {
  for (const each of open.splice(0).reverse()) await each.close?.()
})

/** The engine moves Anna's mail from an emulated tenant into memory; `pass` runs one pass to its end. */
async function lab(accounts: Parameters<typeof startTenant>[0]['accounts'], quirks = {}) {
  const clock = fastClock(20)
  const tenant = await startTenant({
    seed: 11,
    accounts,
    now: clock.now,
    limits: { raceMs: 5_000 },
    quirks: { regenerateMime: false, ...quirks },
  })
  const log: Log = silentLog
  const endpoint = microsoftSource(settingsFor(tenant), {
    clock,
    log,
    gate: new MemoryGate(clock, { patienceMs: 600_000, ticketMs: 3_600_000 }),
  })
  open.push(tenant, endpoint)
  const account = await endpoint.account(ANNA, call)
  if (!account) throw new Error('no account')
  const mailbox = new Mailbox()
  const destination = memoryDestination(mailbox)
  const ledger = memoryLedger(new LedgerStore(), { clock })
  const ends: TurnEnd['state'][] = []

  async function pass(number: number): Promise<void> {
    for (;;) {
      const lease = await ledger.lease('anna-mail', 'test', 3_600_000)
      if (!lease || !account) throw new Error('no lease')
      const source = await endpoint.connect(account, 'mail')
      const end = await turn({ source, destination, ledger, lease, pass: number, limits: LIMITS, clock, report: () => undefined }, call)
      await lease.release()
      ends.push(end.state)
      if (end.state === 'done') return
      if (end.state === 'halted') throw end.fault
      if (end.state === 'wait') await clock.sleep(Math.max(0, end.until - clock.now()), {})
    }
  }
  return { tenant, mailbox, ledger, pass, ends }
}

const hashOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

/** What stands at the destination: folder and hash. */
const copies = (mailbox: Mailbox): string[] =>
  mailbox
    .folders()
    .flatMap((folder) => [...folder.copies.values()].map((copy) => `${folder.path.join('/')} ${hashOf(copy.body)}`))
    .sort()

/** What should stand there. */
async function wanted(tenant: EmulatedTenant): Promise<string[]> {
  const messages = (await tenant.mailbox(ANNA).messages()).filter((message) => message.folder.length > 0)
  return (
    await Promise.all(messages.map(async (message) => `${message.folder.join('/')} ${await tenant.mailbox(ANNA).hash(message.id)}`))
  ).sort()
}

test('a mailbox is moved whole, while its owner works and the network is bad', async () => {
  const { tenant, mailbox, pass, ledger } = await lab([{ address: ANNA, messages: 250, oddNames: true, poison: ['page'] }])
  tenant.scenario({
    mailbox: ANNA,
    steps: [
      { every: 9, act: 'move', times: 20 },
      { every: 11, act: 'receive', times: 10 },
      { every: 13, act: 'read', times: 10 },
      { every: 17, act: 'delete', times: 5 },
    ],
  })
  const values = '/\\$value$'
  tenant.faults.add({ path: values, when: { probability: 0.03 }, effect: { kind: 'reset', afterBytes: 300 } })
  tenant.faults.add({ path: values, when: { probability: 0.02 }, effect: { kind: 'truncate', bytes: 300 } })
  tenant.faults.add({ path: values, when: { probability: 0.02 }, effect: { kind: 'sign-in-page' } })
  tenant.faults.add({ when: { probability: 0.02 }, effect: { kind: 'status', status: 503, body: 'html' } })
  tenant.faults.add({ when: { every: 150 }, effect: { kind: 'throttle', retryAfter: 5 } })
  await pass(1)
  tenant.faults.clear()
  await pass(2)
  await pass(3)
  // Folders whose names differ in what the memory destination takes for one (twins) end in one place there.
  expect(copies(mailbox)).toEqual(await wanted(tenant))
  expect(await ledger.tally('anna-mail')).toMatchObject({ failed: 0, rejected: 0, intended: 0 })
  expect(tenant.violations()).toEqual([])
})

test('what Microsoft cannot read is rejected by name, and all else is moved', async () => {
  const poison = ['corrupt', 'recipients', 'conversion', 'too-many-open'] as const
  const { tenant, mailbox, pass, ledger } = await lab([{ address: ANNA, messages: 40, poison }])
  await pass(1)
  const sick = (await tenant.mailbox(ANNA).messages()).filter((message) => message.poison !== undefined)
  const rejected: string[] = []
  for await (const entry of ledger.scan('anna-mail', ['rejected'])) rejected.push(entry.id ?? '')
  expect(rejected.sort()).toEqual(sick.map((message) => message.id).sort())
  expect(copies(mailbox).length).toBe(40)
})

test('a full mailbox and one whose changes are forgotten are moved without a double', async () => {
  const { tenant, mailbox, pass } = await lab([{ address: ANNA, messages: 120, overQuota: true }], { expireAfterPages: 1 })
  await pass(1)
  expect(copies(mailbox)).toEqual(await wanted(tenant))
  await tenant.mailbox(ANNA).overQuota(false)
  await pass(2)
  await tenant.mailbox(ANNA).expireDelta()
  await tenant.mailbox(ANNA).add(['Inbox'], Buffer.from('Subject: late\r\n\r\nlate'))
  await pass(3)
  expect(copies(mailbox)).toEqual(await wanted(tenant))
})
