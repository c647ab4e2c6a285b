import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type EmulatedNextcloud, startNextcloud } from '../nextcloud.ts'
import { CREATE, eventText } from '../test-cloud.ts'
import type { CloudEffect } from './rule.ts'

let cloud: EmulatedNextcloud
let authorization: string

beforeEach(async () => {
  cloud = await startNextcloud({ seed: 1, users: [{ id: 'alice' }] })
  setDefaultCACertificates([...getCACertificates('default'), cloud.ca])
  authorization = `Basic ${Buffer.from(`alice:${(await cloud.user('alice').credentials()).appPassword}`).toString('base64')}`
})
afterEach(() => cloud.stop())

let count = 0

async function putUnder(
  effect: CloudEffect,
): Promise<{ readonly status: number | 'broken'; readonly headers: Headers; readonly isStored: boolean; readonly text: string }> {
  count += 1
  const name = `e${count}`
  await cloud.faults.add({ effect, times: 1, path: name })
  const sent = fetch(new URL(`/remote.php/dav/calendars/alice/personal/${name}.ics`, cloud.url), {
    method: 'PUT',
    body: eventText({ uid: name }),
    headers: { authorization, ...CREATE },
  })
  const answer = await sent
    .then(async (got) => ({ status: got.status, headers: got.headers, text: await got.text() }))
    .catch(() => undefined)
  const isStored = (await cloud.user('alice').stored(`calendars/personal/${name}`)).length > 0
  return { status: answer?.status ?? 'broken', headers: answer?.headers ?? new Headers(), isStored, text: answer?.text ?? '' }
}

test.each([
  [{ kind: 'throttle', retryAfter: 'none' }, 429, false],
  [{ kind: 'throttle', status: 503, retryAfter: 5 }, 503, false],
  [{ kind: 'status', status: 502, body: 'html' }, 502, false],
  [{ kind: 'status', status: 423 }, 423, false],
  [{ kind: 'sign-in-page' }, 200, false],
  [{ kind: 'expired-token' }, 401, false],
  [{ kind: 'pretend' }, 201, false],
  [{ kind: 'cut' }, 'broken', false],
  [{ kind: 'reset' }, 'broken', true],
  [{ kind: 'delay', ms: 5 }, 201, true],
] as const)('%j is answered %s; stored: %s', async (effect, status, isStored) => {
  const got = await putUnder(effect)
  expect([got.status, got.isStored]).toEqual([status, isStored])
  expect(await cloud.violations()).toEqual([])
})

test('a wrong ETag is no ETag of anything', async () => {
  const got = await putUnder({ kind: 'wrong-etag' })
  const [stored] = await cloud.user('alice').stored('calendars/')
  expect([got.status, got.headers.get('etag') === stored?.etag]).toEqual([201, false])
})

test('whoever does not wait for Retry-After is told of', async () => {
  await cloud.admin.limit({ raceMs: -1 })
  await putUnder({ kind: 'throttle', retryAfter: 60 })
  expect(await cloud.violations()).toEqual([])
  await putUnder({ kind: 'delay', ms: 1 })
  expect(await cloud.violations()).toEqual(['called for alice before the time in Retry-After'])
})
