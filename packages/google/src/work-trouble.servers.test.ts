import type { Finding, Kind } from '@offramp/core'
import type { WorkspaceEffect, WorkspaceOptions } from '@offramp/emulators'
import { afterEach, describe, expect, test } from 'vitest'
import { nextPacificMidnight } from './limits.ts'
import { openAll, walkWork } from './testing/work.ts'
import { ADMIN, ANNA, call, closeAll, faultOf, lab, userOf } from './testing/workspace-lab.ts'

afterEach(closeAll)

const KINDS = ['event', 'contact', 'task'] as const
const PATHS = { event: '/events', contact: '/people/me/connections', task: '/lists/[^/]+/tasks' } as const
const HELD = { calendars: { events: 20 }, contacts: { people: 20 }, tasks: { tasks: 20 } }

const domainOf = (more: object = {}): Partial<WorkspaceOptions> => ({
  accounts: [
    { address: ADMIN, admin: true },
    { address: ANNA, ...HELD },
  ],
  quirks: { pageItems: 6 },
  ...more,
})

describe('what the wire meets', () => {
  test.each<[string, WorkspaceEffect]>([
    ['over the quota of one user, as 403', { kind: 'quota', sort: 'user', status: 403 }],
    ['over the quota of one user, as 429', { kind: 'quota', sort: 'user', status: 429 }],
    ['turned away by the front end, as 403', { kind: 'quota', sort: 'front', status: 403 }],
    ['an HTML 502', { kind: 'status', status: 502, body: 'html' }],
    ['an empty 503', { kind: 'status', status: 503, body: 'empty' }],
    ['a 500', { kind: 'status', status: 500 }],
    ['a reset', { kind: 'reset' }],
    ['a reset in the middle', { kind: 'reset', afterBytes: 300 }],
    ['half of a gzip stream', { kind: 'truncate-gzip' }],
    ['a sign-in page', { kind: 'sign-in-page' }],
    ['a token that is refused', { kind: 'expired-token' }],
  ])('%s is got over', async (_, effect) => {
    const { workspace, endpoint } = await lab({ domain: domainOf(), speed: 400 })
    for (const kind of KINDS) {
      await workspace.faults.add({ path: PATHS[kind], when: { nth: 2 }, effect })
      const source = await endpoint.connect(userOf(ANNA), kind)
      const { items, left } = await openAll(source, await walkWork(source))
      expect([kind, items.length, left.size]).toEqual([kind, 20, 0])
      await workspace.faults.clear()
    }
    expect(await workspace.violations()).toEqual([])
  })

  test('real quotas are kept to before Google has to say so', async () => {
    const limits = { calendarPerMinute: 30, peoplePerMinute: 30, tasksPerMinute: 30, raceMs: 5_000 }
    const ours = { userPerMinute: 30 }
    const settings = { limits: { calendar: ours, people: ours, tasks: ours } }
    const { workspace, endpoint } = await lab({
      domain: domainOf({ limits, quirks: { pageItems: 1, emptyPageEvery: 0 } }),
      settings,
      speed: 400,
    })
    for (const kind of KINDS) {
      const source = await endpoint.connect(userOf(ANNA), kind)
      expect((await walkWork(source)).refs.size).toBe(20)
    }
    expect((await workspace.stats()).refusals.throttled).toBe(0)
    expect(await workspace.violations()).toEqual([])
  })

  test('where Google counts more strictly than it says, it is waited for and nothing is missing', async () => {
    const limits = { calendarPerMinute: 10, raceMs: 5_000 }
    const { workspace, endpoint } = await lab({ domain: domainOf({ limits, quirks: { pageItems: 1, emptyPageEvery: 0 } }), speed: 600 })
    const source = await endpoint.connect(userOf(ANNA), 'event')
    expect((await walkWork(source)).refs.size).toBe(20)
    expect((await workspace.stats()).refusals.throttled).toBeGreaterThan(0)
    expect(await workspace.violations()).toEqual([])
  })

  test('a day that is used up holds the API of the whole project until midnight in California', async () => {
    const { workspace, endpoint, clock } = await lab({ domain: domainOf(), speed: 1 })
    await workspace.faults.add({ path: '/lists/[^/]+/tasks', effect: { kind: 'quota', sort: 'day' } })
    const source = await endpoint.connect(userOf(ANNA), 'task')
    const fault = await faultOf(() => walkWork(source))
    const wait = nextPacificMidnight(clock.now()) - (fault.until ?? 0)
    expect([fault.reach, Math.abs(wait) < 60_000]).toEqual(['gate', true])
    // Of the whole project, and of this API alone.
    const colleague = await endpoint.connect(userOf(ADMIN), 'task')
    expect((await faultOf(() => walkWork(colleague))).reach).toBe('gate')
    const contacts = await endpoint.connect(userOf(ANNA), 'contact')
    expect((await walkWork(contacts)).refs.size).toBe(20)
  })
})

const check = async (endpoint: Awaited<ReturnType<typeof lab>>['endpoint'], kinds: readonly Kind[]): Promise<readonly Finding[]> => {
  const findings: Finding[] = []
  for await (const finding of endpoint.check({ accounts: [userOf(ANNA)], kinds }, call)) findings.push(finding)
  return findings
}

describe('what is not granted', () => {
  const scopes = ['admin.directory.user.readonly', 'calendar.readonly', 'contacts.readonly']

  test('does not sink the rest: check names the scope that is missing, and what to paste', async () => {
    const { workspace, endpoint } = await lab({ domain: domainOf({ scopes }) })
    const findings = await check(endpoint, ['event', 'contact', 'task'])
    const said = (about: string) => findings.find((finding) => finding.about === about)
    expect(said('scope calendar.readonly')?.level).toBe('ok')
    expect(said('scope contacts.readonly')?.level).toBe('ok')
    expect(said('scope tasks.readonly')).toMatchObject({ level: 'error', remedy: expect.stringContaining('auth/tasks.readonly') })
    expect(said('scope calendar.acls.readonly')).toMatchObject({
      level: 'warning',
      remedy: expect.stringContaining('auth/calendar.acls.readonly'),
    })
    expect(findings.filter(({ about }) => about === ANNA).map(({ says }) => says)).toEqual([
      'The calendars can be read: 2 of its own.',
      'The contacts can be read: 20 contacts.',
    ])
    expect(said('scope gmail.readonly')).toBeUndefined()
    const source = await endpoint.connect(userOf(ANNA), 'event')
    expect((await walkWork(source)).refs.size).toBe(20)
    const tasks = await endpoint.connect(userOf(ANNA), 'task')
    expect(await faultOf(() => walkWork(tasks))).toMatchObject({ reach: 'account', code: 'google-not-delegated' })
    expect(await workspace.violations()).toEqual([])
  })

  test.each([
    ['calendar', 'event', 'Google Calendar API'],
    ['people', 'contact', 'People API'],
    ['tasks', 'task', 'Google Tasks API'],
  ] as const)('an API that is off is named with the button: %s', async (api, kind, name) => {
    const { workspace, endpoint } = await lab({ domain: domainOf() })
    await workspace.admin.disableApi(api, true)
    const findings = await check(endpoint, [kind])
    expect(findings.find(({ about }) => about === ANNA)).toMatchObject({
      level: 'error',
      remedy: expect.stringContaining(`${name} > Enable`),
    })
  })

  test('a user without Gmail has calendars, contacts and tasks all the same', async () => {
    const accounts = [
      { address: ADMIN, admin: true },
      { address: ANNA, gmail: 'none', ...HELD },
    ] as const
    const { endpoint } = await lab({ domain: { accounts } })
    const anna = await endpoint.account(ANNA, call)
    if (anna === undefined) throw new Error('no account')
    const findings: Finding[] = []
    for await (const finding of endpoint.check({ accounts: [anna], kinds: KINDS }, call)) findings.push(finding)
    expect(findings.filter(({ about, level }) => about === ANNA && level === 'ok')).toHaveLength(3)
    expect(findings.filter(({ level }) => level === 'error')).toEqual([])
    for (const kind of KINDS) expect((await walkWork(await endpoint.connect(anna, kind))).refs.size).toBe(20)
  })

  test('a user without Calendar is told apart from one who may not be read', async () => {
    const { workspace, endpoint } = await lab({ domain: domainOf() })
    await workspace.admin.calendar(ANNA, false)
    const source = await endpoint.connect(userOf(ANNA), 'event')
    expect(await faultOf(() => walkWork(source))).toMatchObject({ reach: 'account', code: 'google-no-calendar' })
  })
})

describe('before anything moves', () => {
  test('calendars are counted, and so are the links that will stop working', async () => {
    const { workspace, endpoint } = await lab({ domain: domainOf({ quirks: { emptyPageEvery: 2, pageItems: 9 } }) })
    const source = await endpoint.connect(userOf(ANNA), 'event')
    const { items } = await openAll(source, await walkWork(source))
    const dead = items.filter(({ item }) => item.losses?.some((loss) => loss.includes('Meet link')))
    const measured = []
    for await (const each of source.measure?.(call) ?? []) measured.push(each)
    expect(measured.reduce((sum, each) => sum + each.items, 0)).toBe(20)
    const counted = measured.flatMap(({ losses = [] }) => losses).reduce((sum, loss) => sum + loss.items, 0)
    expect([counted, dead.length > 0]).toEqual([dead.length, true])
    expect(await workspace.violations()).toEqual([])
  })

  test('who else may see a calendar is read from its owner’s list', async () => {
    const { workspace, endpoint } = await lab({ domain: domainOf() })
    const { calendars } = workspace.work(ANNA)
    await calendars.share(ANNA, { role: 'writer', scope: { type: 'user', value: 'ben@fabrikam.example' } })
    await calendars.share('Team', { role: 'freeBusyReader', scope: { type: 'domain', value: 'fabrikam.example' } })
    await calendars.share('Team', { role: 'writerWithoutPrivateAccess', scope: { type: 'group', value: 'all@fabrikam.example' } })
    await calendars.share('Team', { role: 'reader', scope: { type: 'default' } })
    await calendars.share('Team', { role: 'none', scope: { type: 'user', value: 'gone@fabrikam.example' } })
    const shares = []
    for await (const { collection, to, access } of endpoint.shares?.(userOf(ANNA), 'event', call) ?? [])
      shares.push([collection.path[0], to.kind, to.address, access])
    expect(shares).toEqual([
      [ANNA, 'user', 'ben@fabrikam.example', 'write'],
      ['Team', 'organisation', 'fabrikam.example', 'free-busy'],
      ['Team', 'group', 'all@fabrikam.example', 'write'],
      ['Team', 'public', undefined, 'read'],
    ])
    expect(await workspace.violations()).toEqual([])
  })
})
