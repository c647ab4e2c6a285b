import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { createDAVClient } from 'tsdav'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type EmulatedNextcloud, startNextcloud } from './nextcloud.ts'
import { cardText, eventText } from './test-cloud.ts'

/** A client that others wrote: what it accepts, the emulator speaks. */
type Client = Awaited<ReturnType<typeof createDAVClient>>

let cloud: EmulatedNextcloud

beforeAll(async () => {
  cloud = await startNextcloud({
    seed: 1,
    users: [
      { id: 'alice', email: 'alice@cloud.example' },
      { id: 'b.o-b@cloud.example', displayName: 'Bob & Söhne' },
    ],
  })
  setDefaultCACertificates([...getCACertificates('default'), cloud.ca])
})
afterAll(() => cloud.stop())

async function client(id: string, accountType: 'caldav' | 'carddav'): Promise<Client> {
  const { user, appPassword } = await cloud.user(id).credentials()
  return createDAVClient({
    serverUrl: cloud.url,
    credentials: { username: user, password: appPassword },
    authMethod: 'Basic',
    defaultAccountType: accountType,
  })
}

test('calendars are discovered, made, filled, changed and followed', async () => {
  const dav = await client('b.o-b@cloud.example', 'caldav')
  const [personal] = await dav.fetchCalendars()
  expect(personal).toMatchObject({ displayName: 'Personal', components: ['VEVENT', 'VTODO'] })
  const home = new URL('/remote.php/dav/calendars/b.o-b%40cloud.example/', cloud.url).href
  await dav.makeCalendar({ url: `${home}work/`, props: { displayname: 'Wörk & <Play>', 'ca:calendar-color': '#ff0000' } })
  const work = (await dav.fetchCalendars()).find(({ url }) => url.includes('/work'))
  expect(work).toMatchObject({ displayName: 'Wörk & <Play>', url: `${home}work/` })
  if (!work) throw new Error('The calendar is not there.')
  const made = await dav.createCalendarObject({ calendar: work, filename: 'a.ics', iCalString: eventText() })
  expect(made.status).toBe(201)
  const [object] = await dav.fetchCalendarObjects({ calendar: work })
  expect(object).toMatchObject({ url: `${home}work/a.ics`, etag: made.headers.get('etag'), data: eventText().trimEnd() })
  if (!object) throw new Error('The event is not there.')
  const changed = await dav.updateCalendarObject({ calendarObject: { ...object, data: eventText({ lines: ['LOCATION:Rôme'] }) } })
  expect(changed.status).toBe(204)
  expect((await dav.updateCalendarObject({ calendarObject: { ...object, data: eventText() } })).status).toBe(412)
  const followed = await dav.smartCollectionSync({
    collection: { ...work, objects: [object], objectMultiGet: dav.calendarMultiGet },
    method: 'webdav',
  })
  expect(followed.objects?.map(({ url, data }) => [url, String(data).includes('Rôme')])).toEqual([[`${home}work/a.ics`, true]])
  const inTime = (timeRange: { readonly start: string; readonly end: string }) => dav.fetchCalendarObjects({ calendar: work, timeRange })
  expect(await inTime({ start: '2027-01-05T09:30:00Z', end: '2027-01-06T00:00:00Z' })).toHaveLength(1)
  expect(await inTime({ start: '2027-01-06T00:00:00Z', end: '2027-01-07T00:00:00Z' })).toHaveLength(0)
})

test('address books are discovered and filled', async () => {
  const dav = await client('alice', 'carddav')
  const [book] = await dav.fetchAddressBooks()
  expect(book).toMatchObject({ displayName: 'Contacts' })
  if (!book) throw new Error('The address book is not there.')
  const card = cardText(['UID:c1', 'FN:Ann B', 'N:B;Ann;;;', 'BDAY:1980-05-01'])
  expect((await dav.createVCard({ addressBook: book, filename: 'c1.vcf', vCardString: card })).status).toBe(201)
  const cards = await dav.fetchVCards({ addressBook: book })
  expect(cards.map(({ data }) => data)).toEqual([card.trimEnd()])
  const calendars = await (await client('alice', 'caldav')).fetchCalendars()
  expect(calendars.map(({ url }) => url.split('/').at(-2))).toEqual(['personal', 'contact_birthdays'])
})

test('the client that others wrote is told of what a migration must not do', async () => {
  expect(await cloud.violations()).toEqual(['PUT without Prefer: handling=strict: a repair would go unnoticed (4 times)'])
})
