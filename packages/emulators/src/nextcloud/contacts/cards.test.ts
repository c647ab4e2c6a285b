import { expect, test } from 'vitest'
import { CREATE, cardText, type TestCloud, testCloud } from '../test-cloud.ts'

/** Facts 6. */
const BOOK = 'addressbooks/users/alice/contacts/'
const BOOK_XML =
  '<d:mkcol xmlns:d="DAV:" xmlns:r="urn:ietf:params:xml:ns:carddav"><d:set><d:prop><d:resourcetype><d:collection/><r:addressbook/></d:resourcetype></d:prop></d:set></d:mkcol>'
const LENIENT = { 'if-none-match': '*' } as const
const put = (cloud: TestCloud, body: string | Buffer, headers: Readonly<Record<string, string>> = CREATE, name = 'a.vcf') =>
  cloud.ask('PUT', `${BOOK}${name}`, { body, headers })

test.each([
  ['no UID', cardText(['FN:A', 'N:A;;;;'])],
  ['no FN', cardText(['UID:a', 'N:B;Ann;;;'])],
  ['no VERSION', cardText(['UID:a', 'FN:A']).replace('VERSION:3.0\r\n', '')],
] as const)('%s is repaired without an ETag, and refused of those who are strict', (_what, body) => {
  const made = put(testCloud(), body, LENIENT)
  expect([made.status, made.headers['etag'], made.headers['x-sabre-ew-gross']]).toEqual([
    201,
    undefined,
    expect.stringContaining('vCard validation warning'),
  ])
  expect(put(testCloud(), body).status).toBe(415)
})

test('2.1, and what is no card, are refused', () => {
  expect(put(testCloud(), cardText(['FN:A', 'N:A'], '2.1'), LENIENT).status).toBe(415)
  expect(put(testCloud(), 'hello', LENIENT).status).toBe(415)
})

test('a UID stands once in a book; what is deleted is gone', () => {
  const cloud = testCloud()
  const body = cardText(['UID:a', 'FN:A'])
  expect([put(cloud, body).status, put(cloud, body, CREATE, 'b.vcf').status]).toEqual([201, 400])
  expect([cloud.ask('DELETE', `${BOOK}a.vcf`).status, put(cloud, body).status]).toEqual([204, 201])
})

test('a card of 4.0 is served as 3.0 with the ETag of what was sent, unless asked for', () => {
  const cloud = testCloud()
  const body = cardText(['UID:a', 'FN:A', 'KIND:group', 'MEMBER:urn:uuid:x', 'PHOTO:data:image/jpeg;base64,AAAA'], '4.0')
  const made = put(cloud, body)
  const plain = cloud.ask('GET', `${BOOK}a.vcf`)
  expect([plain.headers['etag'], plain.text]).toEqual([made.headers['etag'], expect.stringContaining('VERSION:3.0')])
  expect(plain.text).toContain('X-ADDRESSBOOKSERVER-KIND:group')
  expect(plain.text).toMatch(/PHOTO;ENCODING=b;TYPE=JPEG:AAAA/)
  expect(cloud.ask('GET', `${BOOK}a.vcf`, { headers: { accept: 'text/vcard; version=4.0' } }).text).toBe(body)
  const multiget = (data: string) =>
    `<c:addressbook-multiget xmlns:d="DAV:" xmlns:c="urn:ietf:params:xml:ns:carddav"><d:prop>${data}</d:prop><d:href>/remote.php/dav/${BOOK}a.vcf</d:href></c:addressbook-multiget>`
  expect(cloud.ask('REPORT', BOOK, { body: multiget('<c:address-data/>') }).text).toContain('VERSION:3.0')
  expect(cloud.ask('REPORT', BOOK, { body: multiget('<c:address-data version="4.0"/>') }).text).toContain('VERSION:4.0')
})

test('of two cards in one resource the second is never found', () => {
  const cloud = testCloud()
  const body = cardText(['UID:a', 'FN:Ann']) + cardText(['UID:b', 'FN:Ben'])
  expect(put(cloud, body).status).toBe(201)
  const query = (name: string) =>
    `<c:addressbook-query xmlns:d="DAV:" xmlns:c="urn:ietf:params:xml:ns:carddav"><d:prop><d:getetag/></d:prop><c:filter><c:prop-filter name="FN"><c:text-match>${name}</c:text-match></c:prop-filter></c:filter></c:addressbook-query>`
  const count = (name: string) => cloud.ask('REPORT', BOOK, { body: query(name) }).xml().children.length
  expect([count('ann'), count('Ben')]).toEqual([1, 0])
  expect(cloud.ask('GET', `${BOOK}a.vcf`).text).toBe(body)
})

test('two cards of one UID come together by MOVE; a name of fewer than five parts is refused of those who are strict', () => {
  const cloud = testCloud()
  const ask = (method: string, path: string, more = {}) => cloud.ask(method, `addressbooks/users/alice/${path}`, more)
  ask('MKCOL', 'b/', { body: BOOK_XML })
  const body = cardText(['UID:a', 'FN:A'])
  expect([put(cloud, body).status, ask('PUT', 'b/a.vcf', { body, headers: CREATE }).status]).toEqual([201, 201])
  const destination = 'https://cloud.example/remote.php/dav/addressbooks/users/alice/contacts/b.vcf'
  expect(ask('MOVE', 'b/a.vcf', { headers: { destination } }).status).toBe(201)
  expect(put(cloud, cardText(['UID:n', 'FN:A', 'N:only']), CREATE, 'n.vcf').status).toBe(415)
  expect(put(cloud, cardText(['UID:d', 'FN:A', 'BDAY:soon']), CREATE, 'd.vcf').status).toBe(415)
})

test('Latin-1 becomes UTF-8 without an ETag; 5 MB are the most from 30 on', () => {
  const cloud = testCloud()
  const latin = Buffer.from(cardText(['UID:a', 'FN:José']), 'latin1')
  expect(put(cloud, latin).status).toBe(415)
  const made = put(cloud, latin, LENIENT)
  expect([made.status, made.headers['etag'], cloud.ask('GET', `${BOOK}a.vcf`).text]).toEqual([
    201,
    undefined,
    expect.stringContaining('José'),
  ])
  const large = cardText(['UID:l', 'FN:L', `PHOTO;ENCODING=b;TYPE=JPEG:${'A'.repeat(8_000_000)}`])
  expect([put(testCloud({ version: '24' }), large).status, put(testCloud(), large).status]).toEqual([201, 403])
})

test('birthdays make a calendar that nobody writes into, and that follows the cards', async () => {
  const cloud = testCloud()
  put(cloud, cardText(['UID:a', 'FN:Ann', 'BDAY:1980-05-01']))
  const shown = () =>
    cloud.ask('REPORT', 'calendars/alice/contact_birthdays/', {
      body: '<c:calendar-query xmlns:d="DAV:" xmlns:c="urn:ietf:params:xml:ns:caldav"><d:prop><c:calendar-data/></d:prop></c:calendar-query>',
    })
  expect(shown().text).toContain('DTSTART;VALUE=DATE:19800501')
  expect(cloud.ask('PUT', 'calendars/alice/contact_birthdays/x.ics', { body: 'x', headers: CREATE }).status).toBe(403)
  cloud.ask('DELETE', `${BOOK}a.vcf`)
  expect(shown().xml().children).toHaveLength(0)
  expect(cloud.ask('MKCALENDAR', 'calendars/bob/contact_birthdays', { as: 'bob' }).status).toBe(405)
})
