import type { WorkspaceEffect } from '@offramp/emulators'
import { afterEach, describe, expect, test } from 'vitest'
import { ADMIN, ANNA, bytesOf, call, closeAll, faultOf, hashOf, lab, listingOf, walk } from './testing/workspace-lab.ts'

afterEach(closeAll)

const inbox = (count: number) => ({
  accounts: [
    { address: ADMIN, admin: true },
    { address: ANNA, messages: [{ labels: ['INBOX'], count }] },
  ],
})
const RAW = '/messages/[0-9a-f]+\\?'
const LIST = '/messages\\?'

describe('what the wire meets', () => {
  test.each<[string, WorkspaceEffect]>([
    ['over the quota of one user, as 429', { kind: 'quota', sort: 'user', ms: 5_000, status: 429 }],
    ['over the quota of one user, as 403', { kind: 'quota', sort: 'user', ms: 5_000, status: 403 }],
    ['too many at once', { kind: 'quota', sort: 'concurrent' }],
    ['turned away by the front end, as 403', { kind: 'quota', sort: 'front', status: 403 }],
    ['turned away by the front end, as 429', { kind: 'quota', sort: 'front', status: 429 }],
    ['an HTML 502', { kind: 'status', status: 502, body: 'html' }],
    ['an empty 503', { kind: 'status', status: 503, body: 'empty' }],
    ['a reset', { kind: 'reset' }],
    ['a hang', { kind: 'hang' }],
  ])('%s is got over, for lists and for messages', async (_, effect) => {
    const { workspace, source, mailbox } = await lab({ domain: inbox(6), speed: 50 })
    await workspace.faults.add({ path: LIST, when: { nth: 1 }, effect })
    await workspace.faults.add({ path: RAW, when: { nth: 2 }, effect })
    const { refs } = await walk(source)
    expect(refs.size).toBe(6)
    for (const ref of refs.values()) expect(await hashOf(await source.open(ref, call))).toBe(await mailbox.hash(ref.id))
    expect(await workspace.violations()).toEqual([])
  })

  test.each<[string, WorkspaceEffect]>([
    ['truncated', { kind: 'truncate', bytes: 150 }],
    ['reset in the middle', { kind: 'reset', afterBytes: 150 }],
  ])('a message that comes %s is never taken for the whole', async (_, effect) => {
    const { workspace, source, mailbox } = await lab({ domain: inbox(5) })
    await workspace.faults.add({ path: RAW, when: { nth: 2 }, effect })
    const { refs } = await walk(source)
    expect(refs.size).toBe(5)
    for (const ref of refs.values()) expect(await hashOf(await source.open(ref, call))).toBe(await mailbox.hash(ref.id))
  })

  test('a message that Google cannot give is named, says so when it is opened, and its neighbours come', async () => {
    const { workspace, source } = await lab({ domain: inbox(5), speed: 100 })
    await workspace.faults.add({ path: RAW, when: { nth: 3 }, effect: { kind: 'poison-message' } })
    const { refs } = await walk(source)
    expect(refs.size).toBe(5)
    const opened = await Promise.allSettled([...refs.values()].map((ref) => source.open(ref, call)))
    expect(opened.filter(({ status }) => status === 'fulfilled').length).toBe(4)
    const failed = [...refs.values()].filter((_, at) => opened[at]?.status === 'rejected')
    expect(await faultOf(() => source.open(failed[0] ?? { id: '', version: '' }, call))).toMatchObject({ reach: 'call' })
  })

  test('where every message fails, the mailbox is in trouble and no message is blamed', async () => {
    const { workspace, source } = await lab({ domain: inbox(8), speed: 200 })
    await workspace.faults.add({ path: RAW, effect: { kind: 'status', status: 500, body: 'json' } })
    const listing = await listingOf(source)
    expect(await faultOf(() => source.page(listing, undefined, 20, call))).toMatchObject({ reach: 'call' })
  })

  test('what has come before Google sends us away is given, and the rest comes later without being asked for twice', async () => {
    const { workspace, source } = await lab({ domain: inbox(40), speed: 1 })
    await workspace.faults.add({ path: RAW, when: { nth: 12 }, effect: { kind: 'quota', sort: 'user', ms: 900_000, status: 429 } })
    const listing = await listingOf(source)
    const first = await source.page(listing, undefined, 40, call)
    expect(first.refs.length).toBeGreaterThanOrEqual(5)
    expect(first.refs.length).toBeLessThan(40)
    expect(first.last).toBe(false)
    const fault = await faultOf(() => source.page(listing, first.cursor, 40, call))
    expect(fault).toMatchObject({ reach: 'gate' })
    expect(fault.until).toBeGreaterThan(Date.now() + 600_000)
  })

  test('a day that is used up holds every mailbox of the project until midnight in California', async () => {
    const { workspace, source, connect, clock } = await lab({ domain: inbox(3) })
    await workspace.faults.add({ path: LIST, times: 1, effect: { kind: 'quota', sort: 'day' } })
    const listing = await listingOf(source)
    const fault = await faultOf(() => source.page(listing, undefined, 40, call))
    expect(fault.reach).toBe('gate')
    const until = new Date(fault.until ?? 0)
    const hour = new Intl.DateTimeFormat('en-US', {
      timeZone: 'America/Los_Angeles',
      hour: '2-digit',
      minute: '2-digit',
      hourCycle: 'h23',
    }).format(until)
    expect(['00:00', '23:00', '01:00']).toContain(hour)
    expect(until.getTime()).toBeGreaterThan(clock.now())
    const other = await connect(ADMIN)
    expect(await faultOf(async () => listingOf(other))).toMatchObject({ reach: 'gate', until: fault.until })
  })

  test('mailboxes that share a small project never ask for more than it has, together', async () => {
    const ben = 'ben@fabrikam.example'
    const messages = [{ labels: ['INBOX'], count: 60 }]
    const { workspace, connect } = await lab({
      domain: {
        accounts: [
          { address: ADMIN, admin: true },
          { address: ANNA, messages },
          { address: ben, messages },
        ],
        limits: { projectPerMinute: 1_000, raceMs: 0 },
      },
      // Room for what the network takes, which this clock makes two hundred times as long.
      settings: { limits: { projectPerMinute: 700 } },
      speed: 200,
    })
    const walks = await Promise.all([ANNA, ben].map(async (address) => walk(await connect(address))))
    expect(walks.map(({ refs }) => refs.size)).toEqual([60, 60])
    const { refusals, requests } = await workspace.stats()
    // Each asking for itself alone is sent away some 130 times.
    expect(refusals.throttled).toBeLessThan(40)
    expect([refusals.tooMany, requests['messages.get'] ?? 0]).toEqual([0, expect.toSatisfy((gets: number) => gets < 160)])
  })

  test('a token that has ended is replaced, and one that is refused stops the account', async () => {
    const { workspace, source } = await lab({ domain: inbox(3) })
    await workspace.faults.add({ path: LIST, times: 1, effect: { kind: 'expired-token' } })
    expect((await walk(source)).refs.size).toBe(3)
    await workspace.faults.add({ path: LIST, effect: { kind: 'expired-token' } })
    const fault = await faultOf(() => walk(source))
    expect(fault).toMatchObject({ reach: 'account', code: 'google-token-refused', message: expect.stringContaining(ANNA) })
  })

  test('messages that are deleted while they are read are left out, and a bare id says that they are gone', async () => {
    const { workspace, source, mailbox } = await lab({ domain: inbox(60) })
    await workspace.scenario({ mailbox: ANNA, method: 'messages.get', steps: [{ every: 5, act: 'delete', times: 8 }] })
    const { refs } = await walk(source)
    const left = (await mailbox.messages()).map(({ id }) => id)
    expect(left.length).toBe(52)
    expect([...refs.keys()].sort()).toEqual([...left].sort())
    expect(await faultOf(() => source.open({ id: '0000000000000001', version: '' }, call))).toMatchObject({ reach: 'item', reason: 'gone' })
  })

  test('a page of ids that Google no longer knows is taken up by labels', async () => {
    const { source } = await lab({ domain: inbox(30) })
    const listing = await listingOf(source)
    const { cursor } = await source.page(listing, undefined, 5, call)
    const other = JSON.stringify({ ...JSON.parse(cursor), token: 'stale' })
    const fault = await faultOf(() => source.page(listing, other, 5, call))
    expect([fault.reach, fault.restart === undefined]).toEqual(['listing', false])
    expect((await walk(source, { after: fault.restart ?? '' })).refs.size).toBe(30)
  })

  test('a turn that begins anew in the middle of a page of ids reads no message twice', async () => {
    const { workspace, source, connect } = await lab({ domain: inbox(50) })
    const { cursor, refs } = await source.page(await listingOf(source), undefined, 20, call)
    const rest = await walk(await connect(), { after: cursor })
    expect(new Set([...refs.map(({ id }) => id), ...rest.refs.keys()]).size).toBe(50)
    expect((await workspace.stats()).requests['messages.get']).toBe(50)
  })

  test('8-bit text, bare line feeds and no header at all come as they are', async () => {
    const { source, mailbox } = await lab({ domain: inbox(0) })
    const bodies = ['Subject: caf\xe9\n\n\xe9\xff\x00\n', 'no header', '', '\r\n', 'Subject: x\r\r\n\n\r'].map((text) =>
      Buffer.from(text, 'latin1'),
    )
    const ids = []
    for (const body of bodies) ids.push((await mailbox.add(body)).id)
    const { refs } = await walk(source)
    for (const [at, id] of ids.entries()) {
      expect((await bytesOf(await source.open(refs.get(id) ?? { id: '', version: '' }, call))).equals(bodies[at] ?? Buffer.alloc(1))).toBe(
        true,
      )
    }
  })

  test('nothing secret is logged, whatever goes wrong', async () => {
    const { workspace, source, lines } = await lab({ domain: inbox(20) })
    for (const kind of ['reset', 'expired-token'] as const) await workspace.faults.add({ path: LIST, times: 1, effect: { kind } })
    await workspace.faults.add({ path: RAW, when: { nth: 5 }, effect: { kind: 'quota', sort: 'user', ms: 3_000 } })
    const { refs } = await walk(source)
    expect(refs.size).toBe(20)
    expect(lines.length).toBeGreaterThan(1)
    const logged = lines.join('\n')
    for (const secret of ['PRIVATE', 'eyJ', 'Bearer', ANNA, '@', ...refs.keys()]) expect(logged).not.toContain(secret)
  })
})
