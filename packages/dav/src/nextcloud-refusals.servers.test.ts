import type { Destination, Place } from '@offramp/core'
import { type CloudEffect, type EmulatedNextcloud, type NextcloudOptions, startNextcloud } from '@offramp/emulators'
import { type CalendarEvent, writeEvent } from '@offramp/formats'
import { afterEach, expect, test } from 'vitest'
import { calendar, davEndpoint, eventItem, faultOf, receiptOf, soon } from '../../../test/servers/dav-desk.ts'

const HOME = calendar('Work')
let cloud: EmulatedNextcloud
const closing: (() => Promise<void> | undefined)[] = []
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

interface Opened {
  readonly events: Destination
  connect(secret?: string): Promise<Destination>
}

async function open(options: Partial<NextcloudOptions> = {}, login = 'alice'): Promise<Opened> {
  cloud = await startNextcloud({ seed: 1, users: [{ id: 'alice', email: 'alice@cloud.example' }], ...options })
  const { appPassword } = await cloud.user('alice').credentials()
  let secret = appPassword
  const endpoint = davEndpoint(cloud.url, { ca: cloud.ca, auth: { kind: 'password', secret: async () => secret } })
  closing.push(async () => endpoint.close?.(), cloud.stop)
  const connect = (other?: string): Promise<Destination> => {
    secret = other ?? appPassword
    return endpoint.connect(login, 'event', soon())
  }
  return { events: await connect(), connect }
}

let made = 0

function event(more: Partial<CalendarEvent> = {}): CalendarEvent {
  made += 1
  const at = (hour: number) => ({ local: `2027-03-04T${hour}:00:00`, zone: 'Europe/Berlin' })
  return { uid: `event-${made}@source.example`, start: at(10), end: at(11), summary: `Event ${made}`, ...more }
}

const stored = () => cloud.user('alice').stored('calendars/')
const put = (events: Destination, place: Place, what: CalendarEvent) => events.put(place, eventItem(HOME, what), undefined, soon())

test('the eleventh calendar of an hour waits at the gate, and the admin is told which setting to raise', async () => {
  const { events } = await open({ limits: { calendarsPerHour: 2 } })
  for (const name of ['A', 'B']) await events.prepare(calendar(name), soon())
  const fault = await faultOf(events.prepare(calendar('C'), soon()))
  expect(fault).toMatchObject({ reach: 'gate', message: expect.stringContaining('rateLimitCalendarCreation') })
  expect(await cloud.violations()).toEqual([])
})

test('where no more calendars may be had, the account is paused with a remedy', async () => {
  const { events } = await open({ limits: { calendars: 2 } })
  await events.prepare(calendar('A'), soon())
  const fault = await faultOf(events.prepare(calendar('B'), soon()))
  expect(fault).toMatchObject({
    reach: 'account',
    code: 'dav-collection-limit',
    remedy: expect.stringContaining('maximumCalendarsSubscriptions'),
  })
})

test('a calendar of that name in the trash bin is passed by', async () => {
  const { events } = await open()
  const place = await events.prepare(HOME, soon())
  const uri = place.id.split('/').at(-2) ?? ''
  await cloud.user('alice').remove(`calendars/${uri}`)
  const again = await (await elsewhere()).prepare(HOME, soon())
  expect(again.id).not.toBe(place.id)
})

/** The same account as another process would open it. */
async function elsewhere(): Promise<Destination> {
  const { appPassword } = await cloud.user('alice').credentials()
  const endpoint = davEndpoint(cloud.url, { ca: cloud.ca, auth: { kind: 'password', secret: async () => appPassword } })
  closing.unshift(async () => endpoint.close?.())
  return endpoint.connect('alice', 'event', soon())
}

test('an event over the limit is refused as an item, and its neighbour arrives', async () => {
  const { events } = await open()
  const place = await events.prepare(HOME, soon())
  const fault = await faultOf(put(events, place, event({ description: { text: 'x'.repeat(10_600_000) } })))
  expect(fault).toMatchObject({ reach: 'item', reason: 'too-large' })
  receiptOf(await put(events, place, event()))
})

const LARGE = { name: 'plan.bin', mediaType: 'application/octet-stream', bytes: Buffer.alloc(9_000_000, 7) }

test.each(['alice', 'alice@cloud.example'])('an attachment that is too large goes into the files, whoever logs in as %s', async (login) => {
  const { events } = await open({}, login)
  const place = await events.prepare(HOME, soon())
  const receipt = receiptOf(await put(events, place, event({ attachments: [LARGE] })))
  expect(receipt.losses).toEqual([expect.stringContaining("stands in the account's files")])
  const files = await cloud.user('alice').stored('files/')
  expect(files.map(({ path }) => path)).toEqual([expect.stringMatching(/^files\/Calendar attachments\/plan.*\.bin$/)])
  expect((await stored()).map(({ text }) => text.replaceAll('\r\n ', ''))).toEqual([expect.stringMatching(/X-NC-FILE-ID=\d+[^\r]*:https:/)])
})

test('a full account is paused', async () => {
  const { events } = await open()
  const place = await events.prepare(HOME, soon())
  await cloud.user('alice').quota(1_000)
  expect(await faultOf(put(events, place, event({ attachments: [LARGE] })))).toMatchObject({ reach: 'account', code: 'dav-over-quota' })
})

test('a wrong password is sent once, and not again', async () => {
  const { connect } = await open({ timeScale: 1_000 })
  for (let time = 0; time < 3; time++)
    expect(await faultOf(connect('wrong'))).toMatchObject({ reach: 'account', code: 'dav-login-refused' })
  expect(await cloud.violations()).toEqual([])
})

test('maintenance shuts the gate of the whole host', async () => {
  const { events } = await open()
  const place = await events.prepare(HOME, soon())
  await cloud.admin.set({ maintenance: true })
  expect(await faultOf(put(events, place, event()))).toMatchObject({ reach: 'gate', message: expect.stringContaining('maintenance') })
})

async function during(effect: CloudEffect): Promise<{ readonly events: Destination; readonly place: Place }> {
  const { events } = await open()
  const place = await events.prepare(HOME, soon())
  receiptOf(await put(events, place, event()))
  await cloud.faults.add({ method: 'PUT', times: 1, effect })
  return { events, place }
}

test.each([{ kind: 'pretend' }, { kind: 'sign-in-page' }] as const)('%j is no proof of arrival', async (effect) => {
  const { events, place } = await during(effect)
  const what = event()
  expect((await faultOf(put(events, place, what))).reach).toBe('call')
  receiptOf(await put(events, place, what))
  expect(await stored()).toHaveLength(2)
})

test.each([{ kind: 'reset' }, { kind: 'truncate', bytes: 0 }, { kind: 'status', status: 502, body: 'html' }] as const)(
  'after %j the event stands once',
  async (effect) => {
    const { events, place } = await during(effect)
    const what = event()
    await put(events, place, what).catch(() => undefined)
    receiptOf(await put(events, place, what))
    expect((await stored()).filter(({ text }) => text.includes(what.uid))).toHaveLength(1)
    expect(await cloud.violations()).toEqual([])
  },
)

test('a wrong ETag costs nothing: our own event is still known as ours', async () => {
  const { events, place } = await during({ kind: 'wrong-etag' })
  const what = event()
  const receipt = receiptOf(await put(events, place, what))
  const again = await events.put(place, eventItem(HOME, { ...what, summary: 'New' }), receipt, soon())
  receiptOf(again)
  expect((await stored()).filter(({ text }) => text.includes('SUMMARY:New'))).toHaveLength(1)
})

test.each(['24.0.5', '32.0.7', '34.0.0'])(
  "%s: a person's event of the same UID stays, or is adopted where it is equal",
  async (version) => {
    const { events } = await open({ version })
    const place = await events.prepare(HOME, soon())
    const uri = place.id.split('/').at(-2) ?? ''
    const [other, equal] = [event(), event()]
    await cloud.user('alice').write(`calendars/${uri}/p.ics`, Buffer.from(writeEvent({ ...other, summary: 'Own' }).bytes).toString())
    await cloud.user('alice').write(`calendars/${uri}/q.ics`, Buffer.from(writeEvent(equal).bytes).toString())
    expect(await faultOf(put(events, place, other))).toMatchObject({ reach: 'item', reason: 'stands-already' })
    expect(receiptOf(await put(events, place, equal)).locator).toBe('q.ics')
    expect((await stored()).every(({ by }) => by === 'person')).toBe(true)
    expect(await cloud.violations()).toEqual([])
  },
)

test.each(['24.0.5', '32.0.7', '34.0.0'])('%s: what a person has thrown away does not keep the event out', async (version) => {
  const { events } = await open({ version })
  const place = await events.prepare(HOME, soon())
  const path = `calendars/${place.id.split('/').at(-2) ?? ''}/p.ics`
  const what = event()
  await cloud.user('alice').write(path, Buffer.from(writeEvent(what).bytes).toString())
  await cloud.user('alice').remove(path)
  receiptOf(await put(events, place, what))
  expect((await stored()).filter(({ text }) => text.includes(what.summary ?? ''))).toHaveLength(1)
})

test.each([
  ['bob', 'bob'],
  ['carla@cloud.example', 'carla@cloud.example'],
  ['BOB', 'bob'],
  ['bob@cloud.example', 'bob'],
])('a calendar is shared with who logs in as %s, once; nobody is there who is not there', async (to, id) => {
  const bob = { id: 'bob', email: 'bob@cloud.example' }
  const { events } = await open({ users: [{ id: 'alice', email: 'alice@cloud.example' }, bob, { id: 'carla@cloud.example' }] })
  await events.prepare(HOME, soon())
  expect(await events.share?.(HOME, to, 'write', soon())).toBe('shared')
  expect(await events.share?.(HOME, to, 'read', soon())).toBe('already')
  const work = (await cloud.user('alice').collections()).find(({ displayName }) => displayName === 'Work')
  expect(work?.shares).toEqual({ [`principals/users/${id}`]: 'read-write' })
  expect(await faultOf(events.share?.(HOME, 'nobody', 'read', soon()) ?? Promise.resolve())).toMatchObject({ code: 'dav-no-such-account' })
})
