import { expect, test } from 'vitest'
import { CREATE, eventText, type TestCloud, testCloud } from '../test-cloud.ts'

const PATH = 'calendars/alice/personal/a.ics'
const strict = { prefer: 'handling=strict' }

test.each([
  [
    'no condition',
    (cloud: TestCloud) => cloud.ask('PUT', PATH, { body: eventText(), headers: strict }),
    'PUT with neither If-Match nor If-None-Match',
  ],
  [
    'no strictness',
    (cloud: TestCloud) => cloud.ask('PUT', PATH, { body: eventText(), headers: { 'if-none-match': '*' } }),
    'PUT without Prefer: handling=strict: a repair would go unnoticed',
  ],
  [
    'a PUT after a DELETE',
    (cloud: TestCloud) => {
      cloud.ask('PUT', PATH, { body: eventText(), headers: CREATE })
      cloud.ask('DELETE', PATH)
      cloud.ask('PUT', PATH, { body: eventText(), headers: CREATE })
    },
    'PUT of /remote.php/dav/calendars/alice/personal/a.ics after DELETE: it must be written over instead',
  ],
  [
    'no password',
    (cloud: TestCloud) => {
      for (let time = 0; time < 2; time++) {
        cloud.ask('PROPFIND', PATH, { headers: { authorization: '' } })
        cloud.clock.now += 1_000
      }
    },
    'went on with a password of nobody that had been refused',
  ],
] as const)('%s is told of', (_what, act, told) => {
  const cloud = testCloud()
  act(cloud)
  expect(cloud.violations()).toEqual([told])
})

test('a lenient PUT may follow a strict one that was refused', () => {
  const cloud = testCloud()
  const body = eventText({ head: ['VERSION:2.0'] })
  expect(cloud.ask('PUT', PATH, { body, headers: CREATE }).status).toBe(415)
  expect(cloud.ask('PUT', PATH, { body, headers: { 'if-none-match': '*' } }).status).toBe(201)
  expect(cloud.violations()).toEqual([])
})

test('writing over, and deleting, what a person has written is told of; so is a collection with it', async () => {
  const cloud = testCloud()
  await cloud.user('alice').write('calendars/personal/a.ics', eventText())
  expect(cloud.violations()).toEqual([])
  cloud.ask('DELETE', 'calendars/alice/personal/')
  expect(cloud.violations()).toEqual(['deleted personal of alice, in which a person had written'])
  const other = testCloud()
  await other.user('alice').write('calendars/personal/a.ics', eventText())
  other.ask('PUT', PATH, { body: eventText(), headers: { 'if-match': '*', ...strict } })
  expect(other.violations()).toEqual(['PUT over what a person had written: alice/personal/a.ics'])
})

test('more requests at once than there may be are told of, and one before the time in Retry-After', () => {
  const cloud = testCloud({ limits: { concurrent: 2 } })
  const { manners } = cloud.state
  const leave = [1, 2].map(() => manners.enter('alice'))
  expect(cloud.violations()).toEqual([])
  manners.enter('alice')()
  for (const each of leave) each()
  manners.enter('alice')()
  expect(cloud.violations()).toEqual(['more than 2 requests at once for alice'])
  manners.told('bob', cloud.clock.now + 5_000)
  manners.enter('bob')()
  cloud.clock.now += 4_999
  manners.enter('bob')()
  expect(cloud.violations().at(-1)).toBe('called for bob before the time in Retry-After')
  expect(manners.most).toBe(3)
})

test("another's calendars are not there; what is shared may be written, which is told of", () => {
  const cloud = testCloud()
  const share = (access: string) => ({
    body: `<o:share xmlns:o="http://owncloud.org/ns" xmlns:d="DAV:"><o:set><d:href>principal:principals/users/bob</d:href>${access}</o:set></o:share>`,
  })
  expect(cloud.ask('PUT', PATH, { as: 'bob', body: eventText(), headers: CREATE }).status).toBe(404)
  expect(cloud.ask('POST', 'calendars/alice/personal', share('<o:read/>')).status).toBe(200)
  const shared = 'calendars/bob/personal_shared_by_alice/'
  expect(cloud.ask('PUT', `${shared}a.ics`, { as: 'bob', body: eventText(), headers: CREATE }).status).toBe(403)
  cloud.ask('POST', 'calendars/alice/personal', share('<o:read-write/>'))
  expect(cloud.ask('PUT', `${shared}a.ics`, { as: 'bob', body: eventText(), headers: CREATE }).status).toBe(201)
  expect(new Set(cloud.violations().map((each) => each.replace(/ \(.*/, '')))).toEqual(new Set(['wrote into personal of alice as bob']))
  expect(
    cloud.ask('PROPFIND', shared, {
      as: 'bob',
      headers: { depth: '0' },
      body: '<d:propfind xmlns:d="DAV:"><d:prop><d:displayname/></d:prop></d:propfind>',
    }).text,
  ).toContain('Personal (Alice)')
  expect(cloud.state.mails.map(({ about, to }) => `${about} ${to}`)).toEqual(['SHARE bob@cloud.example'])
})

test('sharing mails nobody where that is switched off; publishing gives an address', () => {
  const cloud = testCloud({ settings: { mailSharees: 'no' } })
  const body =
    '<o:share xmlns:o="http://owncloud.org/ns" xmlns:d="DAV:"><o:set><d:href>principal:principals/users/bob</d:href></o:set><o:set><d:href>principal:principals/users/nobody</d:href></o:set></o:share>'
  expect([cloud.ask('POST', 'addressbooks/users/alice/contacts', { body }).status, cloud.state.mails]).toEqual([200, []])
  expect(cloud.ask('PROPFIND', 'addressbooks/users/bob/', { as: 'bob' }).text).toContain('contacts_shared_by_alice')
  const publish = '<c:publish-calendar xmlns:c="http://calendarserver.org/ns/"/>'
  expect(cloud.ask('POST', 'calendars/alice/personal', { body: publish }).status).toBe(202)
  const asks = '<d:propfind xmlns:d="DAV:" xmlns:c="http://calendarserver.org/ns/"><d:prop><c:publish-url/></d:prop></d:propfind>'
  expect(cloud.ask('PROPFIND', 'calendars/alice/personal', { body: asks, headers: { depth: '0' } }).text).toContain('/public-calendars/')
})
