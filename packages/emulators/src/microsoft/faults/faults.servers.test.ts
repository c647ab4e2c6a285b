import { afterEach, beforeEach, expect, test } from 'vitest'
import type { FaultWhen } from '../../faults/rule.ts'
import { type EmulatedTenant, startTenant } from '../tenant.ts'
import { type ErrorBody, type Page, type TestClient, type TokenBody, testClient } from '../test-client.ts'
import type { FaultEffect } from './rule.ts'

const ANNA = 'anna@contoso.example'

let tenant: EmulatedTenant
let client: TestClient
let value: string
let now: number

beforeEach(async () => {
  now = Date.UTC(2026, 5, 1)
  tenant = await startTenant({
    seed: 3,
    accounts: [{ address: ANNA, messages: [{ path: ['Inbox'], count: 20, kind: 'alternative' }] }],
    now: () => now,
  })
  client = testClient(tenant)
  await client.logIn()
  const [first] = (await client.get(`/users/${ANNA}/messages?$select=id&$top=1`)).json<Page<{ readonly id: string }>>().value
  value = `/users/${ANNA}/messages/${first?.id}/$value`
})
afterEach(async () => {
  client.close()
  await tenant.close()
})

const once = (effect: FaultEffect, path?: string) => tenant.faults.add({ effect, times: 1, ...(path !== undefined && { path }) })

async function failure(): Promise<string> {
  try {
    const answer = await client.get(value)
    return String(answer.status)
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : String(error)
  }
}

test.each<[FaultWhen, readonly number[]]>([
  [{ nth: 2 }, [2]],
  [{ nth: [1, 4] }, [1, 4]],
  [{ every: 3 }, [3, 6]],
  [{ first: 2 }, [1, 2]],
  [{ from: 3, to: 5 }, [3, 4, 5]],
  [{ from: 5 }, [5, 6]],
])('a rule of %j hits its requests and no others', async (when, hit) => {
  tenant.faults.add({ path: '\\$value$', mailbox: ANNA, method: 'GET', when, effect: { kind: 'status', status: 502, body: 'empty' } })
  tenant.faults.add({ mailbox: 'other@contoso.example', effect: { kind: 'status', status: 504 } })
  const seen: number[] = []
  for (let count = 1; count <= 6; count++) {
    if ((await client.get(value)).status === 502) seen.push(count)
    expect((await client.get('/users')).status).toBe(200)
  }
  expect(seen).toEqual(hit)
  tenant.faults.clear()
  expect((await client.get(value)).status).toBe(200)
})

test('probability depends on the seed, not on luck', async () => {
  const hits = async (): Promise<readonly number[]> => {
    tenant.faults.clear()
    tenant.faults.add({ path: '\\$value$', when: { probability: 0.3, seed: 9 }, effect: { kind: 'status', status: 500 } })
    const statuses: number[] = []
    for (let count = 0; count < 40; count++) statuses.push((await client.get(value)).status)
    return statuses
  }
  const first = await hits()
  expect(await hits()).toEqual(first)
  expect(first.filter((status) => status === 500).length).toBeGreaterThan(4)
  expect(first.filter((status) => status === 500).length).toBeLessThan(24)
})

test('statuses come as JSON, empty, HTML or text', async () => {
  once({ kind: 'status', status: 503 })
  expect((await client.get(value)).json<ErrorBody>().error.code).toBe('serviceNotAvailable')
  once({ kind: 'status', status: 500, code: 'UnknownError', message: '' })
  expect((await client.get(value)).json<ErrorBody>().error).toMatchObject({ code: 'UnknownError', message: '' })
  once({ kind: 'status', status: 504, body: 'empty' })
  expect(await client.get(value)).toMatchObject({ status: 504, text: '' })
  once({ kind: 'status', status: 502, body: 'html' })
  expect(await client.get(value)).toMatchObject({
    status: 502,
    text: expect.stringContaining('<html'),
    headers: { 'content-type': expect.stringContaining('text/html') },
  })
  once({ kind: 'sign-in-page' })
  expect(await client.get(value)).toMatchObject({ status: 200, text: expect.stringContaining('Sign in to your account') })
  once({ kind: 'mailbox-move' })
  expect((await client.get(value)).json<ErrorBody>().error.code).toBe('ErrorMailboxMoveInProgress')
  once({ kind: 'poison', sort: 'conversion' })
  expect((await client.get(value)).json<ErrorBody>().error.code).toBe('ErrorContentConversionFailed')
  once({ kind: 'sync-state-lost' })
  expect((await client.get(value)).status).toBe(410)
  once({ kind: 'expired-token' })
  expect((await client.get(value)).json<ErrorBody>().error.code).toBe('InvalidAuthenticationToken')
  expect(tenant.stats().faults).toMatchObject({ status: 4, poison: 1 })
})

test('throttling says when to come back in each of its ways, and watches whether one does', async () => {
  once({ kind: 'throttle', retryAfter: 'none' })
  expect((await client.get(value)).headers['retry-after']).toBeUndefined()
  once({ kind: 'throttle', retryAfter: { text: '-1' } })
  expect((await client.get(value)).headers['retry-after']).toBe('-1')
  once({ kind: 'throttle', retryAfter: { date: 30 } })
  expect((await client.get(value)).headers['retry-after']).toBe('Mon, 01 Jun 2026 00:00:30 GMT')
  now += 30_000
  once({ kind: 'throttle', status: 503, retryAfter: 7 })
  expect(await client.get(value)).toMatchObject({ status: 503, headers: { 'retry-after': '7' } })
  now += 7_000
  expect((await client.get(value)).status).toBe(200)
  expect(tenant.violations()).toEqual([])
  once({ kind: 'throttle', retryAfter: 2 })
  expect((await client.get(value)).json<ErrorBody>().error.code).toBe('ApplicationThrottled')
  now += 1_500
  expect((await client.get(value)).status).toBe(200)
  expect(tenant.violations()).toEqual([`called ${ANNA} before Retry-After had passed`])
})

test('connections break before an answer, within it, and at its end in good order', async () => {
  once({ kind: 'reset' })
  expect(await failure()).toBe('ECONNRESET')
  once({ kind: 'reset', afterBytes: 100 })
  expect(await failure()).toBe('ECONNRESET')
  once({ kind: 'truncate', bytes: 50 })
  expect(await failure()).toBe('ECONNRESET')
  once({ kind: 'drip', chunkBytes: 400, everyMs: 1 })
  const dripped = await client.get(value)
  expect(dripped.bytes.length).toBe(Number(dripped.headers['content-length']))
  once({ kind: 'delay', ms: 5 })
  expect((await client.get(value)).status).toBe(200)
})

test('the token endpoint fails with the number that is asked for', async () => {
  once({ kind: 'aadsts', code: 65001 }, '/token$')
  const answer = await client.token(client.login)
  expect([answer.status, answer.json<TokenBody>().error_codes]).toEqual([400, [65001]])
  once({ kind: 'throttle', retryAfter: 1 }, '/token$')
  expect((await client.token(client.login)).status).toBe(429)
  now += 1_000
  expect((await client.token(client.login)).status).toBe(200)
  expect(tenant.violations()).toEqual([])
})

test('a request that is never answered takes its place until the client goes away', async () => {
  const path = `/users/${ANNA}/mailFolders`
  tenant.faults.add({ path: 'mailFolders', effect: { kind: 'hang' }, when: { first: 4 } })
  const stuck = testClient(tenant)
  await stuck.logIn()
  const waiting = Promise.allSettled(Array.from({ length: 4 }, () => stuck.get(path)))
  await expect.poll(() => tenant.stats().mailboxes[ANNA]?.peakInFlight).toBe(4)
  expect((await client.get(path)).status).toBe(429)
  stuck.close()
  expect((await waiting).every((each) => each.status === 'rejected')).toBe(true)
  now += 10_000
  await expect.poll(async () => (await client.get(path)).status).toBe(200)
})
