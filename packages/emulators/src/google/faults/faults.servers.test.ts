import { gunzipSync } from 'node:zlib'
import type { gmail_v1 } from '@googleapis/gmail'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type TestClient, type TokenShape, testClient } from '../test-client.ts'
import { ANNA, type ErrorShape } from '../test-domain.ts'
import { type EmulatedWorkspace, startWorkspace } from '../workspace.ts'
import type { WorkspaceEffect } from './rule.ts'

let workspace: EmulatedWorkspace
let client: TestClient
let ids: readonly string[]
let raw: string
let now: number

beforeEach(async () => {
  now = Date.UTC(2026, 6, 1)
  workspace = await startWorkspace({ seed: 3, accounts: [{ address: ANNA, admin: true, messages: 30 }], now: () => now })
  client = testClient(workspace, workspace.key(), () => now)
  await client.logIn()
  const list = (await client.get('messages?maxResults=500')).json<gmail_v1.Schema$ListMessagesResponse>()
  ids = (list.messages ?? []).map(({ id }) => id ?? '')
  raw = `messages/${ids[0]}?format=raw`
})
afterEach(async () => {
  client.close()
  await workspace.stop()
})

const once = (effect: WorkspaceEffect, path?: string) => workspace.faults.add({ effect, times: 1, ...(path !== undefined && { path }) })

async function refused(effect: WorkspaceEffect): Promise<readonly unknown[]> {
  await once(effect)
  const answer = await client.get(raw)
  const { error } = answer.json<ErrorShape>()
  return [answer.status, error.errors[0]?.reason, error.message, answer.headers['retry-after']]
}

test('over-quota answers come in each form that Google has, when they are asked for', async () => {
  const front = expect.stringContaining("limit 'Queries per minute per user' of service 'gmail.googleapis.com'")
  expect(await refused({ kind: 'quota', sort: 'front', status: 403 })).toEqual([403, 'rateLimitExceeded', front, undefined])
  expect(await refused({ kind: 'quota', sort: 'concurrent' })).toEqual([
    429,
    'rateLimitExceeded',
    'Too many concurrent requests for user',
    undefined,
  ])
  expect(await refused({ kind: 'quota', sort: 'day' })).toEqual([403, 'dailyLimitExceeded', 'Daily Limit Exceeded', undefined])
  const deadline = 'User-rate limit exceeded.  Retry after 2026-07-01T00:00:05.000Z'
  expect(await refused({ kind: 'quota', sort: 'user', ms: 5_000 })).toEqual([429, 'rateLimitExceeded', deadline, undefined])
  now += 5_000
  expect((await client.get(raw)).status).toBe(200)
  expect(await refused({ kind: 'throttle', status: 503, retryAfter: 7 })).toEqual([503, 'backendError', expect.anything(), '7'])
  expect(await workspace.violations()).toEqual([])
  now += 6_000
  expect((await client.get(raw)).status).toBe(200)
  expect(await workspace.violations()).toEqual([`called Gmail for ${ANNA} before the time in "Retry after"`])
})

test('answers come as JSON, HTML, text, or not at all; a sign-in page is no answer', async () => {
  expect((await refused({ kind: 'status', status: 500 })).slice(0, 2)).toEqual([500, 'backendError'])
  expect((await refused({ kind: 'expired-token' })).slice(0, 2)).toEqual([401, 'authError'])
  await once({ kind: 'status', status: 502, body: 'html' })
  expect(await client.get(raw)).toMatchObject({ status: 502, text: expect.stringContaining('<!DOCTYPE html>') })
  await once({ kind: 'status', status: 502, body: 'empty' })
  expect(await client.get(raw)).toMatchObject({ status: 502, text: '' })
  await once({ kind: 'sign-in-page' })
  expect(await client.get(raw)).toMatchObject({ status: 200, text: expect.stringContaining('Google Accounts') })
})

test('connections break before an answer, within it, and at its end in good order', async () => {
  const failure = async (effect: WorkspaceEffect) => {
    await once(effect)
    return client.get(raw).then(
      ({ status }) => status,
      (error: unknown) => (error instanceof Error && 'code' in error ? error.code : error),
    )
  }
  expect(await failure({ kind: 'reset' })).toBe('ECONNRESET')
  expect(await failure({ kind: 'reset', afterBytes: 100 })).toBe('ECONNRESET')
  expect(await failure({ kind: 'truncate', bytes: 50 })).toBe('ECONNRESET')
  expect(await failure({ kind: 'drip', chunkBytes: 400, everyMs: 1 })).toBe(200)
})

test('half of a gzip stream arrives in good order: only its bytes tell', async () => {
  await once({ kind: 'truncate-gzip' })
  const half = await client.get(raw, { 'accept-encoding': 'gzip' })
  expect([half.status, half.headers['content-encoding'], half.headers['content-length']]).toEqual([200, 'gzip', String(half.bytes.length)])
  expect(() => gunzipSync(half.bytes)).toThrow('unexpected end of file')
  const whole = await client.get(raw, { 'accept-encoding': 'gzip' })
  expect(JSON.parse(gunzipSync(whole.bytes).toString())).toMatchObject({ id: ids[0] })
})

test('a poisoned message answers 500 for ever, until the faults are cleared', async () => {
  await workspace.faults.add({ path: 'format=raw', when: { nth: 2 }, effect: { kind: 'poison-message' } })
  const statuses = async () => [(await client.get(raw)).status, (await client.get(`messages/${ids[1]}?format=raw`)).status]
  expect([await statuses(), await statuses()]).toEqual([
    [200, 500],
    [200, 500],
  ])
  expect((await client.get(`messages/${ids[1]}?format=minimal`)).status).toBe(500)
  await workspace.faults.clear()
  expect(await statuses()).toEqual([200, 200])
})

test('the token endpoint fails as it is told to', async () => {
  await once({ kind: 'token-error', error: 'access_denied', description: 'admin_policy_enforced' }, '^/token$')
  expect((await client.exchange(client.assertion())).json<TokenShape>()).toMatchObject({ error: 'access_denied' })
  await once({ kind: 'status', status: 503 }, '^/token$')
  expect((await client.exchange(client.assertion())).status).toBe(503)
  expect((await client.exchange(client.assertion())).status).toBe(200)
})

test('a request that is never answered takes its place until the client goes away', async () => {
  await workspace.faults.add({ path: '/labels', effect: { kind: 'hang' }, when: { first: 10 } })
  const stuck = testClient(workspace, workspace.key(), () => now)
  await stuck.logIn()
  const waiting = Promise.allSettled(Array.from({ length: 10 }, () => stuck.get('labels')))
  await expect.poll(async () => (await workspace.stats()).requests['labels.list']).toBe(10)
  expect((await client.get('profile')).json<ErrorShape>().error.message).toBe('Too many concurrent requests for user')
  stuck.close()
  expect((await waiting).every(({ status }) => status === 'rejected')).toBe(true)
  await expect.poll(async () => (await client.get('profile')).status).toBe(200)
})
