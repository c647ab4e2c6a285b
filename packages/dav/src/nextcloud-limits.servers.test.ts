import { ManualClock, MemoryGate, specimen } from '@offramp/conformance'
import { type Destination, type DestinationEndpoint, silentLog } from '@offramp/core'
import { type EmulatedNextcloud, type NextcloudOptions, startNextcloud } from '@offramp/emulators'
import type { CalendarEvent } from '@offramp/formats'
import { afterEach, expect, test } from 'vitest'
import { calendar, davEndpoint, eventItem, faultOf, receiptOf, soon } from '../../../test/servers/dav-desk.ts'
import { IN_FILES } from './attachments.ts'
import { davDestination } from './dav-destination.ts'
import { OTHER_UID } from './outgoing.ts'
import type { DavSettings } from './settings.ts'

const HOME = calendar('Work')
const closing: (() => Promise<unknown> | undefined)[] = []
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

interface Cloud {
  readonly cloud: EmulatedNextcloud
  readonly endpoint: DestinationEndpoint
  connect(kind?: 'event' | 'task' | 'contact'): Promise<Destination>
}

async function open(options: Partial<NextcloudOptions> = {}, more: Partial<DavSettings> = {}): Promise<Cloud> {
  const cloud = await startNextcloud({ seed: 1, users: [{ id: 'anna', email: 'anna@cloud.example' }, { id: 'ben' }], ...options })
  const { appPassword } = await cloud.user('anna').credentials()
  const auth = { kind: 'password', secret: async () => appPassword } as const
  const endpoint = davEndpoint(cloud.url, { ca: cloud.ca, auth, ...more })
  closing.push(() => endpoint.close?.(), cloud.stop)
  return { cloud, endpoint, connect: (kind = 'event') => endpoint.connect('anna', kind, soon()) }
}

const event = (uid: string, more: Partial<CalendarEvent> = {}): CalendarEvent => ({
  uid,
  start: { local: '2027-03-01T12:00:00', zone: 'Europe/Berlin' },
  end: { local: '2027-03-01T13:00:00', zone: 'Europe/Berlin' },
  summary: `Event ${uid}`,
  ...more,
})

test('more calendars than an hour allows: a wait at the gate that names the setting, and nothing is lost by it', async () => {
  const cloud = await startNextcloud({ seed: 1, users: [{ id: 'anna' }], limits: { calendarsPerHour: 2 } })
  closing.push(cloud.stop)
  const { appPassword } = await cloud.user('anna').credentials()
  const settings: DavSettings = { name: 'c', url: cloud.url, ca: cloud.ca, auth: { kind: 'password', secret: async () => appPassword } }
  const clock = new ManualClock(Date.now())
  const endpoint = davDestination(settings, { gate: new MemoryGate(clock), log: silentLog, clock })
  closing.push(() => endpoint.close?.())
  const destination = await endpoint.connect('anna', 'event', soon())
  const first = await destination.prepare(calendar('One'), soon())
  await destination.prepare(calendar('Two'), soon())
  const fault = await faultOf(destination.prepare(calendar('Three'), soon()))
  expect(fault).toMatchObject({ reach: 'gate', message: expect.stringContaining('rateLimitCalendarCreation') })
  expect((fault.until ?? 0) - clock.now()).toBeGreaterThan(60_000)
  // What stands already goes on meanwhile.
  receiptOf(await destination.put(first, eventItem(HOME, event('a')), undefined, soon()))
  await cloud.admin.limit({ calendarsPerHour: -1 })
  await clock.advance(600_001)
  expect((await destination.prepare(calendar('Three'), soon())).name).toBe('Three')
  expect(await cloud.violations()).toEqual([])
})

test('more calendars or address books than an account may have stop it, with the setting to raise', async () => {
  const { connect, cloud } = await open({ limits: { calendars: 2, books: 1 } })
  const [events, contacts] = [await connect(), await connect('contact')]
  await events.prepare(calendar('One'), soon())
  expect(await faultOf(events.prepare(calendar('Two'), soon()))).toMatchObject({
    reach: 'account',
    code: 'dav-collection-limit',
    remedy: expect.stringContaining('maximumCalendarsSubscriptions'),
  })
  expect(await faultOf(contacts.prepare(calendar('Book'), soon()))).toMatchObject({ remedy: expect.stringContaining('maximumAdressbooks') })
  await cloud.admin.limit({ calendars: -1 })
  expect((await events.prepare(calendar('Two'), soon())).name).toBe('Two')
})

test('a calendar that lies in the trash bin has its address for a month: the next one is used, in every process', async () => {
  const { connect, cloud } = await open()
  const place = await (await connect()).prepare(HOME, soon())
  await cloud.user('anna').remove(`calendars/${place.id.split('/').at(-2)}`)
  const again = await (await asAnother(cloud)).prepare(HOME, soon())
  expect(again.id).toBe(place.id.replace(/\/$/, '-2/'))
  expect((await (await asAnother(cloud)).prepare(HOME, soon())).id).toBe(again.id)
})

/** As another process would connect. */
async function asAnother(cloud: EmulatedNextcloud): Promise<Destination> {
  const { appPassword } = await cloud.user('anna').credentials()
  const endpoint = davEndpoint(cloud.url, { ca: cloud.ca, auth: { kind: 'password', secret: async () => appPassword } })
  closing.unshift(() => endpoint.close?.())
  return endpoint.connect('anna', 'event', soon())
}

test('an event whose UID lies in the trash bin arrives; where the server refuses that, under another UID, and says so', async () => {
  const { connect, cloud } = await open({ version: '24.0.5' })
  const destination = await connect()
  const place = await destination.prepare(HOME, soon())
  const receipt = receiptOf(await destination.put(place, eventItem(HOME, event('a')), undefined, soon()))
  const slug = place.id.split('/').at(-2)
  await cloud.user('anna').remove(`calendars/${slug}/${receipt.locator}`)
  expect(await destination.put(place, eventItem(HOME, event('a', { summary: 'New' })), receipt, soon())).toMatchObject({ kept: 'deleted' })
  const anew = receiptOf(await destination.put(place, eventItem(HOME, event('a')), undefined, soon()))
  expect(anew.losses).toEqual([OTHER_UID])
  expect(receiptOf(await destination.put(place, eventItem(HOME, event('a')), undefined, soon())).locator).toBe(anew.locator)
  expect(await cloud.user('anna').stored(`calendars/${slug}/`)).toHaveLength(1)
})

test('attachments that do not fit go into the account’s files, with a link; what is too large without them is refused unsent', async () => {
  const { connect, cloud } = await open()
  const destination = await connect()
  const place = await destination.prepare(HOME, soon())
  const bytes = Buffer.alloc(9_000_000, 'attachment')
  const large = event('files', { attachments: [{ name: 'Plan: A/B?.pdf', mediaType: 'application/pdf', bytes }] })
  const receipt = receiptOf(await destination.put(place, eventItem(HOME, large), undefined, soon()))
  expect(receipt.losses).toEqual([IN_FILES])
  const [file, ...more] = await cloud.user('anna').stored('files/')
  expect([file?.path, more]).toEqual([expect.stringMatching(/^files\/Calendar attachments\/Plan_ A_B_ \([0-9a-f]{8}\)\.pdf$/), []])
  const [stored] = await cloud.user('anna').stored(`calendars/${place.id.split('/').at(-2)}/`)
  expect(stored?.text.replaceAll(/\r\n /g, '')).toMatch(/ATTACH;.*X-NC-FILE-ID=.*:https:\/\/.*\/f\/\d+/)
  expect(receiptOf(await destination.put(place, eventItem(HOME, large), receipt, soon())).locator).toBe(receipt.locator)
  expect(await cloud.user('anna').stored('files/')).toHaveLength(1)
  const words = specimen('event', HOME, 7, { fill: 11_000_000 })
  expect(await faultOf(destination.put(place, words, undefined, soon()))).toMatchObject({ reach: 'item', reason: 'too-large' })
})

test('the source’s main calendar and address book go into Nextcloud’s own; tasks get a list; names and colours are kept', async () => {
  const { connect, cloud } = await open()
  const [events, tasks, contacts] = [await connect(), await connect('task'), await connect('contact')]
  expect((await events.prepare(calendar('Kalender', { role: 'default' }), soon())).id).toMatch(/\/calendars\/anna\/personal\/$/)
  expect((await contacts.prepare(calendar('Kontakte', { role: 'default' }), soon())).id).toMatch(/\/contacts\/$/)
  expect((await tasks.prepare(calendar('Aufgaben', { role: 'default' }), soon())).name).toBe('Aufgaben')
  await events.prepare(calendar('Rot', { color: '#c81010', order: 3, description: 'Böse <&>' }), soon())
  const made = await cloud.user('anna').collections()
  expect(made.find(({ displayName }) => displayName === 'Aufgaben')?.components).toEqual(['VTODO'])
  const red = made.find(({ displayName }) => displayName === 'Rot')
  expect(red?.components).toEqual(['VEVENT'])
  expect(Object.values(red?.properties ?? {}).join(' ')).toMatch(/#C81010FF/)
})

test('a calendar is shared with an account that exists, once, with no more than was granted, and nobody is mailed', async () => {
  const { connect, cloud } = await open()
  const destination = await connect()
  await destination.prepare(HOME, soon())
  expect(await destination.share?.(HOME, 'ben', 'read', soon())).toBe('shared')
  expect(await destination.share?.(HOME, 'ben', 'read', soon())).toBe('already')
  expect(await destination.share?.(HOME, 'ben', 'write', soon())).toBe('shared')
  expect(await destination.share?.(HOME, 'ben', 'read', soon())).toBe('already')
  const shared = (await cloud.user('anna').collections()).find(({ displayName }) => displayName === 'Work')
  expect(shared?.shares).toEqual({ 'principals/users/ben': 'read-write' })
  expect(await faultOf(destination.share?.(HOME, 'nobody', 'read', soon()) ?? Promise.resolve())).toMatchObject({ reach: 'account' })
  expect(await faultOf(destination.share?.(HOME, 'ben', 'free-busy', soon()) ?? Promise.resolve())).toMatchObject({ reach: 'item' })
})

test('full, in maintenance, or a password that is taken back: each stops as far as it reaches', async () => {
  const { connect, cloud, endpoint } = await open()
  const destination = await connect()
  const place = await destination.prepare(HOME, soon())
  receiptOf(await destination.put(place, eventItem(HOME, event('a')), undefined, soon()))
  await cloud.user('anna').revoke()
  expect(await faultOf(destination.put(place, eventItem(HOME, event('b')), undefined, soon()))).toMatchObject({
    reach: 'account',
    code: 'dav-login-refused',
  })
  const before = (await cloud.stats()).requests
  expect(await faultOf(endpoint.connect('anna', 'contact', soon()))).toMatchObject({ code: 'dav-login-refused' })
  expect((await cloud.stats()).requests).toEqual(before)
})

test('check says what Nextcloud limits, how silence will be kept, and writes nothing', async () => {
  const { endpoint, cloud } = await open()
  const said: string[] = []
  const accounts = [{ id: 'anna', name: 'anna', kind: 'user' as const }]
  for await (const { level, says } of endpoint.check({ accounts, kinds: ['event', 'task', 'contact'] }, soon()))
    said.push(`${level}: ${says}`)
  const text = said.join('\n')
  expect(text).toMatch(/ok: Reached Nextcloud 32\.0\.7/)
  expect(text).toMatch(/X-NC-Scheduling/)
  expect(text).toMatch(/10 calendars an hour and have 30/)
  expect(text).toMatch(/event may have 9\.5 MB/)
  expect((await cloud.writes()).filter(({ by }) => by === 'client')).toEqual([])
  expect(text).not.toMatch(/ms a request/)
  const wrong = davEndpoint(cloud.url, { ca: cloud.ca, auth: { kind: 'password', secret: async () => 'wrong' } })
  closing.unshift(() => wrong.close?.())
  expect(await faultOf(wrong.connect('anna', 'event', soon()))).toMatchObject({ code: 'dav-login-refused' })
  const again: string[] = []
  for await (const { says } of endpoint.check({ accounts, kinds: ['event'] }, soon())) again.push(says)
  expect(again.join('\n')).toMatch(/wait \d+ ms a request, because of logins that were refused/)
})
