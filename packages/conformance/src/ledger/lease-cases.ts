import { type Lease, LeaseLost } from '@offramp/core'
import { expect } from 'vitest'
import { arrived, heldCase, intent, LANE, labCase, type OpenLab, receipt, TTL, take } from './in-lab.ts'

/** Every write there is. Each must be refused by a lease that is lost. */
const WRITES: Readonly<Record<string, (lease: Lease) => Promise<void>>> = {
  intend: (lease) => lease.intend([intent('late')]),
  settle: (lease) => lease.settle([arrived('late', '9')]),
  gained: (lease) => lease.gained(['first']),
  removed: (lease) => lease.removed('inbox', ['first']),
  house: (lease) => lease.house([{ collection: 'c1', place: 'Late;7' }], [{ listing: 'inbox', left: ['INBOX;7'] }]),
  note: (lease) => lease.note([{ place: 'Late;7', made: '7' }]),
  advance: (lease) => lease.advance('inbox', 'late', 2),
  rewind: (lease) => lease.rewind('inbox'),
  raise: (lease) => lease.raise([{ place: 'INBOX;7', since: '99' }]),
  suspect: (lease) => lease.suspect([{ place: 'INBOX;7', since: '1' }]),
  cleared: (lease) => lease.cleared(['Sent;7']),
}

async function fill(lease: Lease): Promise<void> {
  await lease.settle([arrived('first', '5')])
  await lease.advance('inbox', 'cursor-1', 1)
  await lease.raise([{ place: 'INBOX;7', since: '6' }])
  await lease.suspect([{ place: 'Sent;7', since: '3' }])
}

async function abortedEvent(lease: Lease): Promise<boolean> {
  return new Promise((resolve) => {
    if (lease.signal.aborted) resolve(true)
    lease.signal.addEventListener('abort', () => resolve(true), { once: true })
    setImmediate(() => resolve(lease.signal.aborted))
  })
}

export function ledgerLeaseCases(open: OpenLab): void {
  labCase(open, 'only one holds a lane, and the next one has a higher fence', async (lab) => {
    const [a, b] = [await lab.process(), await lab.process()]
    const first = await take(a.ledger)
    expect(await b.ledger.lease(LANE, 'worker-2', TTL)).toBeUndefined()
    expect(await b.ledger.lease(LANE, 'worker-1', TTL), 'the same name is not the same holder').toBeUndefined()
    await first.release()
    const second = await take(b.ledger, LANE, 'worker-2')
    expect(second.fence).toBeGreaterThan(first.fence)
    expect(second.lane).toBe(LANE)
  })

  labCase(open, 'lanes are held apart', async (lab) => {
    const { ledger } = await lab.process()
    const [anna, ben] = [await take(ledger), await take(ledger, 'ben-mail')]
    await anna.settle([arrived('x', '1')])
    await ben.advance('inbox', 'c')
    expect(await ledger.entries('ben-mail', ['x'])).toEqual([undefined])
    expect((await ledger.books(LANE)).listings.size).toBe(0)
  })

  labCase(open, 'a holder that works keeps its lane for as long as it likes', async (lab) => {
    const [a, b] = [await lab.process(), await lab.process()]
    const lease = await take(a.ledger)
    for (let step = 0; step < 40; step++) {
      await lab.advance(TTL / 10)
      expect(lease.signal.aborted).toBe(false)
      expect(await b.ledger.lease(LANE, 'worker-2', TTL)).toBeUndefined()
    }
    await lease.intend([intent('x')])
  })

  labCase(open, 'the signal aborts before anybody else can hold the lane, though the store cannot be reached', async (lab) => {
    const [a, b] = [await lab.process(), await lab.process()]
    const lease = await take(a.ledger)
    let told = false
    lease.signal.addEventListener('abort', () => {
      told = true
    })
    await a.cut()
    let next: Lease | undefined
    for (let step = 0; step < 60 && !next; step++) {
      await lab.advance(TTL / 20)
      const toldBefore = told
      next = await b.ledger.lease(LANE, 'worker-2', TTL)
      if (next) expect(toldBefore, 'passed on while the old holder was still at work').toBe(true)
    }
    expect(next?.fence).toBeGreaterThan(lease.fence)
    expect(lease.signal.reason).toBeInstanceOf(LeaseLost)
    await expect(lease.intend([intent('late')])).rejects.toBeInstanceOf(LeaseLost)
    await expect(lease.release()).resolves.toBeUndefined()
    expect(await b.ledger.entries(LANE, ['late'])).toEqual([undefined])
  })

  for (const [name, write] of Object.entries(WRITES)) {
    labCase(open, `${name} by a lease that has ended throws LeaseLost and writes nothing`, async (lab) => {
      const [a, b] = [await lab.process(), await lab.process()]
      const lease = await take(a.ledger)
      await fill(lease)
      await lease.release()
      const next = await take(b.ledger, LANE, 'worker-2')
      const before = [await b.ledger.books(LANE), await b.ledger.tally(LANE)]
      await expect(write(lease)).rejects.toBeInstanceOf(LeaseLost)
      expect([await b.ledger.books(LANE), await b.ledger.tally(LANE)]).toEqual(before)
      expect(await b.ledger.entries(LANE, ['late'])).toEqual([undefined])
      await write(next)
    })

    labCase(open, `${name} after the store was wiped throws LeaseLost and writes nothing`, async (lab) => {
      const { ledger } = await lab.process()
      const lease = await take(ledger)
      await fill(lease)
      await lab.wipe()
      await expect(write(lease)).rejects.toBeInstanceOf(LeaseLost)
      expect(await abortedEvent(lease)).toBe(true)
      expect(await ledger.tally(LANE)).toEqual({ arrived: 0, rejected: 0, failed: 0, intended: 0, gone: 0, bytes: 0 })
      const books = await ledger.books(LANE)
      expect([books.listings.size, books.floors.size, books.suspects.size]).toEqual([0, 0, 0])
      await write(await take(ledger))
    })
  }

  labCase(open, 'a store that comes back without its last second ends the lease of whoever wrote in it', async (lab) => {
    const { ledger } = await lab.process()
    const lease = await take(ledger)
    await lease.settle([arrived('kept', '1')])
    const restore = await lab.save()
    await lease.intend([intent('forgotten')])
    await restore()
    await expect(lease.settle([arrived('forgotten', '2')])).rejects.toBeInstanceOf(LeaseLost)
    expect(await ledger.entries(LANE, ['forgotten'])).toEqual([undefined])
    await lease.release()
    await lab.advance(TTL * 2)
    const next = await take(ledger)
    expect(next.fence).not.toBe(lease.fence)
    await next.settle([arrived('forgotten', '2')])
    expect(await ledger.tally(LANE)).toMatchObject({ arrived: 2, intended: 0, bytes: 2_000 })
  })

  heldCase(open, 'letting go is safe to repeat, and ends the signal', async ({ lease, ledger }) => {
    await lease.release()
    await lease.release()
    expect(lease.signal.aborted).toBe(true)
    await expect(lease.intend([])).rejects.toBeInstanceOf(LeaseLost)
    await (await take(ledger)).release()
  })

  heldCase(open, 'a late release does not take the lane from the next holder', async ({ lab, lease }) => {
    const [b, c] = [await lab.process(), await lab.process()]
    await lab.wipe()
    const next = await take(b.ledger, LANE, 'worker-2')
    await lease.release()
    expect(await c.ledger.lease(LANE, 'worker-3', TTL)).toBeUndefined()
    await next.intend([intent('x')])
  })

  heldCase(open, 'what was called first is written first, awaited or not', async ({ lease, ledger }) => {
    await Promise.all([
      lease.intend([intent('x')]),
      lease.settle([arrived('x', '3', { receipt: receipt('3', { memo: 'm' }) })]),
      lease.advance('inbox', 'c1'),
      lease.advance('inbox', 'c2', 1),
    ])
    expect((await ledger.entries(LANE, ['x']))[0]?.state).toBe('arrived')
    expect((await ledger.books(LANE)).listings.get('inbox')).toEqual({ cursor: 'c2', donePass: 1 })
  })
}
