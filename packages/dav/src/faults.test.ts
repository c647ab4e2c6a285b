import type { Fault } from '@offramp/core'
import type { ResponseFacts } from '@offramp/wire'
import { expect, test } from 'vitest'
import { type Asks, classify, DavRefusal } from './faults.ts'

const sabre = (name: string, message: string, more = ''): string =>
  `<?xml version="1.0" encoding="utf-8"?>\n<d:error xmlns:d="DAV:" xmlns:s="http://sabredav.org/ns" xmlns:cal="urn:ietf:params:xml:ns:caldav">` +
  `<s:exception>Sabre\\DAV\\Exception\\${name}</s:exception><s:message>${message}</s:message>${more}</d:error>`

const recur = (name: string, message: string): string => sabre('X', message).replace('Sabre\\DAV\\Exception\\X', `Sabre\\VObject\\${name}`)

/** Of PostgreSQL, by Nextcloud 32.0.1; MySQL says SQLSTATE[23000] and "Duplicate entry". */
const unique = recur(
  'X',
  'An exception occurred while executing a query: SQLSTATE[23505]: Unique violation: 7 ERROR:  duplicate key value violates unique constraint "calobjects_by_uid_index"',
)

const rfc = (condition: string): string =>
  `<?xml version="1.0"?><D:error xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"><C:${condition}/></D:error>`

const said = (status: number, asks: Asks, body = '', headers: Readonly<Record<string, string>> = {}): Fault | undefined => {
  const facts: ResponseFacts = { status, headers, body, about: 'anna', asks, now: 1_000_000, retryAfterMs: undefined }
  return classify(facts, 'cloud.example')
}

/** Texts as Nextcloud 24 to 34, Cyrus 3.6.1 and Radicale 3.1.8 write them. */
test.each<[number, Asks, string, readonly [string, string, string?]]>([
  [401, 'look', '', ['account', 'dav-login-refused']],
  [401, 'put', sabre('NotAuthenticated', 'Username or password was incorrect'), ['account', 'dav-login-refused']],
  [403, 'make', sabre('Forbidden', 'Calendar limit reached'), ['account', 'dav-collection-limit']],
  [403, 'make', sabre('Forbidden', 'AddressBook limit reached'), ['account', 'dav-collection-limit']],
  [507, 'put', sabre('InsufficientStorage', 'x'), ['account', 'dav-over-quota']],
  [403, 'put', rfc('quota-not-exceeded'), ['account', 'dav-over-quota']],
  [413, 'put', '', ['item', 'dav-too-large', 'too-large']],
  [403, 'put', rfc('max-resource-size'), ['item', 'dav-too-large', 'too-large']],
  [403, 'put', sabre('Forbidden', 'VEvent or VTodo exceeds 10485760 bytes limit'), ['item', 'dav-too-large', 'too-large']],
  [403, 'put', rfc('valid-calendar-data'), ['item', 'dav-refused', 'refused-by-destination']],
  [403, 'put', rfc('supported-calendar-component'), ['item', 'dav-refused', 'refused-by-destination']],
  [415, 'put', sabre('UnsupportedMediaType', 'Validation error in iCalendar'), ['item', 'dav-refused', 'refused-by-destination']],
  [400, 'put', 'Bad Request', ['item', 'dav-refused', 'refused-by-destination']],
  [400, 'put', sabre('BadRequest', 'Calendar object with uid already exists in this calendar collection.'), ['item', 'dav-uid-taken']],
  [409, 'put', rfc('no-uid-conflict'), ['item', 'dav-uid-taken']],
  [403, 'put', rfc('unique-scheduling-object-resource'), ['item', 'dav-uid-taken']],
  [
    500,
    'put',
    recur('Recur\\MaxInstancesExceededException', 'Recurring events are only allowed to generate 3500'),
    ['item', 'dav-refused'],
  ],
  [500, 'put', recur('InvalidDataException', 'INTERVAL in RRULE must be a positive integer!'), ['item', 'dav-refused']],
  [403, 'put', sabre('Forbidden', 'This recurrence rule does not generate any valid instances'), ['item', 'dav-refused']],
  [500, 'move', unique, ['item', 'dav-uid-taken']],
  [500, 'put', unique, ['item', 'dav-uid-taken']],
  [403, 'put', '', ['call', 'dav-refused-unknown']],
  [403, 'put', '<html><body>Blocked by the firewall</body></html>', ['call', 'dav-refused-unknown']],
  [403, 'put', '<D:error xmlns:D="DAV:"><D:need-privileges/></D:error>', ['account', 'dav-not-permitted']],
  [404, 'look', '', ['call', 'dav-not-there']],
  [405, 'make', sabre('MethodNotAllowed', 'The resource you tried to create already exists'), ['call', 'dav-not-able']],
  [412, 'put', '', ['call', 'dav-precondition']],
  [418, 'put', '', ['call', 'dav-refused-unknown']],
  [423, 'put', '', ['call', 'dav-locked']],
  [301, 'discover', '', ['call', 'dav-elsewhere']],
  [301, 'put', '', ['account', 'dav-redirected']],
])('%i to %s, saying %s', (status, asks, body, [reach, code, reason]) => {
  const fault = said(status, asks, body)
  expect([fault?.reach, fault?.code, fault?.reason]).toEqual([
    reach,
    code,
    reason ?? (reach === 'item' ? 'refused-by-destination' : undefined),
  ])
  expect(fault).toBeInstanceOf(DavRefusal)
  if (reach === 'account') expect(fault?.remedy).toMatch(/\w/)
})

test('too many calendars within the hour are waited for, and the setting is named', () => {
  const fault = said(429, 'make', sabre('TooManyRequests', 'Too many calendars created'))
  expect(fault).toMatchObject({ reach: 'gate', until: 1_600_000, message: expect.stringContaining('rateLimitCalendarCreation') })
})

test('maintenance without a time to come back is waited for; any other 429 or 5xx is what it is everywhere', () => {
  expect(said(503, 'put', sabre('ServiceUnavailable', 'System is in maintenance mode.'))).toMatchObject({ reach: 'gate', until: 1_060_000 })
  expect(said(429, 'put')).toBeUndefined()
  expect(said(502, 'look')).toBeUndefined()
  expect(said(500, 'put', recur('X', 'An exception occurred while executing a query: SQLSTATE[40P01]: Deadlock detected'))).toBeUndefined()
})

test('what the other object is called comes with the refusal', () => {
  const body = `<D:error xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"><C:no-uid-conflict><D:href>/cal/x.ics</D:href></C:no-uid-conflict></D:error>`
  const fault = said(409, 'put', body)
  expect(fault instanceof DavRefusal && fault.said.href).toBe('/cal/x.ics')
})
