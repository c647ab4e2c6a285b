import { expect, test } from 'vitest'
import { meetingOf, replaceMeeting } from './meeting.ts'

const TEAMS = 'https://teams.microsoft.com/l/meetup-join/19%3ameeting_abc%40thread.v2/0?context=%7b%22Tid%22%7d&x=1'

test.each([
  [`Join <${TEAMS}>`, { url: TEAMS, service: 'teams' }],
  [`<a href="${TEAMS.replaceAll('&', '&amp;')}">`, { url: TEAMS, service: 'teams' }],
  ['https://teams.live.com/meet/9312?p=x.', { url: 'https://teams.live.com/meet/9312?p=x', service: 'teams' }],
  ['Meet: https://meet.google.com/abc-defg-hij, see you', { url: 'https://meet.google.com/abc-defg-hij', service: 'meet' }],
  ['https://zoom.us/j/1', undefined],
  ['https://evil.example/teams.microsoft.com/l/meetup-join/x', undefined],
  ['', undefined],
])('%s', (text, meeting) => {
  expect(meetingOf(undefined, text)).toEqual(meeting)
})

const event = {
  uid: 'u1',
  start: { date: '2024-01-01' },
  location: `Room 1; ${TEAMS}`,
  description: { text: `Join ${TEAMS} now`, html: `<body><a href="${TEAMS.replaceAll('&', '&amp;')}">Join</a></body>` },
  meeting: { url: TEAMS, service: 'teams' },
} as const

test('a dead link is replaced everywhere, by the same name for the same UID, and kept as a line', () => {
  const { location, description, meeting } = replaceMeeting(event, 'https://meet.example.org/{slug}?a&b')
  expect(meeting?.url).toMatch(/^https:\/\/meet\.example\.org\/([a-z]{4}-){3}[a-z]{4}\?a&b$/)
  expect(location).toBe(`Room 1; ${meeting?.url}`)
  expect(description?.text).toBe(`Join ${meeting?.url} now\n\nBefore the move: ${TEAMS}`)
  expect(description?.html).toContain(`<a href="${meeting?.url.replaceAll('&', '&amp;')}">Join</a><p>Before the move: `)
  expect(replaceMeeting({ ...event, summary: 'other' }, 'https://meet.example.org/{slug}?a&b').meeting).toEqual(meeting)
  expect(replaceMeeting({ ...event, uid: 'u2' }, 'https://meet.example.org/{slug}?a&b').meeting).not.toEqual(meeting)
})

test('every occurrence goes to the same meeting, and what has no dead link stays as it is', () => {
  const override = { insteadOf: event.start, start: event.start, location: TEAMS }
  const replaced = replaceMeeting(
    { uid: 'u1', start: event.start, location: 'https://zoom.us/j/1', overrides: [override] },
    'https://m.example/{slug}',
  )
  expect(replaced.location).toBe('https://zoom.us/j/1')
  expect(replaced.overrides?.[0]?.location).toBe(replaceMeeting(event, 'https://m.example/{slug}').meeting?.url)
  const plain = { uid: 'u', start: event.start, description: { text: 'hello' } }
  expect(replaceMeeting(plain, 'https://m.example/{slug}')).toEqual(plain)
})
