import { fastClock, LedgerStore, Mailbox, MemoryGate, memoryDestination, memoryLedger } from '@offramp/conformance'
import { type Kind, silentLog } from '@offramp/core'
import { startWorkspace, type WorkAct } from '@offramp/emulators'
import { turn, verify } from '@offramp/engine'
import { afterEach, expect, test } from 'vitest'
import { googleSource } from './endpoint.ts'
import { openAll, walkWork } from './testing/work.ts'
import { ADMIN, ANNA, call, settingsFor, userOf } from './testing/workspace-lab.ts'

const LIMITS = { pageItems: 15, windowItems: 5, windowBytes: 8 * 2 ** 20, sliceMs: 20_000, putMs: 600_000 }

const open: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const end of open.splice(0).reverse()) await end()
})

/** The engine moves one kind of Anna's into memory. */
async function lab(kind: Kind) {
  const clock = fastClock(200)
  const held = { calendars: { events: 120, hostile: true }, contacts: { people: 80, hostile: true }, tasks: { tasks: 80, hostile: true } }
  const accounts = [
    { address: ADMIN, admin: true },
    { ...held, address: ANNA },
  ]
  const quirks = { pageItems: 25, emptyPageEvery: 3 }
  const limits = { raceMs: 5_000, peoplePerMinute: 10_000 }
  const workspace = await startWorkspace({ seed: 11, accounts, now: clock.now, limits, quirks })
  open.push(() => workspace.stop())
  const settings = { ...settingsFor(workspace), limits: { people: { userPerMinute: 10_000 } } }
  const gate = new MemoryGate(clock, { patienceMs: 600_000, ticketMs: 3_600_000 })
  const endpoint = googleSource(settings, { clock, log: silentLog, gate })
  open.push(async () => endpoint.close?.())
  const mailbox = new Mailbox()
  const destination = memoryDestination(mailbox, { kind, keeps: [] })
  const ledger = memoryLedger(new LedgerStore(), { clock })
  const source = () => endpoint.connect(userOf(ANNA), kind)

  async function pass(number: number): Promise<void> {
    for (;;) {
      const lease = await ledger.lease('lane', 'test', 36_000_000)
      if (!lease) throw new Error('no lease')
      const request = { source: await source(), destination, ledger, lease, pass: number, limits: LIMITS, clock, report: () => undefined }
      const end = await turn(request, call).finally(() => lease.release())
      if (end.state === 'done') return
      if (end.state === 'halted') throw end.fault
      if (end.state === 'wait') await clock.sleep(Math.max(0, end.until - clock.now()), {})
    }
  }
  async function balance(sample = 0.2) {
    const lease = await ledger.lease('lane', 'test', 36_000_000)
    if (!lease) throw new Error('no lease')
    const request = { source: await source(), destination, ledger, lane: 'lane', sample, report: () => undefined }
    return verify(request, lease, call).finally(() => lease.release())
  }
  return { workspace, source, mailbox, pass, balance, ledger }
}

const ACTS: Readonly<Record<'event' | 'contact' | 'task', readonly WorkAct[]>> = {
  event: ['add-event', 'edit-event', 'cancel-event', 'edit-occurrence', 'cancel-occurrence', 'edit-occurrence'],
  contact: ['add-contact', 'edit-contact', 'delete-contact'],
  task: ['edit-task'],
}

test.each(['event', 'contact', 'task'] as const)('%s: all is moved while its owner works and the network is bad', async (kind) => {
  const { workspace, source, mailbox, pass, balance, ledger } = await lab(kind)
  await workspace.scenario({ mailbox: ANNA, steps: ACTS[kind].map((act, at) => ({ every: 3 + at, act, times: 6 })) })
  await workspace.faults.add({ when: { probability: 0.03 }, effect: { kind: 'reset', afterBytes: 300 } })
  await workspace.faults.add({ when: { probability: 0.03 }, effect: { kind: 'status', status: 503, body: 'html' } })
  await pass(1)
  await workspace.faults.clear()
  // Its owner acts by the number of requests, of which a quiet pass makes few.
  for (let number = 2; number <= 16; number++) await pass(number)
  const bodies = new Set(mailbox.folders().flatMap((folder) => [...folder.copies.values()].map(({ body }) => Buffer.from(body).toString())))
  const now = await source()
  const { items } = await openAll(now, await walkWork(now))
  expect(items.filter(({ text }) => !bodies.has(text)).map(({ item }) => item.label)).toEqual([])
  expect(items.length).toBeGreaterThan(80)
  expect(await ledger.tally('lane')).toMatchObject({ failed: 0, intended: 0 })
  const { collections, exceptions } = await balance()
  expect(collections.filter(({ remainder }) => remainder !== 0)).toEqual([])
  expect(exceptions.filter(({ kind: sort }) => sort !== 'skipped' && sort !== 'lessened')).toEqual([])
  expect(await workspace.violations()).toEqual([])
})

test.each(['event', 'contact', 'task'] as const)(
  '%s: verifying the content of all asks for pages alone, and not for each of them',
  async (kind) => {
    const { workspace, pass, balance } = await lab(kind)
    await pass(1)
    const before = (await workspace.stats()).requests
    const { hashed } = await balance(1)
    expect(hashed).toBeGreaterThan(80)
    const after = (await workspace.stats()).requests
    const more = Object.fromEntries(Object.entries(after).map(([method, count]) => [method, count - (before[method] ?? 0)]))
    // But for contacts of which a listing tells a part.
    expect((more['people.get'] ?? 0) + (more['events.get'] ?? 0) + (more['tasks.get'] ?? 0)).toBeLessThan(5)
  },
)
