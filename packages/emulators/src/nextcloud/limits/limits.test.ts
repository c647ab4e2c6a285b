import { expect, test } from 'vitest'
import { CREATE, eventText, type TestCloud, testCloud } from '../test-cloud.ts'

const HOUR = 3_600_000

const make = (cloud: TestCloud, name: string) => cloud.ask('MKCALENDAR', `calendars/alice/${name}`).status
const BOOK =
  '<d:mkcol xmlns:d="DAV:" xmlns:c="urn:ietf:params:xml:ns:carddav"><d:set><d:prop><d:resourcetype><d:collection/><c:addressbook/></d:resourcetype></d:prop></d:set></d:mkcol>'
const makeBook = (cloud: TestCloud, name: string) => cloud.ask('MKCOL', `addressbooks/users/alice/${name}`, { body: BOOK }).status
const numbers = (count: number) => Array.from({ length: count }, (_, index) => index)

/** Facts 5.4. */
test('ten calendars an hour, then 429; what is put into the one that was refused is not found, and told of', () => {
  const cloud = testCloud()
  expect(numbers(10).map((each) => make(cloud, `c${each}`))).toEqual(numbers(10).map(() => 201))
  const refused = cloud.ask('MKCALENDAR', 'calendars/alice/late')
  expect([refused.status, refused.headers['retry-after'], refused.text]).toEqual([
    429,
    undefined,
    expect.stringContaining('Too many calendars created'),
  ])
  expect(cloud.violations()).toEqual([])
  cloud.clock.now += 1_000
  expect(cloud.ask('PUT', 'calendars/alice/late/a.ics', { body: eventText(), headers: CREATE }).status).toBe(404)
  expect(cloud.violations()).toEqual(['PUT into /remote.php/dav/calendars/alice/late/, whose creation had been refused'])
  cloud.clock.now += HOUR
  expect(make(cloud, 'late')).toBe(201)
})

test('thirty calendars in all, then 403; hours pass faster by the scale of time', () => {
  const cloud = testCloud({ timeScale: 60 })
  const got = numbers(31).map((each) => {
    cloud.clock.now += HOUR / 60 / 9
    return make(cloud, `c${each}`)
  })
  expect(got).toEqual([...numbers(29).map(() => 201), 403, 403])
  expect(cloud.ask('MKCALENDAR', 'calendars/alice/x').text).toContain('Calendar limit reached')
})

test('an administrator lifts limits; 24 has none', async () => {
  const cloud = testCloud({ limits: { calendarsPerHour: -1, calendars: -1 } })
  expect(new Set(numbers(40).map((each) => make(cloud, `c${each}`)))).toEqual(new Set([201]))
  const old = testCloud({ version: '24' })
  expect(new Set(numbers(40).map((each) => make(old, `c${each}`)))).toEqual(new Set([201]))
})

test('ten address books in all, the first one included', () => {
  const cloud = testCloud()
  expect(numbers(10).map((each) => makeBook(cloud, `b${each}`))).toEqual([...numbers(9).map(() => 201), 403])
})

test('wrong passwords slow down everyone, and are not to be tried again', () => {
  const cloud = testCloud({ timeScale: 10 })
  const wrong = () =>
    cloud.ask('PROPFIND', 'calendars/alice/', { headers: { authorization: `Basic ${Buffer.from('alice:wrong').toString('base64')}` } })
  expect([wrong().status, cloud.violations()]).toEqual([401, []])
  const delay = cloud.state.bruteForce.delay(cloud.clock.now)
  expect(delay).toBeGreaterThan(0)
  cloud.clock.now += 1_000
  for (let time = 0; time < 5; time++) wrong()
  expect(cloud.violations()).toEqual(['went on with a password of alice that had been refused (5 times)'])
  expect(cloud.state.bruteForce.delay(cloud.clock.now)).toBeGreaterThan(delay * 10)
  expect(cloud.ask('PROPFIND', 'calendars/bob/', { as: 'bob' })).toMatchObject({ status: 207, waitMs: 640 })
  for (let time = 0; time < 5; time++) wrong()
  expect(cloud.ask('PROPFIND', 'calendars/bob/', { as: 'bob' }).status).toBe(429)
  cloud.state.bruteForce.forget()
  expect(cloud.ask('PROPFIND', 'calendars/bob/', { as: 'bob' }).status).toBe(207)
})

test('who comes from elsewhere is not slowed down', () => {
  const cloud = testCloud()
  for (let time = 0; time < 12; time++) cloud.state.bruteForce.fail(cloud.clock.now, '10.0.0.1')
  const of = (from: string) => [
    cloud.state.bruteForce.delay(cloud.clock.now, from),
    cloud.state.bruteForce.isRefused(cloud.clock.now, from),
  ]
  expect([of('10.0.0.1'), of('10.0.0.2')]).toEqual([
    [25_000, true],
    [0, false],
  ])
})

test('a second alike client, a disabled user and a revoked password are refused', async () => {
  const cloud = testCloud()
  await cloud.user('bob').disable(true)
  expect(cloud.ask('PROPFIND', 'calendars/bob/', { as: 'bob' }).status).toBe(401)
  const { appPassword } = await cloud.user('alice').credentials()
  const bearer = { authorization: `Bearer ${appPassword}` }
  expect(cloud.ask('PROPFIND', 'calendars/alice/', { headers: bearer }).status).toBe(207)
  await cloud.user('alice').revoke()
  expect(cloud.ask('PROPFIND', 'calendars/alice/', { headers: bearer }).status).toBe(401)
})

test('maintenance answers 503 without Retry-After, and says so in status.php', () => {
  const cloud = testCloud({ settings: { maintenance: true } })
  const got = cloud.ask('PROPFIND', 'calendars/alice/')
  expect([got.status, got.headers['retry-after'], got.text]).toEqual([503, undefined, expect.stringContaining('maintenance mode')])
  expect(JSON.parse(cloud.ask('GET', '/status.php').text)).toMatchObject({ maintenance: true, versionstring: '32.0.7' })
})

test('the well-known addresses lead on, or are not there', () => {
  expect(testCloud().ask('PROPFIND', '/.well-known/caldav')).toMatchObject({ status: 301, headers: { location: '/remote.php/dav/' } })
  expect(testCloud({ wellKnown: 'none' }).ask('GET', '/.well-known/carddav').status).toBe(404)
})
