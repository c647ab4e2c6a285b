import { expect, test } from 'vitest'
import { CREATE, eventText, type TestCloud, testCloud } from '../test-cloud.ts'

const PATH = 'calendars/alice/personal/a.ics'
const put = (cloud: TestCloud) => cloud.ask('PUT', PATH, { body: eventText(), headers: CREATE }).status
const remove = (cloud: TestCloud, headers = {}) => cloud.ask('DELETE', PATH, { headers }).status

/** Facts 5.3. */
test('24: what was deleted cannot be put again, the header for calendars notwithstanding', () => {
  const cloud = testCloud({ version: '24.0.5' })
  expect([put(cloud), remove(cloud, { 'x-nc-caldav-no-trashbin': '1' }), put(cloud)]).toEqual([201, 204, 400])
  expect(cloud.ask('PUT', PATH, { body: eventText(), headers: CREATE }).text).toContain('Deleted calendar object with uid already exists')
})

test('30: it can, but its third deletion is refused (server#42582); 34: always', () => {
  const cloud = testCloud({ version: '30' })
  expect([put(cloud), remove(cloud), put(cloud), remove(cloud), put(cloud), remove(cloud)]).toEqual([201, 204, 201, 204, 201, 403])
  const late = testCloud({ version: '34' })
  expect([put(late), remove(late), put(late), remove(late), put(late), remove(late)]).toEqual([201, 204, 201, 204, 201, 204])
})

test('without a trash bin nothing remains', () => {
  const cloud = testCloud({ version: '24', settings: { calendarRetentionObligation: 0 } })
  expect([put(cloud), remove(cloud), put(cloud)]).toEqual([201, 204, 201])
})

test('after 30 days, or fewer by the scale of time, it is forgotten', () => {
  const cloud = testCloud({ version: '24', timeScale: 1_000 })
  expect([put(cloud), remove(cloud), put(cloud)]).toEqual([201, 204, 400])
  cloud.clock.now += (30 * 86_400_000) / 1_000 + 1
  expect(put(cloud)).toBe(201)
})

test("a deleted calendar's name is taken, and shown as deleted; with the header it is free", () => {
  const cloud = testCloud()
  const [make, drop] = [
    () => cloud.ask('MKCALENDAR', 'calendars/alice/work').status,
    (headers = {}) => cloud.ask('DELETE', 'calendars/alice/work', { headers }).status,
  ]
  expect([make(), make(), drop(), make()]).toEqual([201, 405, 204, 405])
  const listed = cloud.ask('PROPFIND', 'calendars/alice/', { headers: { depth: '1' } }).text
  expect(listed).toMatch(/work\/<\/d:href>.*deleted-calendar/s)
  const purge = { 'x-nc-caldav-no-trashbin': '1' }
  expect([drop(), make(), drop(purge)]).toEqual([204, 405, 204])
  expect([make(), drop({ 'x-nc-caldav-no-trashbin': '1' }), make()]).toEqual([201, 204, 201])
})

test('a deleted calendar still serves what is in it, and takes more, as if nothing had happened; only its home tells', () => {
  const cloud = testCloud({ version: '32.0.1' })
  const [office, body] = ['calendars/alice/office/', eventText()]
  cloud.ask('MKCALENDAR', office)
  cloud.ask('PUT', `${office}a.ics`, { body, headers: CREATE })
  expect(cloud.ask('DELETE', office).status).toBe(204)
  const other = cloud.ask('PUT', `${office}b.ics`, { body: eventText({ uid: 'b' }), headers: CREATE })
  const over = cloud.ask('PUT', `${office}a.ics`, { body, headers: { 'if-match': '*' } })
  const destination = 'https://cloud.example/remote.php/dav/calendars/alice/personal/b.ics'
  const out = cloud.ask('MOVE', `${office}b.ics`, { headers: { destination } })
  expect([cloud.ask('GET', `${office}a.ics`).status, other.status, over.status, out.status]).toEqual([200, 201, 204, 201])
})

test('what is moved to where its UID stands, or lies in the bin, is an error of the database', () => {
  const cloud = testCloud({ version: '32.0.1' })
  cloud.ask('MKCALENDAR', 'calendars/alice/office/')
  cloud.ask('PUT', 'calendars/alice/office/a.ics', { body: eventText(), headers: CREATE })
  const destination = 'https://cloud.example/remote.php/dav/calendars/alice/personal/other.ics'
  const moved = () => cloud.ask('MOVE', 'calendars/alice/office/a.ics', { headers: { destination } })
  put(cloud)
  expect([moved().status, moved().text]).toEqual([500, expect.stringContaining('duplicate key')])
  remove(cloud)
  expect(moved().status).toBe(500)
})

test('the bin is listed, and gives back', async () => {
  const cloud = testCloud()
  put(cloud)
  remove(cloud)
  expect(cloud.ask('PROPFIND', 'calendars/alice/trashbin/objects/', { headers: { depth: '1' } }).status).toBe(501)
  const body =
    '<c:calendar-query xmlns:c="urn:ietf:params:xml:ns:caldav" xmlns:d="DAV:"><d:prop><d:getetag/></d:prop><c:filter><c:comp-filter name="VCALENDAR"/></c:filter></c:calendar-query>'
  const listed = () => cloud.ask('REPORT', 'calendars/alice/trashbin/objects/', { headers: { depth: '1' }, body }).xml()
  const href = listed().children.at(-1)?.children[0]?.text ?? ''
  expect(href).toMatch(/\/trashbin\/objects\/\d+\.ics$/)
  expect(cloud.ask('DELETE', 'calendars/alice/trashbin/objects/').status).toBe(403)
  const headers = { destination: 'https://cloud.example/remote.php/dav/calendars/alice/trashbin/restore/file' }
  expect(cloud.ask('MOVE', href, { headers }).status).toBe(201)
  expect((await cloud.user('alice').stored('calendars')).map(({ path }) => path)).toEqual(['calendars/personal/a.ics'])
  remove(cloud)
  const again = listed().children.at(-1)?.children[0]?.text ?? ''
  expect(again).not.toBe(href)
  expect(cloud.ask('DELETE', again).status).toBe(204)
  expect(listed().children).toEqual([])
})
