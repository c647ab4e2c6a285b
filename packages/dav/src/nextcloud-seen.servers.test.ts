import { type Destination, type Item, type Place, systemClock } from '@offramp/core'
import { type EmulatedNextcloud, startNextcloud } from '@offramp/emulators'
import { type CalendarEvent, uidOf, writeCard } from '@offramp/formats'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { calendar, davEndpoint, eventItem, faultOf, receiptOf, soon } from '../../../test/servers/dav-desk.ts'
import { LISTED_MS } from './limits.ts'
import { SHORT_UID } from './outgoing.ts'

/** What Offramp makes of answers that were seen on Nextcloud 32.0.1. */

let cloud: EmulatedNextcloud
let accounts = 0
let ahead = 0
const closing: (() => Promise<void> | undefined)[] = []
const USERS = Array.from({ length: 12 }, (_, n) => ({ id: `user${n}`, email: `user${n}@cloud.example`, isNew: n > 9 }))

beforeAll(async () => {
  cloud = await startNextcloud({ seed: 1, version: '32.0.1', users: USERS })
})
afterAll(async () => {
  for (const close of closing) await close()
  await cloud?.stop()
})

interface Opened {
  readonly account: string
  connect(kind?: 'event' | 'contact'): Promise<Destination>
}

async function open(account = `user${accounts++}`): Promise<Opened> {
  const { appPassword } = await cloud.user(account).credentials()
  const clock = { ...systemClock, now: () => systemClock.now() + ahead }
  const settings = { ca: cloud.ca, auth: { kind: 'password', secret: async () => appPassword } } as const
  const endpoint = davEndpoint(cloud.url, settings, clock)
  closing.push(async () => endpoint.close?.())
  return { account, connect: (kind = 'event') => endpoint.connect(account, kind, soon()) }
}

const HOME = calendar('Work')
const OTHER = calendar('Other')

const event = (uid: string, more: Partial<CalendarEvent> = {}): CalendarEvent => ({
  uid,
  start: { local: '2027-03-01T12:00:00', zone: 'Europe/Berlin' },
  end: { local: '2027-03-01T13:00:00', zone: 'Europe/Berlin' },
  summary: 'Event',
  ...more,
})

const put = (events: Destination, place: Place, item: Item) => events.put(place, item, undefined, soon())
const stored = (account: string, below = 'calendars') => cloud.user(account).stored(below)

test('a UID that the server has no room for becomes a shorter one, the same each time, and that is told', async () => {
  const { account, connect } = await open()
  const events = await connect()
  const place = await events.prepare(HOME, soon())
  const item = eventItem(HOME, event('u'.repeat(300)))
  const receipt = receiptOf(await put(events, place, item))
  expect(receipt.losses).toEqual([SHORT_UID])
  expect(await put(events, place, item)).toMatchObject({ locator: receipt.locator })
  expect(await events.find(item, [{ place: place.id }], soon())).toMatchObject([{ locator: receipt.locator }])
  const changed = eventItem(HOME, event('u'.repeat(300), { summary: 'Changed' }))
  expect(await events.put(place, changed, receipt, soon())).toMatchObject({ locator: receipt.locator })
  expect((await stored(account)).map(({ text }) => [uidOf(Buffer.from(text)).length, text.includes('Changed')])).toEqual([[36, true]])
  // 255 characters fit.
  expect(receiptOf(await put(events, place, eventItem(HOME, event('v'.repeat(255))))).losses).toBeUndefined()
})

test('a description that the server has no room for costs no calendar', async () => {
  const { account, connect } = await open()
  const place = await (await connect()).prepare({ ...HOME, description: 'ö'.repeat(300) }, soon())
  await (await connect('contact')).prepare({ ...calendar('Friends'), description: 'ö'.repeat(300) }, soon())
  const names = (await cloud.user(account).collections()).map(({ displayName }) => displayName)
  expect([place.name, names]).toEqual(['Work', expect.arrayContaining(['Work', 'Friends'])])
})

test('a series that the server cannot count is skipped for a reason, and its neighbour arrives', async () => {
  const { connect } = await open()
  const events = await connect()
  const place = await events.prepare(HOME, soon())
  const daily = event('daily', { recurrence: { rules: ['FREQ=DAILY;COUNT=4000'] } })
  const items = [daily, event('one')].map((one) => eventItem(HOME, one))
  const [refused, arrived] = (await events.putMany?.(place, items, soon())) ?? []
  expect(refused).toMatchObject({ reach: 'item', reason: 'refused-by-destination', message: expect.stringContaining('3500') })
  expect(arrived).toMatchObject({ place: place.id })
})

test('what moves to where its UID lies in the trash bin stays where it is, and is brought up to date there', async () => {
  const { account, connect } = await open()
  const events = await connect()
  const [place, other] = [await events.prepare(HOME, soon()), await events.prepare(OTHER, soon())]
  const theirs = receiptOf(await put(events, other, eventItem(OTHER, event('a'), 'twin')))
  const below = `calendars/${other.id.split('/').at(-2)}`
  await cloud.user(account).remove(`${below}/${theirs.locator}`)
  const receipt = receiptOf(await put(events, place, eventItem(HOME, event('a'))))
  const moved = await events.put(other, eventItem(OTHER, event('a', { summary: 'Moved' })), receipt, soon())
  expect(moved).toMatchObject({ place: place.id, locator: receipt.locator })
  expect((await stored(account)).filter(({ path }) => !path.includes('trashbin')).map(({ text }) => text)).toEqual([
    expect.stringContaining('SUMMARY:Moved'),
  ])
})

test('what a person deletes with its whole calendar is gone, though the server serves it on; and nothing more is written there', async () => {
  const { account, connect } = await open()
  const events = await connect()
  const place = await events.prepare(HOME, soon())
  const item = eventItem(HOME, event('a'))
  const receipt = receiptOf(await put(events, place, item))
  await cloud.user(account).remove(`calendars/${place.id.split('/').at(-2)}`)
  ahead += LISTED_MS
  const next = eventItem(HOME, event('b'))
  const gone = { code: 'dav-place-gone', connection: true, unwritten: true }
  expect(await faultOf(put(events, place, next))).toMatchObject(gone)
  ahead += LISTED_MS
  expect(await faultOf(Promise.resolve(events.putMany?.(place, [next], soon())))).toMatchObject(gone)
  const anew = await events.prepare(HOME, soon())
  expect(anew.id).not.toBe(place.id)
  receiptOf(await put(events, anew, next))
  const reading = async () => {
    for await (const part of events.read(receipt, soon())) expect(part).toBeUndefined()
  }
  expect(await faultOf(reading())).toMatchObject({ reach: 'item', reason: 'gone' })
  expect(await events.find(item, [{ place: place.id }], soon())).toEqual([])
  const changed = eventItem(HOME, event('a', { summary: 'Changed' }))
  expect(await events.put(anew, changed, receipt, soon())).toMatchObject({ kept: 'deleted' })
  const uids = (await stored(account)).filter(({ path }) => path.includes(anew.id.split('/').at(-2) ?? '')).map(({ uid }) => uid)
  expect(uids).toEqual(['b'])
})

test('an account that nobody has logged in to is given an address book, and its main calendar by the server', async () => {
  const { account, connect } = await open('user10')
  const [events, contacts] = await Promise.all([connect(), connect('contact')])
  const main = await events.prepare({ ...calendar('Calendar'), role: 'default' }, soon())
  receiptOf(await put(events, main, eventItem(HOME, event('a'))))
  const book = { ...calendar('Contacts'), role: 'default' as const }
  const place = await contacts.prepare(book, soon())
  const card = { ...eventItem(book, event('c')), kind: 'contact' as const, body: eventItem(book, event('c')).body }
  const { bytes } = writeCard({ uid: 'c', fullName: 'Ann' })
  receiptOf(
    await put(contacts, place, {
      ...card,
      body: async function* () {
        yield bytes
      },
    }),
  )
  expect([main.id, place.name]).toEqual(['/remote.php/dav/calendars/user10/personal/', 'Contacts'])
  expect((await stored(account, 'addressbooks')).length).toBe(1)
})

test('nobody was told of any of it', async () => {
  expect(await cloud.mails()).toEqual([])
})
