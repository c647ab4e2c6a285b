import { expect, test } from 'vitest'
import { testCloud } from '../test-cloud.ts'

const DEFAULT =
  '<d:propfind xmlns:d="DAV:" xmlns:c="urn:ietf:params:xml:ns:caldav"><d:prop><c:schedule-default-calendar-URL/></d:prop></d:propfind>'

/** Seen with Nextcloud 32.0.1. */
test('who comes with an app password has no address book, and no calendar until a program asks for the default one', () => {
  const cloud = testCloud({ users: [{ id: 'alice', isNew: true }] })
  const list = (home: string): readonly string[] =>
    [...cloud.ask('PROPFIND', home, { headers: { depth: '1' } }).text.matchAll(/alice\/([a-z]+)\/<\/d:href>/g)].flatMap(
      ([, name]) => name ?? [],
    )
  expect(list('calendars/alice/')).toEqual(['inbox', 'outbox', 'trashbin'])
  const asked = cloud.ask('PROPFIND', 'principals/users/alice/', { body: DEFAULT, headers: { depth: '0' } })
  expect(asked.text).toContain('/calendars/alice/personal/')
  expect(list('calendars/alice/')).toEqual(['personal', 'inbox', 'outbox', 'trashbin'])
  expect(list('addressbooks/users/alice/')).toEqual([])
  expect(cloud.state.users.get('alice')?.calendars[0]?.components).toEqual(['VEVENT', 'VTODO', 'VJOURNAL'])
})

test('who comes with the password finds both', () => {
  const cloud = testCloud({ users: [{ id: 'alice', isNew: true, password: 'secret' }] })
  const authorization = `Basic ${Buffer.from('alice:secret').toString('base64')}`
  const listed = cloud.ask('PROPFIND', 'addressbooks/users/alice/', { headers: { depth: '1', authorization } })
  expect(listed.text).toContain('/addressbooks/users/alice/contacts/')
})

test('what is shared belongs to whoever shares it, and is shared with accounts in any case', () => {
  const cloud = testCloud()
  const share = (who: string) =>
    cloud.ask('POST', 'calendars/alice/personal/', {
      body: `<o:share xmlns:o="http://owncloud.org/ns" xmlns:d="DAV:"><o:set><d:href>principal:principals/${who}</d:href></o:set></o:share>`,
    }).status
  expect([share('users/BOB'), share('groups/nobody')]).toEqual([200, 200])
  const body = '<d:propfind xmlns:d="DAV:" xmlns:o="http://owncloud.org/ns"><d:prop><d:owner/><o:invite/></d:prop></d:propfind>'
  const seen = cloud.ask('PROPFIND', 'calendars/bob/', { as: 'bob', body, headers: { depth: '1' } })
  expect(seen.text).toMatch(/personal_shared_by_alice\/<\/d:href>.*?<d:owner><d:href>[^<]*principals\/users\/alice\//s)
  const mine = cloud.ask('PROPFIND', 'calendars/alice/personal/', { body, headers: { depth: '0' } }).text
  expect([mine.match(/<oc:user>/g)?.length, mine]).toEqual([1, expect.stringContaining('<oc:common-name>Bob</oc:common-name>')])
})
