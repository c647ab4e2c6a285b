import type { gmail_v1 } from '@googleapis/gmail'
import { expect, test } from 'vitest'
import { type ErrorShape, testDomain } from '../test-domain.ts'

test('a scaled domain is the same one, faster: a quarter of an hour is a second', () => {
  const domain = testDomain({ timeScale: 900, limits: { userPerMinute: 45 } })
  const [first] = domain.get<gmail_v1.Schema$ListMessagesResponse>('messages?maxResults=500').json.messages ?? []
  const read = () => domain.get<gmail_v1.Schema$Message & ErrorShape>(`messages/${first?.id}?format=raw`)
  expect([read().status, read().status]).toEqual([200, 200])
  expect(read().json.error.message).toBe('User-rate limit exceeded.  Retry after 2026-07-01T00:00:01.000Z')
  domain.clock.now += 1_000
  expect([read().status, read().status, read().status]).toEqual([200, 200, 403])
  expect(domain.state.registration.tokenSeconds).toBe(3)
  expect(domain.state.violations.list()).toEqual([])
})
