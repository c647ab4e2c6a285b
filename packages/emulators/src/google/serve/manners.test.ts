import type { gmail_v1 } from '@googleapis/gmail'
import { beforeEach, expect, test } from 'vitest'
import { ANNA, type ErrorShape, type TestDomain, testDomain } from '../test-domain.ts'

let domain: TestDomain

beforeEach(() => {
  domain = testDomain({ limits: { userPerMinute: 1e9 } })
})

const violations = () => domain.state.violations.list()
const call = (path: string, headers: Readonly<Record<string, string>> = {}): number => {
  const { reply, leave } = domain.answer(path, headers)
  leave()
  return reply.status
}
const ids = (): readonly string[] =>
  (domain.get<gmail_v1.Schema$ListMessagesResponse>('messages?maxResults=500&includeSpamTrash=true').json.messages ?? []).map(
    ({ id }) => id ?? '',
  )

test('a client that behaves is not told of', () => {
  for (const id of ids()) expect(call(`messages/${id}?format=raw&fields=raw&quotaUser=purse`)).toBe(200)
  expect(call('profile', { 'x-goog-emulated-host': 'gmail.googleapis.com' })).toBe(200)
  expect(call('labels?alt=json&prettyPrint=false')).toBe(200)
  expect(violations()).toEqual([])
})

test.each([
  ['profile', { 'x-goog-quota-user': '' }, 'getProfile without quotaUser: the whole domain pays from one purse'],
  [`profile?quotaUser=${'x'.repeat(41)}`, {}, 'quotaUser of more than 40 characters'],
  ['messages', {}, 'messages.list without maxResults: pages of 100 where 500 cost the same'],
  ['messages?maxResults=1000', {}, 'messages.list with maxResults=1000: at most 500'],
  ['profile', { 'x-goog-emulated-host': 'admin.googleapis.com' }, 'getProfile was asked of admin.googleapis.com'],
  ['profile?access_token=x', {}, 'a token in the URL, where it ends in logs'],
  ['/gmail/v1/users/me/threads', {}, 'the emulator knows no GET /gmail/v1/users/me/threads'],
  ['messages?maxResults=500&q=cheese', {}, 'messages.list: the emulator does not understand "cheese" in q'],
] as const)('%s with %j is told of', (path, headers, violation) => {
  call(path, headers)
  expect(violations()).toEqual([violation])
})

test('maxResults that is no number, or none at all, is refused', () => {
  expect([call('messages?maxResults=0'), call('messages?maxResults=many'), call('history?startHistoryId=1&maxResults=-1')]).toEqual([
    400, 400, 400,
  ])
})

test('reading in full, in bulk, is told of; some messages, and chats, are not', async () => {
  const [first, ...others] = ids()
  for (const id of others.slice(0, 20)) call(`messages/${id}?format=full`)
  const chat = await domain.desk.add(Buffer.from('Subject: hi\r\n\r\n'), { labels: ['CHAT'] })
  for (let count = 0; count < 30; count++) call(`messages/${chat.id}?format=full`)
  expect(violations()).toEqual([])
  call(`messages/${first}`)
  expect(violations()).toEqual([`messages.get with format=full in bulk, in ${ANNA}`])
})

test('one purse for several mailboxes is told of', () => {
  domain = testDomain({ accounts: [{ address: ANNA, admin: true }, { address: 'ben@fabrikam.example' }] })
  call('profile')
  call('profile')
  expect(violations()).toEqual([])
  domain.as('ben@fabrikam.example', ['gmail.readonly'])
  call('profile')
  expect(violations()).toEqual(['one quotaUser for several mailboxes: purse'])
})

test('a call without a token, again and again, is told of', () => {
  const none = { authorization: '' }
  expect(call('profile', none)).toBe(401)
  domain.clock.now += 1_000
  call('profile', none)
  expect(violations()).toEqual(['called without a token, repeatedly'])
})

test('metadata alone opens neither bytes nor the search', () => {
  const [id] = ids()
  domain.as(ANNA, ['gmail.metadata'])
  const message = (path: string) => domain.get<ErrorShape>(path).json.error.message
  expect(call(`messages/${id}?format=metadata`)).toBe(200)
  expect(message(`messages/${id}?format=raw`)).toBe("Metadata scope doesn't allow format RAW")
  expect(message('messages?maxResults=500&q=in:inbox')).toBe("Metadata scope does not support 'q' parameter")
})
