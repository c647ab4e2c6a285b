import { expect, test } from 'vitest'
import { CREATE, cardText, eventText, testCloud } from '../test-cloud.ts'

/** Facts 5.2, the column of Nextcloud, row by row. */
const LENIENT = { 'if-none-match': '*' } as const
const HOME = 'calendars/alice/personal/'
const TIMES = ['DTSTAMP:20260101T000000Z', 'DTSTART:20270105T090000Z', 'DTEND:20270105T100000Z']

test.each([
  ['a plain event', eventText(), 201, 201],
  ['no UID', eventText({ bare: true, lines: TIMES }), 201, 415],
  ['no DTSTAMP', eventText({ bare: true, lines: ['UID:a', 'DTSTART:20270105T090000Z'] }), 201, 415],
  ['no PRODID', eventText({ head: ['VERSION:2.0'] }), 201, 415],
  ['no VERSION', eventText({ head: ['PRODID:x'] }), 201, 415],
  ['a rule without FREQ', eventText({ lines: ['RRULE:COUNT=3'] }), 201, 415],
  ['a control character', eventText({ lines: ['COMMENT:a\u0007b'] }), 201, 415],
] as const)('%s: lenient %i repaired without an ETag, strict %i', (what, body, lenient, strict) => {
  const loose = testCloud().ask('PUT', `${HOME}a.ics`, { body, headers: LENIENT })
  const isRepaired = lenient !== strict
  expect([loose.status, loose.headers['etag'] === undefined, loose.headers['x-sabre-ew-gross'] !== undefined]).toEqual([
    lenient,
    isRepaired,
    isRepaired,
  ])
  const cloud = testCloud()
  expect([cloud.ask('PUT', `${HOME}a.ics`, { body, headers: CREATE }).status, what]).toEqual([strict, what])
  expect(cloud.ask('GET', `${HOME}a.ics`).status).toBe(strict === 201 ? 200 : 404)
})

test.each([
  ['METHOD', eventText({ head: ['VERSION:2.0', 'PRODID:x', 'METHOD:REQUEST'] }), 415, 'MUST NOT have a METHOD'],
  ['no DTSTART', eventText({ bare: true, lines: ['UID:a', 'DTSTAMP:20260101T000000Z'] }), 415, 'DTSTART MUST appear exactly once'],
  ['two UIDs', eventText({ lines: ['END:VEVENT', 'BEGIN:VEVENT', 'UID:two', ...TIMES] }), 415, 'same UID'],
  ['two masters', eventText({ lines: ['END:VEVENT', 'BEGIN:VEVENT', 'UID:one@example', ...TIMES] }), 415, 'More than one master'],
  ['VERSION 1.0', eventText({ head: ['VERSION:1.0', 'PRODID:x'] }), 415, 'Only iCalendar version 2.0'],
  [
    'a time that is none',
    eventText({ bare: true, lines: ['UID:a', 'DTSTAMP:20260101T000000Z', 'DTSTART:20270105'] }),
    415,
    'is not a correct DATE-TIME',
  ],
  ['no calendar at all', 'hello', 415, 'only supports valid iCalendar'],
  ['a card', cardText(['UID:a', 'FN:A']), 415, 'only support iCalendar objects'],
  ['a VFREEBUSY', eventText({ component: 'VFREEBUSY' }), 403, 'at least have a component of type'],
  [
    'a task that is due before it begins',
    eventText({
      component: 'VTODO',
      bare: true,
      lines: ['UID:t', 'DTSTAMP:20260101T000000Z', 'DTSTART:20270105T090000Z', 'DUE:20270104T090000Z'],
    }),
    415,
    'DUE must occur after',
  ],
] as const)('%s is refused, leniently too', (_what, body, status, words) => {
  const cloud = testCloud()
  const got = cloud.ask('PUT', `${HOME}a.ics`, { body, headers: LENIENT })
  expect([got.status, got.text]).toEqual([status, expect.stringContaining(words)])
  expect(() => got.xml()).not.toThrow()
})

test.each([
  [
    'the end before the start',
    eventText({ bare: true, lines: ['UID:a', 'DTSTAMP:20260101T000000Z', 'DTSTART:20270105T090000Z', 'DTEND:20270105T080000Z'] }),
  ],
  ['a start alone', eventText({ bare: true, lines: ['UID:a', 'DTSTAMP:20260101T000000Z', 'DTSTART:20270105T090000Z'] })],
  [
    'a zone without VTIMEZONE',
    eventText({ bare: true, lines: ['UID:a', 'DTSTAMP:20260101T000000Z', 'DTSTART;TZID=Romance Standard Time:20270105T090000'] }),
  ],
  ['an orphaned exception', eventText({ lines: ['RECURRENCE-ID:20270105T090000Z'] })],
] as const)('%s is stored as it is', (_what, body) => {
  const cloud = testCloud()
  const made = cloud.ask('PUT', `${HOME}a.ics`, { body, headers: CREATE })
  expect([made.status, made.headers['etag'] === undefined]).toEqual([201, false])
  expect(cloud.ask('GET', `${HOME}a.ics`).text).toBe(body)
})

test.each([
  ['24', 400, ''],
  ['33', 400, ''],
  ['34', 409, '<cal:no-uid-conflict><d:href>/remote.php/dav/calendars/alice/personal/a.ics</d:href></cal:no-uid-conflict>'],
] as const)('%s: a UID that is there is refused with %i; in another calendar it is not', (version, status, condition) => {
  const cloud = testCloud({ version })
  cloud.ask('PUT', `${HOME}a.ics`, { body: eventText(), headers: CREATE })
  const again = cloud.ask('PUT', `${HOME}b.ics`, { body: eventText(), headers: CREATE })
  expect([again.status, again.text]).toEqual([status, expect.stringContaining(condition)])
  cloud.ask('MKCALENDAR', 'calendars/alice/other')
  expect(cloud.ask('PUT', 'calendars/alice/other/b.ics', { body: eventText(), headers: CREATE }).status).toBe(201)
})

test.each([
  ['24', 201],
  ['32', 403],
] as const)('%s: an event over the limit is answered %i', (version, status) => {
  const body = eventText({ lines: [`COMMENT:${'x'.repeat(10_485_760)}`] })
  expect(testCloud({ version }).ask('PUT', `${HOME}a.ics`, { body, headers: CREATE }).status).toBe(status)
})

test('bytes in Latin-1 are stored as UTF-8, without an ETag', () => {
  const cloud = testCloud()
  const body = Buffer.from(eventText({ lines: ['LOCATION:Café'] }), 'latin1')
  expect(cloud.ask('PUT', `${HOME}a.ics`, { body, headers: CREATE }).status).toBe(415)
  const made = cloud.ask('PUT', `${HOME}a.ics`, { body, headers: LENIENT })
  expect([made.status, made.headers['etag']]).toEqual([201, undefined])
  expect(cloud.ask('GET', `${HOME}a.ics`).text).toContain('LOCATION:Café')
})

test('a component that the collection was not made for is refused; what it takes cannot be changed later', () => {
  const cloud = testCloud()
  const set = '<c:supported-calendar-component-set><c:comp name="VTODO"/></c:supported-calendar-component-set>'
  const ns = 'xmlns:d="DAV:" xmlns:c="urn:ietf:params:xml:ns:caldav"'
  const body = `<c:mkcalendar ${ns}><d:set><d:prop><d:displayname>Tasks &amp; more</d:displayname>${set}</d:prop></d:set></c:mkcalendar>`
  expect(cloud.ask('MKCALENDAR', 'calendars/alice/tasks', { body }).status).toBe(201)
  const refused = cloud.ask('PUT', 'calendars/alice/tasks/a.ics', { body: eventText(), headers: CREATE })
  expect([refused.status, refused.text]).toEqual([403, expect.stringContaining('<cal:supported-calendar-component/>')])
  const change = `<d:propertyupdate ${ns}><d:set><d:prop>${set}<d:displayname>x</d:displayname></d:prop></d:set></d:propertyupdate>`
  const got = cloud.ask('PROPPATCH', 'calendars/alice/tasks', { body: change })
  expect([got.status, got.text]).toEqual([207, expect.stringMatching(/403 Forbidden.*424 Failed Dependency/s)])
})

test('a name with %2F leads elsewhere; what is not there is not found; a wrong ETag is refused', () => {
  const cloud = testCloud()
  expect(cloud.ask('PUT', `${HOME}a%2Fb.ics`, { body: eventText(), headers: CREATE }).status).toBe(404)
  expect(cloud.ask('GET', `${HOME}none.ics`).status).toBe(404)
  const match = { 'if-match': '"x"', prefer: 'handling=strict' }
  expect(cloud.ask('PUT', `${HOME}none.ics`, { body: eventText(), headers: match }).status).toBe(412)
  cloud.ask('PUT', `${HOME}a.ics`, { body: eventText(), headers: CREATE })
  expect(cloud.ask('PUT', `${HOME}a.ics`, { body: eventText(), headers: match }).status).toBe(412)
  expect(cloud.ask('DELETE', `${HOME}a.ics`, { headers: match }).status).toBe(412)
})
