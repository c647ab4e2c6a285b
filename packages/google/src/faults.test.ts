import type { Fault } from '@offramp/core'
import { expect, test } from 'vitest'
import { classifyFor } from './faults.ts'

const NOW = Date.UTC(2026, 10, 22, 12)
const KEY = 'gmail:{acme}'
const classify = classifyFor(() => ({ clientId: '112233', project: 'acme' }))

interface Given {
  readonly status: number
  readonly asks?: string
  readonly reason?: string
  readonly message?: string
  readonly body?: string
  readonly date?: string
}

function judge({ status, asks = 'item', reason, message = 'It says so.', body, date }: Given): Fault | undefined {
  const error = { code: status, message, ...(reason === undefined ? {} : { errors: [{ domain: 'global', reason, message }] }) }
  return classify({
    status,
    headers: date === undefined ? {} : { date },
    body: body ?? JSON.stringify({ error }),
    about: 'the mailbox of anna@example.com',
    asks,
    now: NOW,
    retryAfterMs: undefined,
  })
}

const metric = (limit: string): string =>
  `Quota exceeded for quota metric 'Queries' and limit '${limit}' of service 'gmail.googleapis.com' for consumer 'project_number:1'.`

test.each<[Given, string, string]>([
  [{ status: 429 }, 'gate', 'google-throttled'],
  [{ status: 429, body: '<html>' }, 'gate', 'google-throttled'],
  [{ status: 429, reason: 'rateLimitExceeded', message: 'Too many concurrent requests for user' }, 'gate', 'google-throttled'],
  [{ status: 403, reason: 'userRateLimitExceeded' }, 'gate', 'google-throttled'],
  [{ status: 403, reason: 'quotaExceeded', asks: 'users' }, 'gate', 'google-throttled'],
  [{ status: 403, reason: 'rateLimitExceeded', message: metric('Queries per minute per user') }, 'gate', 'google-throttled'],
  [{ status: 403, reason: 'rateLimitExceeded', message: metric('Queries per minute') }, 'gate', 'google-project-throttled'],
  [{ status: 429, reason: 'rateLimitExceeded', message: metric('Queries per day') }, 'gate', 'google-day-used-up'],
  [{ status: 403, reason: 'dailyLimitExceeded' }, 'gate', 'google-day-used-up'],
  [{ status: 503, asks: 'sizes' }, 'gate', 'google-throttled'],
  [{ status: 403, reason: 'insufficientPermissions' }, 'account', 'google-scope-missing'],
  [{ status: 403, reason: 'domainPolicy' }, 'account', 'google-domain-policy'],
  [{ status: 403, reason: 'forbidden', message: 'Delegation denied for anna@example.com' }, 'account', 'google-delegation-denied'],
  [{ status: 403, reason: 'accessNotConfigured' }, 'run', 'google-api-disabled'],
  [{ status: 403, reason: 'forbidden', asks: 'users', message: 'Not Authorized to access this resource/API' }, 'run', 'google-not-admin'],
  [{ status: 400, reason: 'failedPrecondition', message: 'Mail service not enabled' }, 'account', 'google-no-mailbox'],
  [{ status: 401, reason: 'authError' }, 'account', 'google-token-refused'],
  [{ status: 404, reason: 'notFound' }, 'item', 'google-gone'],
  [{ status: 404, reason: 'notFound', asks: 'history' }, 'listing', 'google-history-expired'],
  [{ status: 404, reason: 'notFound', asks: 'users' }, 'account', 'google-no-such-user'],
  [{ status: 400, asks: 'page', message: 'Invalid pageToken' }, 'listing', 'google-cursor-refused'],
  [{ status: 400, message: 'Invalid id value' }, 'call', 'google-bad-request'],
  [{ status: 403, asks: 'sign', reason: 'forbidden' }, 'run', 'google-may-not-sign'],
  [{ status: 404, asks: 'metadata', body: '' }, 'run', 'google-no-metadata'],
])('%j is of reach %s: %s', (given, reach, code) => {
  const fault = judge(given)
  expect([fault?.reach, fault?.code]).toEqual([reach, code])
  if (reach === 'account' || reach === 'run') expect(fault?.remedy).toBeTruthy()
})

// A 403 without a known reason is not taken for anything, and what passes is tried again.
test.each<Given>([
  { status: 403, reason: 'forbidden' },
  { status: 500, reason: 'backendError' },
  { status: 502, body: '<html>' },
  { status: 503, body: '' },
])('%j is left to the wire', (given) => {
  expect(judge(given)).toBeUndefined()
})

test('the time to come back stands in the text, by the clock of the answer', () => {
  const message = 'User-rate limit exceeded.  Retry after 2026-11-22T12:15:30.500Z'
  for (const status of [403, 429]) {
    expect(judge({ status, reason: 'rateLimitExceeded', message })).toMatchObject({
      reach: 'gate',
      code: 'google-penalty',
      until: NOW + 930_500,
    })
  }
  expect(judge({ status: 429, message, date: 'Sun, 22 Nov 2026 12:15:00 GMT' })?.until).toBe(NOW + 30_500)
  expect(judge({ status: 429, message: message.replace('2026-11', '2031-11') })?.until).toBe(NOW + 86_400_000)
  expect(judge({ status: 429, message: message.replace('2026-11', '2020-11') })?.until).toBe(NOW + 1_000)
})

test('the project is held where the project is used up, and the mailbox alone where the mailbox is', () => {
  expect(judge({ status: 403, reason: 'rateLimitExceeded', message: metric('Queries per minute') })?.gate).toBe(KEY)
  expect(judge({ status: 403, reason: 'dailyLimitExceeded' })).toMatchObject({ gate: KEY, until: Date.UTC(2026, 10, 23, 8) })
  expect(judge({ status: 403, reason: 'userRateLimitExceeded' })?.gate).toBeUndefined()
  expect(judge({ status: 403, reason: 'dailyLimitExceeded', asks: 'users' })?.gate).toBeUndefined()
})

test.each<[string, string, string, string, RegExp]>([
  [
    'unauthorized_client',
    'Client is unauthorized to retrieve access tokens using this method.',
    'account',
    'google-not-delegated',
    /client ID 112233 .*gmail\.readonly/,
  ],
  ['invalid_grant', 'Invalid email or User ID', 'account', 'google-no-such-user', /primary address/],
  ['invalid_grant', 'Not a valid email or user ID.', 'account', 'google-no-such-user', /primary address/],
  ['invalid_grant', 'Invalid JWT Signature.', 'run', 'google-key-unknown', /new key/],
  ['invalid_grant', 'Invalid grant: account not found', 'run', 'google-no-service-account', /Service Accounts/],
  [
    'invalid_grant',
    'Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe. Check your iat and exp values in the JWT claim.',
    'run',
    'google-clock',
    /NTP/,
  ],
  ['invalid_grant', 'Invalid JWT: Failed audience check.', 'run', 'google-audience', /tokenUrl/],
  ['invalid_scope', 'Invalid OAuth scope or ID token audience provided.', 'run', 'google-bad-scope', /report/],
  ['invalid_grant', 'This account has been suspended.', 'account', 'google-suspended', /Reactivate/],
  ['admin_policy_enforced', '', 'account', 'google-app-blocked', /Manage app access/],
  ['something_new', 'Never seen', 'account', 'google-login', /docs/],
])('no token: %s %s', (error, description, reach, code, remedy) => {
  const fault = judge({ status: 400, asks: 'token mail', body: JSON.stringify({ error, error_description: description }) })
  expect([fault?.reach, fault?.code]).toEqual([reach, code])
  expect(fault?.remedy).toMatch(remedy)
  expect(fault?.message).toContain(description.slice(0, 20))
})

test('a token endpoint that is down or busy is left to the wire', () => {
  for (const status of [429, 500, 503]) expect(judge({ status, asks: 'token mail', body: '{"error":"internal_failure"}' })).toBeUndefined()
})

test.each<[Given, object]>([
  [
    { status: 410, asks: 'events-sync', reason: 'fullSyncRequired' },
    { reach: 'listing', code: 'google-sync-expired' },
  ],
  [
    { status: 410, asks: 'events-sync', body: '' },
    { reach: 'listing', code: 'google-sync-expired' },
  ],
  [
    { status: 410, asks: 'people-sync', body: '' },
    { reach: 'listing', code: 'google-sync-expired' },
  ],
  [
    { status: 400, asks: 'people-sync', reason: 'EXPIRED_SYNC_TOKEN' },
    { reach: 'listing', code: 'google-sync-expired' },
  ],
  [
    { status: 400, asks: 'people-sync', reason: 'SYNC_TOKEN_EXPIRED' },
    { reach: 'listing', code: 'google-sync-expired' },
  ],
  [{ status: 400, asks: 'people-sync', message: 'Sync token is expired. Clear local cache.' }, { reach: 'listing' }],
  [
    { status: 400, asks: 'people', message: 'personFields mask is required.' },
    { reach: 'call', code: 'google-bad-request' },
  ],
  [
    { status: 400, asks: 'events', message: 'Invalid pageToken' },
    { reach: 'listing', code: 'google-cursor-refused' },
  ],
  [
    { status: 404, asks: 'event' },
    { reach: 'item', reason: 'gone' },
  ],
  [
    { status: 410, asks: 'event', reason: 'deleted' },
    { reach: 'item', reason: 'gone' },
  ],
  [
    { status: 404, asks: 'task' },
    { reach: 'item', reason: 'gone' },
  ],
  [
    { status: 403, asks: 'acl', reason: 'forbidden' },
    { reach: 'call', code: 'google-not-owner' },
  ],
  [
    { status: 403, asks: 'calendars', reason: 'notACalendarUser' },
    { reach: 'account', code: 'google-no-calendar' },
  ],
  [
    { status: 403, asks: 'calendars', reason: 'insufficientPermissions' },
    { reach: 'account', code: 'google-scope-missing' },
  ],
  [
    { status: 403, asks: 'events', reason: 'userRateLimitExceeded' },
    { reach: 'gate', code: 'google-throttled' },
  ],
  [
    { status: 403, asks: 'tasks', reason: 'dailyLimitExceeded' },
    { reach: 'gate', gate: 'google-tasks:{acme}' },
  ],
  [
    { status: 403, asks: 'events', reason: 'accessNotConfigured' },
    { reach: 'run', remedy: expect.stringContaining('Google Calendar API > Enable') },
  ],
  [
    { status: 403, asks: 'person', reason: 'SERVICE_DISABLED' },
    { reach: 'run', remedy: expect.stringContaining('People API > Enable') },
  ],
])('of calendars, contacts and tasks, %j is %j', (given, wanted) => {
  expect(judge(given)).toMatchObject(wanted)
})
