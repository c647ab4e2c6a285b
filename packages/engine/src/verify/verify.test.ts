import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { type Destination, Fault, type Source } from '@offramp/core'
import { expect, test } from 'vitest'
import { forever, LANE, memoryLane } from '../testing/memory-lane.ts'
import { verify } from './verify.ts'

async function moved(count = 4, options: Parameters<typeof memoryLane>[0] = {}) {
  const lane = memoryLane(options)
  const home = lane.account.addCollection('Inbox')
  const ids = Array.from({ length: count }, (_, n) => lane.add(home, n))
  expect(await lane.turn()).toEqual({ state: 'done' })
  const check = async (sample = 0, withLease = false) => {
    const lease = withLease ? await lane.lease() : undefined
    const { source, destination, ledger } = lane
    const balance = await verify({ source, destination, ledger, lane: LANE, sample, report: () => undefined }, lease, forever)
    await lease?.release()
    return balance
  }
  return { ...lane, home, ids, check }
}

const folder = (lane: Awaited<ReturnType<typeof moved>>) => lane.mailbox.make(['Inbox'])

test('what was moved balances, and every content is read back when asked', async () => {
  const lane = await moved(4)
  const balance = await lane.check(1)
  expect(balance).toMatchObject({ hashed: 4, goneSince: 0, exceptions: [], moreExceptions: 0, moreByKind: {} })
  expect(balance.collections).toMatchObject([{ name: 'Inbox', source: 4, verified: 4, skipped: {}, failed: 0, remainder: 0 }])
})

test('a small sample reads at least one item a place', async () => {
  expect((await (await moved(4)).check(0.000_001)).hashed).toBe(1)
  expect((await (await moved(4)).check(0)).hashed).toBe(0)
})

test('a source that can be counted is not opened item by item, but for those that are read back or looked for', async () => {
  const lane = await moved(4, { source: { whole: true } })
  let opened = 0
  const open: Source['open'] = (ref, call) => {
    opened++
    return lane.source.open(ref, call)
  }
  const balance = async (sample: number) => {
    const { destination, ledger } = lane
    opened = 0
    return verify(
      { source: { ...lane.source, open }, destination, ledger, lane: LANE, sample, report: () => undefined },
      undefined,
      forever,
    )
  }
  expect((await balance(0)).collections).toMatchObject([{ name: 'Inbox', source: 4, verified: 4, remainder: 0 }])
  expect(opened).toBe(0)
  expect(await balance(1)).toMatchObject({ hashed: 4, exceptions: [] })
  expect(opened).toBe(4)
  const copy = folder(lane).copies.get(2)
  if (!copy) throw new Error('There is no copy 2.')
  copy.traits = { ...copy.traits, receivedAt: 0 }
  expect((await balance(1)).exceptions).toMatchObject([{ kind: 'altered', message: expect.stringContaining('1970-01-01') }])
  lane.mailbox.move(folder(lane), 2, lane.mailbox.make(['Inbox', 'Sorted']))
  lane.mailbox.append(folder(lane), copy)
  lane.add(lane.home, 9)
  expect(await balance(0)).toMatchObject({
    collections: [{ source: 5, verified: 4, remainder: 1 }],
    exceptions: [{ kind: 'altered', message: expect.stringContaining('moved') }, { kind: 'waiting' }],
  })
})

test('a copy that was deleted at the destination is missing, and the remainder shows it', async () => {
  const lane = await moved()
  folder(lane).copies.delete(2)
  const { collections, exceptions } = await lane.check()
  expect(collections[0]).toMatchObject({ source: 4, verified: 3, remainder: 1 })
  expect(exceptions.map(({ kind }) => kind)).toEqual(['missing'])
})

test('other bytes under the same receipt are altered, once they are read', async () => {
  const lane = await moved()
  const copy = folder(lane).copies.get(2)
  if (!copy) throw new Error('There is no copy 2.')
  folder(lane).copies.set(2, { ...copy, body: Buffer.from(copy.body).fill(120) })
  expect((await lane.check(0)).collections[0]?.remainder).toBe(0)
  const { collections, exceptions } = await lane.check(1)
  expect(collections[0]).toMatchObject({ verified: 3, remainder: 1 })
  expect(exceptions.map(({ kind }) => kind)).toEqual(['altered'])
})

test('a copy of another size is altered without being read', async () => {
  const lane = await moved()
  const copy = folder(lane).copies.get(2)
  if (!copy) throw new Error('There is no copy 2.')
  folder(lane).copies.set(2, { ...copy, body: copy.body.subarray(1) })
  expect((await lane.check(0)).exceptions.map(({ kind }) => kind)).toEqual(['altered'])
})

test('a copy that says another date is verified, and reported', async () => {
  const lane = await moved()
  const copy = folder(lane).copies.get(1)
  if (copy) copy.traits = { ...copy.traits, receivedAt: 0 }
  const { collections, exceptions } = await lane.check()
  expect(collections[0]).toMatchObject({ verified: 4, remainder: 0 })
  expect(exceptions).toMatchObject([{ kind: 'altered', message: expect.stringContaining('1970-01-01') }])
})

test('a second equal copy is doubled, a similar one is not', async () => {
  const lane = await moved()
  const copy = folder(lane).copies.get(1)
  if (!copy) throw new Error('There is no copy 1.')
  lane.mailbox.append(folder(lane), copy)
  lane.mailbox.append(folder(lane), { ...copy, body: Buffer.from(copy.body).fill(120) })
  const { collections, exceptions } = await lane.check()
  expect(collections[0]?.remainder).toBe(0)
  expect(exceptions.map(({ kind }) => kind)).toEqual(['doubled'])
})

test('two entries that own one copy are doubled, and neither is verified', async () => {
  const lane = await moved(2)
  const { entries } = lane.store.lane(LANE)
  const [one, two] = [...entries.values()]
  if (!one?.receipt || !two) throw new Error('There are no two entries.')
  entries.set(two.key, { ...two, receipt: one.receipt })
  const { collections, exceptions } = await lane.check()
  expect(collections[0]).toMatchObject({ source: 2, verified: 0, remainder: 2 })
  expect(exceptions.filter(({ kind }) => kind === 'doubled')).toHaveLength(2)
})

test('what is not in the ledger waits, and the next pass finds it', async () => {
  const lane = await moved(3)
  const { entries, listings } = lane.store.lane(LANE)
  const [lost] = entries.keys()
  if (lost) entries.delete(lost)
  expect((await lane.check(0)).collections[0]).toMatchObject({ verified: 2, remainder: 1 })
  expect(listings.get(lane.home)?.cursor).toBeDefined()
  expect((await lane.check(0, true)).exceptions.map(({ kind }) => kind)).toEqual(['waiting'])
  expect(listings.get(lane.home)?.cursor).toBeUndefined()
  expect(await lane.turn({ pass: 2 })).toEqual({ state: 'done' })
  expect((await lane.check()).collections[0]).toMatchObject({ verified: 3, remainder: 0 })
  expect(lane.standing()).toHaveLength(4)
})

test('a change at the source waits for the next pass', async () => {
  const lane = await moved()
  lane.account.mark(lane.ids[0] ?? '', { read: true })
  expect((await lane.check()).exceptions.map(({ kind }) => kind)).toEqual(['waiting'])
})

test('what was skipped and what has failed are terms of the equation, also when they cannot be opened', async () => {
  const poison = new Map<string, () => Fault>()
  const lane = memoryLane({ source: { poison } })
  const home = lane.account.addCollection('Inbox')
  const [a, b] = [lane.add(home, 1), lane.add(home, 2)]
  for (let n = 3; n < 9; n++) lane.add(home, n)
  poison.set(a, () => new Fault({ reach: 'item', code: 'x', reason: 'corrupt-at-source', message: 'It is broken.' }))
  poison.set(b, () => new Fault({ reach: 'call', code: 'x', message: 'It does not answer.' }))
  expect(await lane.turn()).toEqual({ state: 'done' })
  const source = {
    ...lane.source,
    open: (ref: Parameters<typeof lane.source.open>[0], call: Parameters<typeof lane.source.open>[1]) =>
      ref.id === b ? Promise.reject(new Error('still broken')) : lane.source.open(ref, call),
  }
  const { destination, ledger } = lane
  const balance = await verify({ source, destination, ledger, lane: LANE, sample: 0, report: () => undefined }, undefined, forever)
  expect(balance.collections).toMatchObject([{ source: 8, verified: 6, skipped: { 'corrupt-at-source': 1 }, failed: 1, remainder: 0 }])
  expect(balance.exceptions.map(({ kind, label }) => [kind, label])).toEqual([
    ['skipped', `Item ${a}`],
    ['failed', `Item ${b}`],
  ])
})

test('a copy that a person moved within the destination is verified where it is', async () => {
  const lane = await moved(3)
  const second = lane.account.addCollection('Archive')
  lane.add(second, 9)
  await lane.turn({ pass: 2 })
  lane.mailbox.move(folder(lane), 1, lane.mailbox.make(['Archive']))
  const { collections, exceptions } = await lane.check()
  expect(collections.map(({ remainder }) => remainder)).toEqual([0, 0])
  expect(exceptions).toMatchObject([{ kind: 'altered', message: expect.stringContaining('moved') }])
})

test('what has left the source since is not part of the equation', async () => {
  const lane = await moved(3)
  lane.account.remove(lane.ids[0] ?? '')
  expect(await lane.check()).toMatchObject({ goneSince: 1, collections: [{ source: 2, verified: 2, remainder: 0 }] })
})

test('where items are waiting, the listing is walked anew from where it says, or else from nothing', async () => {
  const cursorAfter = async (whole: boolean) => {
    const lane = await moved(2, { source: { whole } })
    lane.add(lane.home, 9)
    await lane.check(0, true)
    const { listings } = await lane.ledger.books(LANE)
    const [standing] = [...listings.values()]
    expect(await lane.turn({ pass: 2 })).toEqual({ state: 'done' })
    expect(lane.standing()).toHaveLength(3)
    return standing?.cursor
  }
  expect(await cursorAfter(true)).toMatch(/:all:/)
  expect(await cursorAfter(false)).toBeUndefined()
})

test('what a source does not offer is counted by its number, and a view is not', async () => {
  const skip = new Map<string, 'not-offered' | 'virtual'>()
  const lane = await moved(1, { source: { skip } })
  for (const [name, reason] of [
    ['Chats', 'not-offered'],
    ['View', 'virtual'],
  ] as const) {
    const id = lane.account.addCollection(name)
    skip.set(id, reason)
    lane.add(id, 5)
    lane.add(id, 6)
  }
  expect((await lane.check()).collections).toMatchObject([
    { name: 'Inbox', source: 1, verified: 1 },
    { name: 'Chats', source: 2, skipped: { 'not-offered': 2 }, remainder: 0 },
    { name: 'View', source: 0, skipped: {}, remainder: 0 },
  ])
})

test('what single items have lost is counted, named, and kept through a pass that finds them unchanged', async () => {
  const lane = await moved(0)
  const losses = ['Its attachments were left out.']
  const source: Source = {
    ...lane.source,
    open: async (ref, call) => ({ ...(await lane.source.open(ref, call)), losses: ['A guest has no address.'] }),
  }
  const destination: typeof lane.destination = {
    ...lane.destination,
    putMany: async (place, items, call) =>
      (await lane.destination.putMany?.(place, items, call))?.map((one) => (one instanceof Error ? one : { ...one, losses })) ?? [],
    put: async (place, item, over, call) => {
      const answer = await lane.destination.put(place, item, over, call)
      return 'kept' in answer ? answer : { ...answer, losses }
    },
  }
  lane.add(lane.home, 1)
  lane.add(lane.home, 2)
  expect(await lane.turn({ pass: 2, source, destination })).toEqual({ state: 'done' })
  lane.account.forgetCursors()
  expect(await lane.turn({ pass: 3 })).toEqual({ state: 'done' })
  const balance = await lane.check()
  expect(balance.losses).toEqual({ 'Its attachments were left out.': 2, 'A guest has no address.': 2 })
  expect(balance.collections).toMatchObject([{ source: 2, verified: 2, remainder: 0 }])
  expect(balance.exceptions.filter(({ kind }) => kind === 'lessened')).toHaveLength(4)
  expect(lane.entries().every(({ receipt }) => receipt !== undefined && !('losses' in receipt))).toBe(true)
})

test('copies are compared by what they mean, where the destination writes them anew', async () => {
  const lane = await moved(3)
  const upper = (body: AsyncIterable<Uint8Array>) =>
    text(body).then((all) => createHash('sha256').update(all.toUpperCase()).digest('hex').slice(0, 16))
  const destination = { ...lane.destination, hashOf: upper }
  const entries = lane.store.lane(LANE).entries
  for (const entry of entries.values()) {
    const uid = Number(entry.receipt?.locator)
    const copy = folder(lane).copies.get(uid)
    if (!entry.receipt || !copy) throw new Error('It has no copy.')
    const body = Buffer.from(Buffer.from(copy.body).toString('utf8').toLowerCase())
    folder(lane).copies.set(uid, { ...copy, body })
    entries.set(entry.key, { ...entry, receipt: { ...entry.receipt, hash: await upper(Readable.from([body])) } })
  }
  const { source, ledger } = lane
  const ask = { source, destination, ledger, lane: LANE, sample: 1, report: () => undefined }
  expect((await verify(ask, undefined, forever)).collections).toMatchObject([{ verified: 3, remainder: 0 }])
  expect((await verify({ ...ask, destination: lane.destination }, undefined, forever)).collections).toMatchObject([
    { verified: 0, remainder: 3 },
  ])
})

test('folders that exchange their names exchange their copies with the next pass, and until then verification says so', async () => {
  for (const whole of [false, true]) {
    const lane = await moved(3, { source: { whole } })
    const second = lane.account.addCollection('Sent')
    for (const n of [10, 11]) lane.add(second, n)
    expect(await lane.turn({ pass: 2 })).toEqual({ state: 'done' })
    expect(await lane.check()).toMatchObject({ exceptions: [], collections: [{ remainder: 0 }, { remainder: 0 }] })
    lane.account.exchange(lane.home, second)
    const before = await lane.check()
    expect(before.collections.map(({ name, source, remainder }) => [name, source, remainder])).toEqual([
      ['Sent', 3, 3],
      ['Inbox', 2, 2],
    ])
    expect(before.exceptions.map(({ kind }) => kind)).toEqual(Array(5).fill('waiting'))
    expect(before.exceptions[0]?.message).toContain('its folder is now')
    // In as many turns as it takes.
    const limits = { ...lane.limits, pageItems: 1, sliceMs: 0 }
    for (let turns = 0; (await lane.turn({ pass: 3, limits })).state !== 'done'; turns++) expect(turns).toBeLessThan(12)
    expect(
      lane
        .standing()
        .map(({ path }) => path)
        .sort(),
    ).toEqual(['Inbox', 'Inbox', 'Sent', 'Sent', 'Sent'])
    expect(await lane.check(1)).toMatchObject({ hashed: 5, exceptions: [], collections: [{ remainder: 0 }, { remainder: 0 }] })
  }
})

test('a folder with another name takes its copies along, also where its name went to another', async () => {
  const lane = await moved(3)
  const second = lane.account.addCollection('Sent')
  lane.add(second, 10)
  expect(await lane.turn({ pass: 2 })).toEqual({ state: 'done' })
  lane.account.rename(lane.home, 'Old')
  lane.account.rename(second, 'Inbox')
  expect((await lane.check()).exceptions.map(({ kind }) => kind)).toEqual(Array(4).fill('waiting'))
  expect(await lane.turn({ pass: 3 })).toEqual({ state: 'done' })
  expect(
    lane
      .standing()
      .map(({ path }) => path)
      .sort(),
  ).toEqual(['Inbox', 'Old', 'Old', 'Old'])
  expect((await lane.check()).exceptions).toEqual([])
})

test('a copy that stands elsewhere because somebody has touched it there is verified, and named', async () => {
  const lane = await moved(2)
  const second = lane.account.addCollection('Sent')
  expect(await lane.turn({ pass: 2 })).toEqual({ state: 'done' })
  const copy = folder(lane).copies.get(1)
  if (copy) copy.traits = { ...copy.traits, flagged: true }
  lane.account.move(lane.ids[0] ?? '', second)
  expect(await lane.turn({ pass: 3 })).toEqual({ state: 'done' })
  const { collections, exceptions } = await lane.check()
  expect(collections.map(({ source, verified, remainder }) => [source, verified, remainder])).toEqual([
    [1, 1, 0],
    [1, 1, 0],
  ])
  expect(exceptions.filter(({ message }) => message.includes('not in its own folder Sent'))).toMatchObject([{ kind: 'altered' }])
})

test('where the destination cannot say where a folder would be, what the ledger remembers is taken for it', async () => {
  const lane = await moved(2)
  const { placeOf: _, ...destination } = lane.destination
  const check = (at: Destination) =>
    verify(
      { source: lane.source, destination: at, ledger: lane.ledger, lane: LANE, sample: 0, report: () => undefined },
      undefined,
      forever,
    )
  expect((await check(destination)).exceptions).toEqual([])
  lane.store.lane(LANE).homes.set(lane.home, '1/["Elsewhere"]')
  expect((await check(destination)).exceptions.map(({ kind, message }) => [kind, message.includes('own folder 1/["Elsewhere"]')])).toEqual(
    Array(2).fill(['altered', true]),
  )
})

test('what a person has changed at a destination whose items can be edited is told, and no remainder', async () => {
  const lane = await moved(3)
  const states = new Map<string, string>([['2', 'edited']])
  const destination: Destination = {
    ...lane.destination,
    hashOf: (body) => text(body).then((all) => createHash('sha256').update(all).digest('hex').slice(0, 16)),
    async *walk(search, call) {
      for await (const found of lane.destination.walk(search, call)) {
        const memo = states.get(found.receipt.locator) ?? found.receipt.memo
        yield { ...found, receipt: { ...found.receipt, ...(memo === undefined ? {} : { memo }) } }
      }
    },
  }
  for (const uid of [2, 3]) {
    const copy = folder(lane).copies.get(uid)
    if (!copy) throw new Error(`There is no copy ${uid}.`)
    folder(lane).copies.set(uid, { ...copy, body: Buffer.from('something else') })
  }
  const { source, ledger } = lane
  const balance = await verify({ source, destination, ledger, lane: LANE, sample: 0, report: () => undefined }, undefined, forever)
  expect(balance.collections).toMatchObject([{ source: 3, verified: 2, remainder: 1 }])
  expect(balance.exceptions.map(({ kind, message }) => [kind, message.slice(0, 28)])).toEqual([
    ['altered', 'Somebody has changed it at t'],
    ['altered', 'The copy has 14 bytes, and h'],
  ])
})
