import { expect, test } from 'vitest'
import { CREATE, cardText, eventText, testCloud } from './test-cloud.ts'

const CALENDAR = 'calendars/alice/personal/'

test('an event is put, found again, and put over', () => {
  const cloud = testCloud()
  const put = cloud.ask('PUT', `${CALENDAR}a.ics`, { body: eventText(), headers: CREATE })
  expect([put.status, put.text]).toEqual([201, ''])
  expect(put.headers['etag']).toMatch(/^"[0-9a-f]{32}"$/)
  const got = cloud.ask('GET', `${CALENDAR}a.ics`)
  expect([got.status, got.text, got.headers['etag']]).toEqual([200, eventText(), put.headers['etag']])
  expect(cloud.ask('PUT', `${CALENDAR}a.ics`, { body: eventText(), headers: CREATE }).status).toBe(412)
  const over = { 'if-match': put.headers['etag'] ?? '', prefer: 'handling=strict' }
  expect(cloud.ask('PUT', `${CALENDAR}a.ics`, { body: eventText({ lines: ['LOCATION:Here'] }), headers: over }).status).toBe(204)
  expect(cloud.violations()).toEqual([])
})

test('a home lists its collections', () => {
  const cloud = testCloud()
  const body =
    '<x:propfind xmlns:x="DAV:" xmlns:c="urn:ietf:params:xml:ns:caldav"><x:prop><x:resourcetype/><x:displayname/><c:supported-calendar-component-set/></x:prop></x:propfind>'
  const got = cloud.ask('PROPFIND', 'calendars/alice/', { body, headers: { depth: '1' } })
  expect(got.status).toBe(207)
  expect(got.xml().children.map(({ children }) => children[0]?.text)).toEqual([
    '/remote.php/dav/calendars/alice/',
    '/remote.php/dav/calendars/alice/personal/',
    '/remote.php/dav/calendars/alice/inbox/',
    '/remote.php/dav/calendars/alice/outbox/',
    '/remote.php/dav/calendars/alice/trashbin/',
  ])
})

test('a card goes the same way', () => {
  const cloud = testCloud()
  const card = cardText(['UID:c1', 'FN:Ann', 'N:B;Ann;;;'])
  expect(cloud.ask('PUT', 'addressbooks/users/alice/contacts/c.vcf', { body: card, headers: CREATE }).status).toBe(201)
  expect(cloud.ask('GET', 'addressbooks/users/alice/contacts/c.vcf').text).toBe(card)
})
