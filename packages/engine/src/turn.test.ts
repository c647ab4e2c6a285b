import { mailBytes, memoryShelf } from '@offramp/conformance'
import { type Destination, entryKey, Fault, type FaultFacts, type Item } from '@offramp/core'
import { expect, test } from 'vitest'
import { LANE, memoryLane } from './testing/memory-lane.ts'

const fault = (facts: Partial<FaultFacts> & Pick<FaultFacts, 'reach'>): Fault =>
  new Fault({ code: 'test', message: 'It went wrong.', ...facts })

/** A lane with `count` messages in its inbox. */
function inbox(count: number, options: Parameters<typeof memoryLane>[0] = {}) {
  const lane = memoryLane(options)
  const home = lane.account.addCollection('Inbox')
  const ids = Array.from({ length: count }, (_, n) => lane.add(home, n))
  return { ...lane, home, ids }
}

const states = (lane: ReturnType<typeof inbox>) => lane.entries().map(({ state }) => state)

test('copies everything once, makes empty collections, and says so as it goes', async () => {
  const lane = inbox(7, { destination: { batch: { items: 3, bytes: 10_000 } } })
  lane.account.addCollection('Empty')
  const limits = { ...lane.limits, pageItems: 3 }
  expect(await lane.turn({ limits })).toEqual({ state: 'done' })
  expect(lane.standing()).toHaveLength(7)
  expect(lane.mailbox.folder(['Empty'])).toBeDefined()
  expect(lane.reports.reduce((sum, { arrived }) => sum + arrived, 0)).toBe(7)
  expect(lane.reports.at(-1)).toMatchObject({ lane: 'anna-mail', expectedItems: 7 })
  expect(lane.reports.some(({ doing }) => doing === 'Inbox')).toBe(true)
  expect(await lane.turn({ limits, pass: 2 })).toEqual({ state: 'done' })
  expect(lane.standing()).toHaveLength(7)
})

test('a delta carries changes and moves over to the same copies', async () => {
  const lane = inbox(3)
  const archive = lane.account.addCollection('Archive')
  await lane.turn()
  lane.account.mark(lane.ids[0] ?? '', { flagged: true })
  lane.account.move(lane.ids[1] ?? '', archive)
  lane.account.remove(lane.ids[2] ?? '')
  expect(await lane.turn({ pass: 2 })).toEqual({ state: 'done' })
  expect(lane.standing().map(({ path, copy }) => [path, copy.naturalKey, copy.traits.flagged ?? false])).toEqual([
    ['Inbox', '<specimen-0@example.org>', true],
    ['Inbox', '<specimen-2@example.org>', false],
    ['Archive', '<specimen-1@example.org>', false],
  ])
  expect(lane.entries().filter(({ gone }) => gone)).toHaveLength(1)
})

test('a listing that is done in this pass is left alone', async () => {
  const lane = inbox(1)
  await lane.turn()
  lane.add(lane.home, 5)
  expect(await lane.turn({ pass: 1 })).toEqual({ state: 'done' })
  expect(lane.standing()).toHaveLength(1)
})

test('a ledger that was lost costs no duplicate, in however many turns', async () => {
  const lane = inbox(9)
  await lane.turn()
  lane.store.forgetAll()
  const limits = { ...lane.limits, pageItems: 2, sliceMs: 0 }
  let end = await lane.turn({ limits })
  for (let turns = 0; end.state === 'more' && turns < 20; turns++) end = await lane.turn({ limits })
  expect(end).toEqual({ state: 'done' })
  expect(lane.standing()).toHaveLength(9)
  expect(states(lane)).toEqual(Array(9).fill('arrived'))
})

test('a mailbox that somebody else has filled is not filled twice, and nothing in it is touched', async () => {
  const lane = inbox(3)
  const folder = lane.mailbox.make(['Inbox'])
  const theirs = {
    body: lane.account.item(lane.ids[1] ?? '')?.body ?? new Uint8Array(),
    naturalKey: '<specimen-1@example.org>',
    traits: { flagged: true },
  }
  for (let twice = 0; twice < 2; twice++) lane.mailbox.append(folder, theirs)
  lane.mailbox.append(folder, { ...theirs, body: new TextEncoder().encode('same key, other text') })
  expect(await lane.turn()).toEqual({ state: 'done' })
  expect(lane.standing()).toHaveLength(5)
  expect(lane.standing().filter(({ copy }) => copy.traits.flagged)).toHaveLength(3)
})

test('nor when writes into it were in doubt', async () => {
  const lane = inbox(6)
  const folder = lane.mailbox.make(['Inbox'])
  const body = lane.account.item(lane.ids[1] ?? '')?.body ?? new Uint8Array()
  for (let twice = 0; twice < 2; twice++) lane.mailbox.append(folder, { body, naturalKey: '<specimen-1@example.org>', traits: {} })
  let writes = 0
  const destination: Destination = {
    ...lane.destination,
    async put(place, item, over, call) {
      const receipt = await lane.destination.put(place, item, over, call)
      // Stored, not answered; and once more, later, after the search for it.
      if (++writes !== 2) return receipt
      setImmediate(() =>
        lane.mailbox.append(folder, { body: lane.account.item(item.id)?.body ?? body, naturalKey: item.naturalKey, traits: {} }),
      )
      throw fault({ reach: 'call' })
    },
  }
  expect(await lane.turn({ destination })).toEqual({ state: 'done' })
  expect(lane.standing()).toHaveLength(7)
  expect(lane.standing().filter(({ copy }) => copy.naturalKey === '<specimen-1@example.org>')).toHaveLength(2)
})

test('a place that was renumbered costs no duplicate', async () => {
  const lane = inbox(4)
  await lane.turn()
  lane.mailbox.rebuild(lane.mailbox.make(['Inbox']))
  lane.account.mark(lane.ids[0] ?? '', { flagged: true })
  lane.add(lane.home, 7)
  expect(await lane.turn({ pass: 2 })).toEqual({ state: 'done' })
  expect(lane.standing()).toHaveLength(5)
  const [changed] = lane.entries()
  expect(changed?.receipt?.place).toContain('2/')
})

test('a place that was renumbered has every receipt renewed by the next pass, also of items that nobody touched', async () => {
  const lane = inbox(4)
  await lane.turn()
  lane.mailbox.rebuild(lane.mailbox.make(['Inbox']))
  expect(await lane.turn({ pass: 2 })).toEqual({ state: 'done' })
  expect(lane.standing()).toHaveLength(4)
  expect(lane.entries().map(({ receipt }) => receipt?.place.includes('2/'))).toEqual([true, true, true, true])
})

test('what a person changed or deleted at the destination stays so', async () => {
  const lane = inbox(2)
  await lane.turn()
  const folder = lane.mailbox.make(['Inbox'])
  const first = folder.copies.get(1)
  if (first) first.traits = { ...first.traits, flagged: true }
  folder.copies.delete(2)
  for (const id of lane.ids) lane.account.mark(id, { read: true })
  expect(await lane.turn({ pass: 2 })).toEqual({ state: 'done' })
  expect(lane.standing().map(({ copy }) => [copy.uid, copy.traits.flagged, copy.traits.read ?? false])).toEqual([[1, true, false]])
  expect(states(lane)).toEqual(['arrived', 'arrived'])
})

test.each([
  { where: 'names make writing idempotent', named: true, left: 0 },
  { where: 'it may have been our own doing', named: false, left: 1 },
])('what a person deleted while a change of it was begun and broken off: $left stand where $where', async ({ named, left }) => {
  const lane = inbox(1)
  const destination = named ? memoryShelf(lane.mailbox) : lane.destination
  await lane.turn({ destination })
  const [id = ''] = lane.ids
  const [entry] = lane.entries()
  if (entry?.receipt === undefined) throw new Error('It has not arrived.')
  lane.account.edit(id, mailBytes(9, { fill: 100 }))
  const held = await lane.lease()
  // A worker that dies between the intent and the write.
  await held.intend([{ id, listing: lane.home, version: 'second', place: entry.receipt.place }])
  await held.release()
  for (const { copies } of lane.mailbox.folders()) copies.clear()
  expect(await lane.turn({ destination, pass: 2 })).toEqual({ state: 'done' })
  expect(lane.standing()).toHaveLength(left)
  expect(states(lane)).toEqual(['arrived'])
})

test('a name that is taken is known not to be written: nobody waits for it to arrive late', async () => {
  const lane = inbox(2)
  const destination = memoryShelf(lane.mailbox, { batch: { items: 10, bytes: 100_000 } })
  const naturalKey = '<specimen-0@example.org>'
  const twin = lane.account.add(lane.home, { body: mailBytes(0, { fill: 0 }), naturalKey, traits: {} })
  const began = lane.clock.now()
  expect(await lane.turn({ destination })).toEqual({ state: 'done' })
  expect(lane.standing()).toHaveLength(2)
  expect(lane.store.lane(LANE).entries.get(entryKey(twin))?.reason).toBe('double-at-source')
  expect([lane.clock.now() - began, lane.reports.some(({ waiting }) => waiting !== undefined)]).toEqual([0, false])
})

test('a dead cursor is rewound, and nothing is copied again', async () => {
  const lane = inbox(3)
  await lane.turn()
  lane.account.forgetCursors()
  expect(await lane.turn({ pass: 2 })).toEqual({ state: 'done' })
  expect(lane.standing()).toHaveLength(3)
})

test('a cursor that dies again and again is trouble, not a loop', async () => {
  const lane = inbox(1)
  const source = { ...lane.source, page: async () => Promise.reject(fault({ reach: 'listing' })) }
  expect(await lane.turn({ source })).toMatchObject({ state: 'wait', trouble: true })
})

test.each([
  [
    'gate',
    fault({ reach: 'gate', until: Date.UTC(2026, 1, 1), message: 'Too many requests.' }),
    { state: 'wait', until: Date.UTC(2026, 1, 1), why: 'Too many requests.' },
  ],
  ['account', fault({ reach: 'account', remedy: 'Give consent.' }), { state: 'halted', fault: { remedy: 'Give consent.' } }],
  ['run', fault({ reach: 'run' }), { state: 'halted' }],
  ['call', fault({ reach: 'call' }), { state: 'wait', trouble: true }],
] as const)('a fault of reach %s while listing ends the turn', async (_reach, thrown, end) => {
  const lane = inbox(1)
  expect(await lane.turn({ source: { ...lane.source, page: async () => Promise.reject(thrown) } })).toMatchObject(end)
})

test.each(['gate', 'account'] as const)('a fault of reach %s while writing ends the turn, and the next one carries on', async (reach) => {
  const lane = inbox(4)
  const destination: Destination = { ...lane.destination, put: async () => Promise.reject(fault({ reach })) }
  expect((await lane.turn({ destination })).state).toBe(reach === 'gate' ? 'wait' : 'halted')
  expect(await lane.turn()).toEqual({ state: 'done' })
  expect(lane.standing()).toHaveLength(4)
})

test('one bad item does not stop its neighbours', async () => {
  const poison = new Map<string, () => Fault>()
  const lane = inbox(6, { source: { poison } })
  poison.set(lane.ids[1] ?? '', () => fault({ reach: 'item', reason: 'corrupt-at-source' }))
  poison.set(lane.ids[3] ?? '', () => fault({ reach: 'call' }))
  expect(await lane.turn()).toEqual({ state: 'done' })
  expect(lane.standing()).toHaveLength(4)
  expect(lane.entries().filter(({ state }) => state !== 'arrived')).toMatchObject([
    { state: 'rejected', reason: 'corrupt-at-source', label: `Item ${lane.ids[1]}` },
    { state: 'failed', message: 'It went wrong.', label: `Item ${lane.ids[3]}` },
  ])
})

test('an item that breaks the connection each time fails alone', async () => {
  const lane = inbox(5, { destination: { batch: { items: 5, bytes: 100_000 } } })
  const bad = lane.ids[2]
  const breaks = (item: Item): void => {
    if (item.id === bad) throw fault({ reach: 'call', connection: true })
  }
  const destination: Destination = {
    ...lane.destination,
    async put(place, item, over, call) {
      breaks(item)
      return lane.destination.put(place, item, over, call)
    },
    async putMany(place, items, call) {
      items.forEach(breaks)
      return (await lane.destination.putMany?.(place, items, call)) ?? []
    },
  }
  let end = await lane.turn({ destination })
  for (let turns = 0; end.state === 'wait' && turns < 20; turns++) {
    lane.clock.advance(end.until - lane.clock.now())
    end = await lane.turn({ destination })
  }
  expect(end.state).not.toBe('wait')
  expect(lane.standing()).toHaveLength(4)
  expect(states(lane).filter((state) => state === 'failed')).toHaveLength(1)
})

test('an outage blames nobody, and the waits grow', async () => {
  const lane = inbox(5)
  const down = async () => Promise.reject(fault({ reach: 'call', connection: true, message: 'The server hung up.' }))
  const destination: Destination = { ...lane.destination, prepare: down, put: down, find: down }
  const waits = []
  for (let troubles = 0; troubles < 12; troubles++) {
    const end = await lane.turn({ destination, troubles, fruitless: troubles })
    if (end.state !== 'wait') throw new Error(`It ended ${end.state}.`)
    waits.push(end.until - lane.clock.now())
  }
  expect(waits.slice(0, 3)).toEqual([15_000, 30_000, 60_000])
  expect(waits.at(-1)).toBe(600_000)
  expect(states(lane)).not.toContain('failed')
  expect(await lane.turn()).toEqual({ state: 'done' })
  expect(lane.standing()).toHaveLength(5)
})

test('a line that breaks time and again is not waited for longer each time, as long as something arrives in between', async () => {
  const lane = inbox(9)
  let left = 0
  const cut = async () => Promise.reject(fault({ reach: 'call', connection: true, message: 'The server hung up.' }))
  const destination: Destination = {
    ...lane.destination,
    put: (place, item, over, call) => (left-- > 0 ? lane.destination.put(place, item, over, call) : cut()),
    find: (place, items, call) => (left > 0 ? lane.destination.find(place, items, call) : cut()),
  }
  const ends = []
  let [troubles, fruitless] = [0, 0]
  for (const carries of [2, 0, 0, 2, 2, 0]) {
    left = carries
    const end = await lane.turn({ destination, troubles, fruitless })
    if (end.state !== 'wait') throw new Error(`It ended ${end.state}.`)
    troubles++
    fruitless = end.gotOn ? 0 : fruitless + 1
    ends.push([(end.until - lane.clock.now()) / 1000, end.gotOn ?? false])
    lane.clock.advance(end.until - lane.clock.now())
  }
  expect(ends).toEqual([
    [15, true],
    [15, false],
    [30, false],
    [15, true],
    [15, true],
    [15, false],
  ])
  expect(states(lane)).not.toContain('failed')
  expect(await lane.turn()).toEqual({ state: 'done' })
  expect(lane.standing()).toHaveLength(9)
})

test('a source whose bodies all fail is in trouble, not its items', async () => {
  const poison = new Map<string, () => Fault>()
  const lane = inbox(8, { source: { poison } })
  for (const id of lane.ids) poison.set(id, () => fault({ reach: 'call' }))
  expect(await lane.turn()).toMatchObject({ state: 'wait', trouble: true })
  expect(states(lane)).not.toContain('failed')
  poison.clear()
  expect(await lane.turn()).toEqual({ state: 'done' })
  expect(lane.standing()).toHaveLength(8)
})

test('a failure is tried again in a later turn', async () => {
  const poison = new Map<string, () => Fault>()
  const lane = inbox(3, { source: { poison } })
  poison.set(lane.ids[0] ?? '', () => fault({ reach: 'call' }))
  await lane.turn()
  expect(states(lane)).toContain('failed')
  poison.clear()
  expect(await lane.turn({ pass: 2 })).toEqual({ state: 'done' })
  expect(states(lane)).toEqual(['arrived', 'arrived', 'arrived'])
})

test('what the destination would not take is not sent', async () => {
  const lane = inbox(1, { destination: { maxItemBytes: 2_000 } })
  lane.add(lane.home, 5, 5_000)
  lane.add(lane.home, 6, 50_000)
  // The last one is larger than the window: it is broken off while it is streamed.
  const limits = { ...lane.limits, windowBytes: 10_000 }
  expect(await lane.turn({ limits })).toEqual({ state: 'done' })
  expect(lane.standing()).toHaveLength(1)
  expect(lane.entries().flatMap(({ reason }) => reason ?? [])).toEqual(['too-large', 'too-large'])
})

test('a write that nobody answers is given up in time, and searched for before it is tried again', async () => {
  const lane = inbox(1)
  let writes = 0
  const destination: Destination = {
    ...lane.destination,
    async put(place, item, over, call) {
      writes++
      await lane.destination.put(place, item, over, call)
      return new Promise((_resolve, reject) => {
        call.signal.addEventListener('abort', () => reject(call.signal.reason))
        lane.clock.advance(lane.limits.putMs)
      })
    },
  }
  expect(await lane.turn({ destination })).toEqual({ state: 'done' })
  // The sweep has outwaited what might have been stored later still.
  expect(lane.reports.some(({ waiting }) => waiting)).toBe(true)
  expect(writes).toBe(1)
  expect(lane.standing()).toHaveLength(1)
})

test('a stop that is asked for lets writes finish and begins no more', async () => {
  const lane = inbox(30)
  const stop = new AbortController()
  let writes = 0
  const destination: Destination = {
    ...lane.destination,
    async put(place, item, over, call) {
      if (++writes === 3) stop.abort()
      await new Promise(setImmediate)
      expect(call.signal.aborted).toBe(false)
      return lane.destination.put(place, item, over, call)
    },
  }
  const limits = { ...lane.limits, windowItems: 5 }
  expect(await lane.turn({ destination, limits }, { signal: stop.signal })).toEqual({ state: 'more' })
  expect(writes).toBeLessThan(30)
  expect(states(lane).filter((state) => state === 'arrived')).toHaveLength(writes)
  // What did not come to its turn is not in doubt.
  expect(states(lane)).toHaveLength(writes)
  expect(await lane.turn()).toEqual({ state: 'done' })
  expect(lane.standing()).toHaveLength(30)
})

test('a provider that asks for patience in the middle of a batch leaves nothing in doubt but what was being read', async () => {
  const poison = new Map<string, () => Fault>()
  const lane = inbox(30, { source: { poison } })
  poison.set(lane.ids[20] ?? '', () => fault({ reach: 'gate', until: lane.clock.now() + 60_000 }))
  const limits = { ...lane.limits, windowItems: 5 }
  expect(await lane.turn({ limits })).toMatchObject({ state: 'wait' })
  expect(states(lane).filter((state) => state === 'intended').length).toBeLessThanOrEqual(1)
  poison.clear()
  expect(await lane.turn({ limits })).toEqual({ state: 'done' })
  expect(lane.standing()).toHaveLength(30)
})

test('a lost lease ends the turn at once, and nothing more is written', async () => {
  const lane = inbox(10)
  let writes = 0
  const destination: Destination = {
    ...lane.destination,
    async put(place, item, over, call) {
      if (++writes === 2) lane.store.forgetAll()
      return lane.destination.put(place, item, over, call)
    },
  }
  const limits = { ...lane.limits, windowItems: 2, windowBytes: 500 }
  expect(await lane.turn({ destination, limits })).toEqual({ state: 'lost' })
  expect(writes).toBeLessThan(10)
  expect(await lane.turn()).toEqual({ state: 'done' })
  expect(lane.standing()).toHaveLength(10)
})

test('the slice is over at the next batch', async () => {
  const lane = inbox(6)
  const limits = { ...lane.limits, pageItems: 2, sliceMs: 0 }
  expect(await lane.turn({ limits })).toEqual({ state: 'more' })
  expect(lane.standing()).toHaveLength(2)
})

test('a ledger that does not answer is nobody’s fault', async () => {
  const lane = inbox(2)
  const ledger = { ...lane.ledger, entries: async () => Promise.reject(new Error('Redis is away.')) }
  expect(await lane.turn({ ledger })).toMatchObject({ state: 'wait', trouble: true, why: 'Redis is away.' })
  const away = { ...lane.ledger, books: async () => Promise.reject(new Error('Redis is away.')) }
  expect(await lane.turn({ ledger: away })).toMatchObject({ state: 'wait', trouble: true })
})
