import { expect, test } from 'vitest'
import { eventText, type TestCloud, testCloud } from '../test-cloud.ts'

const MEETING = ['ORGANIZER:mailto:bob@cloud.example', 'ATTENDEE:mailto:alice@cloud.example', 'ATTENDEE:mailto:guest@sink.example']

const importing = (cloud: TestCloud, wish: object, as = 'admin') => {
  const body = JSON.stringify({
    transaction: 't',
    target: 'personal',
    options: { format: 'ical' },
    data: eventText({ lines: MEETING }),
    ...wish,
  })
  const got = cloud.ask('POST', '/ocs/v2.php/calendar/import', {
    as,
    body,
    headers: { 'ocs-apirequest': 'true', 'content-type': 'application/json' },
  })
  return {
    status: got.status,
    lines: got.text
      .trim()
      .split('\n')
      .map((line): unknown => JSON.parse(line)),
  }
}

const users = [
  { id: 'admin', admin: true },
  { id: 'alice', email: 'alice@cloud.example' },
  { id: 'bob', email: 'bob@cloud.example' },
]

/** Facts 5.5. */
test('an administrator imports for anybody, and nobody is told', async () => {
  const cloud = testCloud({ users })
  const got = importing(cloud, { user: 'bob' })
  expect(got.lines).toEqual([
    { type: 'control', transaction: 't', disposition: 'start' },
    { uid: 'one@example', outcome: 'created', transaction: 't' },
    { type: 'control', transaction: 't', disposition: 'end' },
  ])
  const [stored] = await cloud.user('bob').stored('calendars/')
  expect([stored?.path.endsWith('.ics'), cloud.state.mails, cloud.state.writes.map(({ by }) => by)]).toEqual([false, [], ['client']])
  expect(importing(cloud, { user: 'bob' }).lines[1]).toMatchObject({ outcome: 'exists' })
  expect(importing(cloud, { user: 'bob', options: { supersede: true } }).lines[1]).toMatchObject({ outcome: 'updated' })
})

test('nobody else imports for others; ten times an hour are the most; before 32 it is not there', () => {
  const cloud = testCloud({ users })
  expect(importing(cloud, { user: 'bob' }, 'alice').status).toBe(401)
  expect(importing(cloud, { target: 'none' }, 'alice').status).toBe(400)
  const got = Array.from({ length: 10 }, () => importing(cloud, {}, 'alice').status)
  expect(got).toEqual([...Array.from({ length: 8 }, () => 200), 429, 429])
  cloud.clock.now += 3_600_001
  expect(importing(cloud, {}, 'alice').status).toBe(200)
  const old = testCloud({ users, version: '31' })
  expect(old.ask('POST', '/ocs/v2.php/calendar/import', { headers: { 'ocs-apirequest': 'true' } }).status).toBe(404)
})
