import { expect, test } from 'vitest'
import { CREATE, eventText, type TestCloud, testCloud } from '../test-cloud.ts'
import { childOf, type XmlElement } from '../xml/read.ts'

const HOME = 'calendars/alice/personal/'
const put = (cloud: TestCloud, name: string, lines: readonly string[] = []) =>
  cloud.ask('PUT', `${HOME}${name}.ics`, { body: eventText({ uid: name, lines }), headers: CREATE })

const hrefs = (root: XmlElement) => root.children.flatMap((each) => childOf(each, '{DAV:}href')?.text.split('/').at(-1) ?? [])
const sync = (cloud: TestCloud, token = '', limit = '') =>
  cloud.ask('REPORT', HOME, {
    body: `<d:sync-collection xmlns:d="DAV:"><d:sync-token>${token}</d:sync-token><d:sync-level>1</d:sync-level>${limit}<d:prop><d:getetag/></d:prop></d:sync-collection>`,
  })
const tokenIn = (root: XmlElement) => childOf(root, '{DAV:}sync-token')?.text ?? ''

test('a token tells what has come, changed and gone since', () => {
  const cloud = testCloud()
  put(cloud, 'a')
  put(cloud, 'b')
  const first = sync(cloud).xml()
  expect(hrefs(first)).toEqual(['a.ics', 'b.ics'])
  put(cloud, 'c')
  cloud.ask('DELETE', `${HOME}a.ics`)
  const next = sync(cloud, tokenIn(first))
  expect(hrefs(next.xml())).toEqual(['c.ics', 'a.ics'])
  expect(next.text).toMatch(/a\.ics<\/d:href><d:status>HTTP\/1\.1 404/)
  expect(hrefs(sync(cloud, tokenIn(next.xml())).xml())).toEqual([])
  const refused = sync(cloud, 'http://sabre.io/ns/sync/9999')
  expect([refused.status, refused.text]).toEqual([403, expect.stringContaining('<d:valid-sync-token/>')])
})

test('what is limited is cut, and goes on from its token', () => {
  const cloud = testCloud()
  const start = tokenIn(sync(cloud).xml())
  for (const name of ['a', 'b', 'c']) put(cloud, name)
  const cut = sync(cloud, start, '<d:limit><d:nresults>2</d:nresults></d:limit>')
  expect([hrefs(cut.xml()), cut.text]).toEqual([['a.ics', 'b.ics', ''], expect.stringContaining('507 Insufficient Storage')])
  expect(hrefs(sync(cloud, tokenIn(cut.xml())).xml())).toEqual(['c.ics'])
})

test('getctag changes with what is in the collection, and with its properties', () => {
  const cloud = testCloud()
  const body = '<d:propfind xmlns:d="DAV:" xmlns:c="http://calendarserver.org/ns/"><d:prop><c:getctag/></d:prop></d:propfind>'
  const tag = () => cloud.ask('PROPFIND', HOME, { body, headers: { depth: '0' } }).text
  const tags = [tag()]
  put(cloud, 'a')
  tags.push(tag())
  const update = '<d:propertyupdate xmlns:d="DAV:"><d:set><d:prop><d:displayname>New</d:displayname></d:prop></d:set></d:propertyupdate>'
  expect(cloud.ask('PROPPATCH', HOME, { body: update }).status).toBe(207)
  tags.push(tag())
  expect(new Set(tags).size).toBe(3)
})

test('multiget gives data and tells what is not there; minimal leaves out what is not known', () => {
  const cloud = testCloud()
  put(cloud, 'a')
  const body = `<c:calendar-multiget xmlns:d="DAV:" xmlns:c="urn:ietf:params:xml:ns:caldav"><d:prop><d:getetag/><c:calendar-data/><d:quota/></d:prop><d:href>/remote.php/dav/${HOME}a.ics</d:href><d:href>/remote.php/dav/${HOME}none.ics</d:href></c:calendar-multiget>`
  const got = cloud.ask('REPORT', HOME, { body })
  expect(got.text).toContain('SUMMARY:Plan&#13;')
  expect(got.text).toMatch(/none\.ics<\/d:href><d:status>HTTP\/1\.1 404/)
  expect(got.text).toContain('<d:quota/></d:prop><d:status>HTTP/1.1 404')
  expect(cloud.ask('REPORT', HOME, { body, headers: { prefer: 'return=minimal' } }).text).not.toContain('d:quota')
})

const query = (cloud: TestCloud, inner: string) =>
  hrefs(
    cloud
      .ask('REPORT', HOME, {
        body: `<c:calendar-query xmlns:d="DAV:" xmlns:c="urn:ietf:params:xml:ns:caldav"><d:prop><d:getetag/></d:prop><c:filter><c:comp-filter name="VCALENDAR"><c:comp-filter name="VEVENT">${inner}</c:comp-filter></c:comp-filter></c:filter></c:calendar-query>`,
      })
      .xml(),
  )

test('a query finds by time, series included, and by text', () => {
  const cloud = testCloud()
  put(cloud, 'once')
  put(cloud, 'series', ['RRULE:FREQ=WEEKLY;COUNT=10', 'LOCATION:Köln'])
  put(cloud, 'endless', ['RRULE:FREQ=YEARLY'])
  const within = (start: string, end: string) => query(cloud, `<c:time-range start="${start}" end="${end}"/>`)
  expect(within('20270105T000000Z', '20270106T000000Z')).toEqual(['once.ics', 'series.ics', 'endless.ics'])
  expect(within('20270301T000000Z', '20270401T000000Z')).toEqual(['series.ics', 'endless.ics'])
  expect(within('20300101T000000Z', '20300201T000000Z')).toEqual(['endless.ics'])
  expect(within('20250101T000000Z', '20260101T000000Z')).toEqual([])
  expect(query(cloud, '<c:prop-filter name="UID"><c:text-match collation="i;octet">once</c:text-match></c:prop-filter>')).toEqual([
    'once.ics',
  ])
  expect(query(cloud, '<c:prop-filter name="LOCATION"><c:text-match>kÖLN</c:text-match></c:prop-filter>')).toEqual(['series.ics'])
  expect(query(cloud, '<c:prop-filter name="LOCATION"><c:is-not-defined/></c:prop-filter>')).toEqual(['once.ics', 'endless.ics'])
})

test('XML that is not well formed, undeclared prefixes and document types are refused', () => {
  const cloud = testCloud()
  const bomb = '<!DOCTYPE d [<!ENTITY a "x">]><d:propfind xmlns:d="DAV:"><d:prop/></d:propfind>'
  for (const body of ['<d:propfind xmlns:d="DAV:">', '<d:propfind/>', bomb]) expect(cloud.ask('PROPFIND', HOME, { body }).status).toBe(400)
  expect(cloud.violations()).toEqual([])
})
