import { type Clock, entryKey, LeaseLost, versionKey } from '@offramp/core'
import { expect, test } from 'vitest'
import { LedgerStore } from './ledger-store.ts'
import { memoryLedger } from './memory-ledger.ts'

const LANE = 'lane'
const RECEIPT = { place: 'p', locator: '7', size: 10 }

/** Time that a test sets; nobody wakes from a sleep before it is due. */
function setClock(): Clock & { set(ms: number): Promise<void> } {
  let now = 0
  const sleepers: { readonly due: number; wake(): void }[] = []
  return {
    now: () => now,
    async set(ms) {
      now = ms
      for (const { due, wake } of sleepers) if (due <= now) wake()
      for (let n = 0; n < 3; n++) await new Promise(setImmediate)
    },
    sleep: (ms, { signal }) =>
      new Promise((wake, reject) => {
        sleepers.push({ due: now + ms, wake })
        signal?.addEventListener('abort', () => reject(signal.reason))
      }),
  }
}

async function held(options: { readonly remember?: boolean } = {}) {
  const clock = setClock()
  const store = new LedgerStore(options)
  const ledger = memoryLedger(store, { clock })
  const lease = await ledger.lease(LANE, 'a', 9_000)
  if (!lease) throw new Error('The lease is held.')
  const intent = (id: string, listing = 'l') => ({ id, listing, version: 'v1', place: 'p' })
  const entry = async (id: string) => (await ledger.entries(LANE, [id]))[0]
  return { clock, store, ledger, lease, intent, entry }
}

test('one holder at a time, and each has a higher fence', async () => {
  const { ledger, lease } = await held()
  expect(await ledger.lease(LANE, 'b', 9_000)).toBeUndefined()
  await lease.release()
  await lease.release()
  expect((await ledger.lease(LANE, 'b', 9_000))?.fence).toBeGreaterThan(lease.fence)
})

test('a lease renews itself, and its signal aborts before another can hold it', async () => {
  const { clock, ledger, lease } = await held()
  for (let at = 3_000; at <= 30_000; at += 3_000) await clock.set(at)
  expect(lease.signal.aborted).toBe(false)
  // The process sleeps through its renewals.
  const another = memoryLedger(new LedgerStore(), { clock })
  expect(await another.lease(LANE, 'b', 9_000)).toBeDefined()
  await clock.set(38_500)
  expect(lease.signal.aborted).toBe(true)
  await expect(lease.advance('l', 'c')).rejects.toThrow(LeaseLost)
  await clock.set(60_000)
  expect(await ledger.lease(LANE, 'b', 9_000)).toBeDefined()
})

test('an entry on its way: intended, failed, intended again, arrived', async () => {
  const { lease, intent, entry } = await held()
  await lease.intend([intent('x')])
  expect(await entry('x')).toEqual({
    key: entryKey('x'),
    id: 'x',
    state: 'intended',
    listing: 'l',
    version: versionKey('v1'),
    tries: 1,
    place: 'p',
    gone: false,
  })
  await lease.settle([{ id: 'x', listing: 'l', state: 'failed', version: 'v1', message: 'no', label: 'X' }])
  expect(await entry('x')).toMatchObject({ state: 'failed', id: 'x', tries: 1, label: 'X' })
  await lease.intend([intent('x')])
  expect(await entry('x')).toMatchObject({ state: 'intended', tries: 2 })
  await lease.settle([{ id: 'x', listing: 'l', state: 'arrived', version: 'v1', receipt: RECEIPT }])
  const arrived = await entry('x')
  expect(arrived).toMatchObject({ state: 'arrived', tries: 0, receipt: RECEIPT })
  expect(arrived).not.toHaveProperty('id')
  await lease.intend([intent('x')])
  await lease.settle([{ id: 'x', listing: 'l', state: 'rejected', version: 'v2', reason: 'malware', message: 'no' }])
  expect(await entry('x')).toMatchObject({ state: 'rejected', tries: 0, receipt: RECEIPT })
})

test('what a listing removes is gone, unless another listing has shown it since', async () => {
  const { lease, intent, entry } = await held()
  await lease.intend([intent('x'), intent('y', 'other')])
  await lease.removed('l', ['x', 'y', 'unknown'])
  expect([(await entry('x'))?.gone, (await entry('y'))?.gone, await entry('unknown')]).toEqual([true, false, undefined])
  await lease.intend([intent('x')])
  expect((await entry('x'))?.gone).toBe(false)
})

test('books: cursors, floors, and the lowest mark of doubt', async () => {
  const { ledger, lease } = await held()
  await lease.advance('l', 'c1')
  await lease.advance('l', 'c2', 3)
  await lease.raise([{ place: 'p', since: '5' }])
  await lease.suspect([{ place: 'p', since: '9' }])
  await lease.suspect([{ place: 'p', since: '10' }, { place: 'q' }])
  const books = await ledger.books(LANE)
  expect([...books.listings]).toEqual([['l', { cursor: 'c2', donePass: 3 }]])
  expect([...books.floors]).toEqual([['p', '5']])
  expect([...books.suspects]).toEqual([
    ['p', '9'],
    ['q', ''],
  ])
  await lease.cleared(['p'])
  await lease.rewind('l')
  expect([...(await ledger.books(LANE)).suspects.keys()]).toEqual(['q'])
  expect((await ledger.books(LANE)).listings.get('l')?.cursor).toBeUndefined()
})

test('owners and tally', async () => {
  const { ledger, lease, intent } = await held()
  await lease.settle([{ id: 'x', listing: 'l', state: 'arrived', version: 'v1', receipt: RECEIPT }])
  await lease.intend([intent('y')])
  expect(await ledger.owners(LANE, [RECEIPT, { ...RECEIPT, locator: '8' }])).toEqual([entryKey('x'), undefined])
  expect(await ledger.tally(LANE)).toEqual({ arrived: 1, rejected: 0, failed: 0, intended: 1, gone: 0, bytes: 10 })
})

test('a store that forgets takes the lease of whoever wrote what it forgot', async () => {
  const { clock, store, lease, intent, entry } = await held({ remember: true })
  await clock.set(1_000)
  await lease.intend([intent('x')])
  await clock.set(2_000)
  await lease.intend([intent('y')])
  store.forgetSince(1_500)
  expect([(await entry('x'))?.state, await entry('y')]).toEqual(['intended', undefined])
  await expect(lease.settle([])).rejects.toThrow(LeaseLost)
  expect(lease.signal.aborted).toBe(true)
})

test('a wiped store takes every lease', async () => {
  const { store, lease, entry } = await held()
  store.forgetAll()
  await expect(lease.rewind('l')).rejects.toThrow(LeaseLost)
  expect(await entry('x')).toBeUndefined()
})
