import type { Destination, Place, Receipt } from '@offramp/core'
import { type CalendarEvent, derivedUid, writeEvent } from '@offramp/formats'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { type Cyrus, cyrusProblem, firstLogin, PROXY, startCyrus } from '../../../test/servers/cyrus.ts'
import { calendar, davEndpoint, eventItem, faultOf, receiptOf, soon } from '../../../test/servers/dav-desk.ts'
import { startHeaderProxy } from '../../../test/servers/header-proxy.ts'
import { haveRadicale, startRadicale } from '../../../test/servers/radicale.ts'
import { type RawDav, rawDav } from '../../../test/servers/raw-dav.ts'
import { objectName } from './names.ts'
import { ONE_MINUTE, OTHER_UID } from './outgoing.ts'
import type { DavAuth } from './settings.ts'

const HOME = calendar('Work')
const OTHER = calendar('Other')

const event = (uid: string, more: Partial<CalendarEvent> = {}): CalendarEvent => ({
  uid,
  start: { local: '2027-03-01T12:00:00', zone: 'Europe/Berlin' },
  end: { local: '2027-03-01T13:00:00', zone: 'Europe/Berlin' },
  summary: `Event ${uid}`,
  ...more,
})

interface Server {
  readonly url: string
  readonly name: string
  ready(account: string): Promise<void>
  stop(): Promise<void>
}

const ACCOUNTS = ['anna', 'ben', 'cleo', 'dora', 'emil', 'fred', 'gina', 'hans']
const users = Object.fromEntries(ACCOUNTS.map((name) => [name, 'secret']))

async function radicale(): Promise<Server> {
  const server = await startRadicale({ users })
  return { url: server.url, name: 'Radicale', ready: async () => undefined, stop: server.stop }
}

async function cyrus(): Promise<Server> {
  const server = await startCyrus({ users, dav: {} })
  return { url: `http://127.0.0.1:${server.httpPort}/`, name: 'Cyrus', ready: (account) => firstLogin(server, account), stop: server.stop }
}

const problem = cyrusProblem()

describe.each([
  { name: 'Radicale', start: radicale, lacks: !haveRadicale() },
  { name: problem ?? 'Cyrus', start: cyrus, lacks: problem !== undefined },
])('UIDs that are taken, on $name', ({ start, lacks }) => {
  let server: Server
  let used = 0
  const closing: (() => Promise<unknown> | undefined)[] = []
  beforeAll(async () => {
    if (!lacks) server = await start()
  })
  afterEach(async () => {
    for (const close of closing.splice(0)) await close()
  })
  afterAll(async () => server?.stop())

  const desk = async (): Promise<{ destination: Destination; place: Place; raw: RawDav }> => {
    const account = ACCOUNTS[used++] ?? ''
    await server.ready(account)
    const endpoint = davEndpoint(server.url)
    closing.push(() => endpoint.close?.())
    const destination = await endpoint.connect(account, 'event', soon())
    return { destination, place: await destination.prepare(HOME, soon()), raw: rawDav({ url: server.url, user: account, pass: 'secret' }) }
  }
  const owning = (...mine: readonly Receipt[]) => ({
    ...soon(),
    owned: async (copies: readonly Receipt[]) =>
      copies.map((copy) => mine.some(({ place, locator }) => place === copy.place && locator === copy.locator)),
  })

  test.skipIf(lacks)(
    'equal and nobody’s: taken over; equal and another item’s: a double at the source; different and a person’s: left',
    async () => {
      const { destination, place, raw } = await desk()
      const item = eventItem(HOME, event('a'))
      const first = receiptOf(await destination.put(place, item, undefined, soon()))
      expect(receiptOf(await destination.put(place, item, undefined, owning()))).toMatchObject({
        locator: first.locator,
        size: first.size,
        hash: first.hash ?? '',
      })
      const twin = eventItem(HOME, event('a'), 'the twin')
      expect(await faultOf(destination.put(place, twin, undefined, owning(first)))).toMatchObject({
        reach: 'item',
        reason: 'double-at-source',
      })
      await raw.put(`${place.id}${objectName('p', 'event')}`, writeEvent(event('p', { summary: 'A person wrote this' })).bytes)
      const other = eventItem(HOME, event('p', { summary: 'Something else' }), 'another')
      expect(await faultOf(destination.put(place, other, undefined, owning()))).toMatchObject({ reach: 'item', reason: 'stands-already' })
      expect(await destination.putMany?.(place, [other, eventItem(HOME, event('b'))], soon())).toMatchObject([
        { reach: 'call' },
        { place: place.id },
      ])
    },
  )

  test.skipIf(lacks)('deleted by a person: for certain; moved by whomever: not deleted', async () => {
    const { destination, place, raw } = await desk()
    const other = await destination.prepare(OTHER, soon())
    const first = receiptOf(await destination.put(place, eventItem(HOME, event('a')), undefined, soon()))
    const second = receiptOf(await destination.put(place, eventItem(HOME, event('b')), undefined, soon()))
    await raw.remove(place.id + first.locator)
    await raw.move(place.id + second.locator, other.id + second.locator)
    const later = (uid: string) => eventItem(HOME, event(uid, { summary: 'Changed' }))
    expect(await destination.put(place, later('a'), first, owning(first, second))).toEqual({ kept: 'deleted', certain: true })
    expect(await destination.put(place, later('b'), second, owning(first, second))).toMatchObject({
      kept: 'moved',
      receipt: { place: other.id },
    })
    // Under another UID it would have been written before the earlier one went: nobody knows under which name it stands.
    const renamed = { ...eventItem(HOME, event('c')), id: later('a').id }
    expect(await destination.put(place, renamed, first, owning(first, second))).toEqual({ kept: 'deleted' })
  })

  test.skipIf(lacks)('different and another item’s: written under a UID of its own, every time the same, and followed there', async () => {
    const { destination, place, raw } = await desk()
    const first = receiptOf(await destination.put(place, eventItem(HOME, event('a')), undefined, soon()))
    const other = eventItem(HOME, event('a', { summary: 'Something else' }), 'another')
    const second = receiptOf(await destination.put(place, other, undefined, owning(first)))
    expect(second).toMatchObject({ locator: objectName(derivedUid('a', 'another'), 'event'), losses: [OTHER_UID] })
    expect(receiptOf(await destination.put(place, other, undefined, owning(first))).locator).toBe(second.locator)
    const changed = eventItem(HOME, event('a', { summary: 'Something else again' }), 'another')
    const third = receiptOf(await destination.put(place, changed, second, owning(first)))
    expect(third.locator).toBe(second.locator)
    expect((await raw.send('GET', `${place.id}${third.locator}`)).text).toMatch(/SUMMARY:Something else again/)
    expect(await raw.objects(place.id)).toHaveLength(2)
    expect(await destination.find(changed, [{ place: place.id }], soon())).toHaveLength(1)
  })

  test.skipIf(lacks)('under an address that a person’s program chose, the same holds', async () => {
    const { destination, place, raw } = await desk()
    const mine = writeEvent(event('theirs')).bytes
    await raw.put(`${place.id}AAAA-BBBB.ics`, mine)
    const found = await destination.find(eventItem(HOME, event('theirs')), [{ place: place.id }], soon())
    expect(found.map(({ locator }) => locator)).toEqual(['AAAA-BBBB.ics'])
    expect(receiptOf(await destination.put(place, eventItem(HOME, event('theirs')), undefined, soon())).locator).toBe('AAAA-BBBB.ics')
    const other = eventItem(HOME, event('theirs', { summary: 'Newer' }))
    expect(await faultOf(destination.put(place, other, undefined, soon()))).toMatchObject({ reason: 'stands-already' })
    const followed = receiptOf(await destination.put(place, eventItem(HOME, event('theirs')), undefined, soon()))
    expect(await raw.objects(place.id)).toEqual(['AAAA-BBBB.ics'])
    expect(followed.place).toBe(place.id)
  })

  test.skipIf(lacks)('a source that gives an item another UID has one copy of it in the end', async () => {
    const { destination, place, raw } = await desk()
    const first = receiptOf(await destination.put(place, eventItem(HOME, event('before')), undefined, soon()))
    const now = receiptOf(await destination.put(place, eventItem(HOME, event('after'), 'before'), first, soon()))
    expect(now.locator).toBe(objectName('after', 'event'))
    expect(await raw.objects(place.id)).toEqual([now.locator])
  })

  test.skipIf(lacks)('an event that takes no time arrives; where the server refuses it, with one minute and a word about it', async () => {
    const { destination, place, raw } = await desk()
    const { end: _, ...instant } = event('instant')
    const receipt = receiptOf(await destination.put(place, eventItem(HOME, instant), undefined, soon()))
    expect(receipt.losses ?? []).toEqual(server.name === 'Cyrus' ? [ONE_MINUTE] : [])
    expect((await raw.send('GET', `${place.id}${receipt.locator}`)).text.includes('DURATION:PT1M')).toBe(server.name === 'Cyrus')
    const again = receiptOf(await destination.put(place, eventItem(HOME, instant), receipt, soon()))
    expect(again.locator).toBe(receipt.locator)
    expect(await destination.find(eventItem(HOME, instant), [{ place: place.id }], soon())).toHaveLength(1)
  })

  test.skipIf(lacks)('the same event in a second calendar: kept twice where the server can, else the one that stands counts', async () => {
    const { destination, place } = await desk()
    const first = receiptOf(await destination.put(place, eventItem(HOME, event('both')), undefined, soon()))
    const other = await destination.prepare(OTHER, soon())
    const second = receiptOf(await destination.put(other, eventItem(OTHER, event('both')), undefined, owning()))
    expect(second.place).toBe(server.name === 'Cyrus' ? place.id : other.id)
    if (server.name !== 'Cyrus') return
    const fault = await faultOf(destination.put(other, eventItem(OTHER, event('both'), 'the twin'), undefined, owning(first)))
    expect(fault).toMatchObject({ reason: 'double-at-source' })
  })
})

test.skipIf(problem !== undefined)('a wrong password is used once, for all kinds; a proxy that is not allowed is told so', async () => {
  const server: Cyrus = await startCyrus({ users: { anna: 'secret' }, dav: {} })
  const proxy = await startHeaderProxy({ port: server.httpPort, drop: [] })
  const refusedOnce = async (auth: DavAuth) => {
    const endpoint = davEndpoint(proxy.url, { auth })
    const asked = () => proxy.seen.filter((one) => !one.includes('.well-known')).length
    const before = asked()
    for (const kind of ['event', 'contact'] as const)
      expect(await faultOf(endpoint.connect('anna', kind, soon()))).toMatchObject({ reach: 'account', code: 'dav-login-refused' })
    await endpoint.close?.()
    expect(asked() - before).toBe(1)
  }
  try {
    await firstLogin(server, 'anna')
    await refusedOnce({ kind: 'password', secret: async () => 'wrong' })
    // Cyrus 3.6.1 takes Authorize-As on the backends of a Murder only, and answers 401 elsewhere.
    await refusedOnce({ kind: 'proxy', user: PROXY.user, secret: async () => PROXY.pass })
  } finally {
    await proxy.close()
    await server.stop()
  }
})
