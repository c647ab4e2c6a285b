import { LedgerStore, Mailbox, memoryDestination, memoryLedger } from '@offramp/conformance'
import type { Kind } from '@offramp/core'
import { turn, verify } from '@offramp/engine'
import { afterEach, expect, test } from 'vitest'
import { ANNA, bytesOf, call, closeAll, everything, lab } from './testing/tenant-lab.ts'

afterEach(closeAll)

const LIMITS = { pageItems: 40, windowItems: 12, windowBytes: 8 * 2 ** 20, sliceMs: 60_000, putMs: 30_000 }

/** The engine moves Anna's calendars, contacts or tasks from an emulated tenant into memory; `pass` runs one pass to its end. */
async function stage(kind: Kind) {
  const { tenant, connect, clock } = await lab({ accounts: [{ address: ANNA, events: 90, contacts: 70, tasks: 40, hostileItems: 3 }] })
  const mailbox = new Mailbox()
  const destination = memoryDestination(mailbox, { kind })
  const ledger = memoryLedger(new LedgerStore(), { clock })
  async function pass(number: number): Promise<void> {
    for (;;) {
      const lease = await ledger.lease('anna', 'test', 3_600_000)
      if (!lease) throw new Error('no lease')
      const source = await connect(ANNA, kind)
      const end = await turn({ source, destination, ledger, lease, pass: number, limits: LIMITS, clock, report: () => undefined }, call)
      await lease.release()
      if (end.state === 'done') return
      if (end.state === 'halted') throw end.fault
      if (end.state === 'wait') await clock.sleep(Math.max(0, end.until - clock.now()), {})
    }
  }
  /** Bytes that the source says now, and those that stand at the destination. */
  const wanted = async (): Promise<string[]> => {
    const source = await connect(ANNA, kind)
    const all = await Promise.all([...(await everything(source)).values()].map(async ({ ref }) => bytesOf(await source.open(ref, call))))
    return all.map(String).sort()
  }
  const found = (): string[] =>
    mailbox
      .folders()
      .flatMap(({ copies }) => [...copies.values()].map(({ body }) => Buffer.from(body).toString()))
      .sort()
  const balance = async () =>
    verify({ source: await connect(ANNA, kind), destination, ledger, lane: 'anna', sample: 1, report: () => undefined }, undefined, call)
  return { tenant, anna: tenant.outlook(ANNA), ledger, pass, wanted, found, balance }
}

test.each(['event', 'contact', 'task'] as const)(
  '%ss arrive once and whole; a second pass moves what has changed, and the balance is even',
  async (kind) => {
    const { tenant, anna, pass, wanted, found, balance } = await stage(kind)
    await pass(1)
    expect(found()).toEqual(await wanted())
    const [series] = (await anna.events()).filter(({ isSeries, changed }) => isSeries && changed.length > 0)
    const [contact] = await anna.contacts()
    const [task] = await anna.tasks()
    await anna.editEvent(series?.id ?? '', { subject: 'Another name' })
    await anna.cancelOccurrence(series?.id ?? '', series?.changed[0] ?? '')
    await anna.editContact(contact?.id ?? '', { jobTitle: 'Boss' })
    await anna.editTask(task?.id ?? '', { title: 'Another title' })
    await pass(2)
    expect(found()).toEqual(await wanted())
    for (const each of (await balance()).collections) expect([each.name, each.remainder, each.failed]).toEqual([each.name, 0, 0])
    expect(tenant.violations()).toEqual([])
  },
)
