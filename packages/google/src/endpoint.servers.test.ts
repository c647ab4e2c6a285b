import { generateKeyPairSync } from 'node:crypto'
import type { CheckRequest, Finding } from '@offramp/core'
import type { WorkspaceOptions } from '@offramp/emulators'
import { afterEach, describe, expect, test } from 'vitest'
import type { GoogleSettings } from './settings.ts'
import { ADMIN, ANNA, call, closeAll, faultOf, listingOf, lab as open, userOf } from './testing/workspace-lab.ts'

afterEach(closeAll)

const ACCOUNTS: WorkspaceOptions['accounts'] = [
  { address: ADMIN, admin: true },
  { address: ANNA, messages: 5 },
]

async function lab(domain: Partial<WorkspaceOptions> = {}, settings: Partial<GoogleSettings> = {}) {
  const all = await open({ domain: { accounts: ACCOUNTS, ...domain }, settings })
  const check = async (asked: Partial<CheckRequest> = {}): Promise<Finding[]> => {
    const findings: Finding[] = []
    for await (const finding of all.endpoint.check({ accounts: [], kinds: ['mail'], ...asked }, call)) findings.push(finding)
    return findings
  }
  const accounts = async () => {
    const found = []
    for await (const account of all.endpoint.accounts(call)) found.push(account)
    return found
  }
  return { ...all, check, accounts }
}

const about = (findings: readonly Finding[], name: string): Finding | undefined => findings.find((each) => each.about === name)
const errors = (findings: readonly Finding[]): Finding[] => findings.filter(({ level }) => level === 'error')

const pem = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  publicKeyEncoding: { type: 'spki', format: 'pem' },
}).privateKey

describe('signing in', () => {
  test.each<[string, (given: Record<string, string>) => string, string, RegExp]>([
    ['no JSON', () => 'the key itself', 'google-bad-key', /JSON file/],
    ['the file of an OAuth client', () => '{"installed":{}}', 'google-bad-key', /JSON file/],
    ['credentials of a person', () => '{"type":"authorized_user","private_key":"hush"}', 'google-bad-key', /JSON/],
    ['a key that is no PEM', (given) => JSON.stringify({ ...given, private_key: 'hush' }), 'google-bad-key', /JSON/],
    ['another key', (given) => JSON.stringify({ ...given, private_key: pem }), 'google-key-unknown', /new key/],
    [
      'another service account',
      (given) => JSON.stringify({ ...given, client_email: 'x@y.iam.gserviceaccount.com' }),
      'google-no-service-account',
      /Service Accounts/,
    ],
  ])('%s is told in plain words, with the remedy and without the key', async (_, change, code, remedy) => {
    const { workspace } = await lab()
    const given: Record<string, string> = JSON.parse(workspace.key())
    const wrong = await lab({}, { auth: { key: async () => change(given) } })
    const fault = await faultOf(() => wrong.endpoint.account(ANNA, call))
    expect([fault.reach, fault.code]).toEqual(['run', code])
    expect(fault.remedy).toMatch(remedy)
    const findings = await wrong.check()
    expect(errors(findings)).toMatchObject([{ about: 'endpoint fabrikam', remedy: fault.remedy }])
    const told = JSON.stringify([fault.message, fault.remedy, findings, wrong.lines])
    for (const secret of ['hush', 'PRIVATE KEY', given['private_key_id'] ?? 'none', 'eyJ']) expect(told).not.toContain(secret)
  })

  test('a key that was deleted, and a clock that is wrong, stop the run', async () => {
    const { workspace, endpoint, check } = await lab()
    await workspace.admin.skew(2 * 3_600_000)
    expect(await faultOf(() => endpoint.account(ANNA, call))).toMatchObject({
      reach: 'run',
      code: 'google-clock',
      remedy: expect.stringContaining('NTP'),
    })
    await workspace.admin.skew(0)
    await workspace.admin.deleteKey()
    expect(await faultOf(() => endpoint.account(ANNA, call))).toMatchObject({ reach: 'run', code: 'google-key-unknown' })
    expect(errors(await check())).toMatchObject([{ says: expect.stringMatching(/deleted/) }])
  })

  test('without a key, Google signs: with a token that is given, and with one of the machine', async () => {
    const { workspace } = await lab()
    const origin = new URL(workspace.url).origin
    const at = { apiUrl: origin, tokenUrl: origin, metadataUrl: origin, ca: workspace.ca, admin: workspace.adminAddress }
    const signAs = workspace.clientEmail
    for (const auth of [{ signAs, accessToken: async () => `${workspace.callerToken}\n` }, { signAs }]) {
      const { endpoint, check } = await lab({}, { ...at, auth, clientId: workspace.clientId })
      expect((await endpoint.account(ANNA, call))?.name).toBe(ANNA)
      expect(about(await check(), 'service account')).toMatchObject({ level: 'ok', says: expect.stringMatching(/no key to lose/) })
    }
    const { endpoint } = await lab(
      {},
      { ...at, auth: { signAs: 'other@x.iam.gserviceaccount.com', accessToken: async () => workspace.callerToken } },
    )
    expect(await faultOf(() => endpoint.account(ANNA, call))).toMatchObject({
      reach: 'run',
      code: 'google-may-not-sign',
      remedy: expect.stringContaining('Token Creator'),
    })
    expect(await workspace.violations()).toEqual([])
  })

  test('one token for each workload and subject, however many ask for it', async () => {
    const { workspace, endpoint, source } = await lab()
    await Promise.all(Array.from({ length: 10 }, () => endpoint.account(ANNA, call)))
    await Promise.all(Array.from({ length: 5 }, () => listingOf(source)))
    expect((await workspace.stats()).requests['token']).toBe(2)
    expect(await workspace.violations()).toEqual([])
  })

  test('a setting that is no address of a host is refused at once', async () => {
    expect(await faultOf(() => lab({}, { apiUrl: 'http://gmail.example' }))).toMatchObject({ reach: 'run', code: 'google-bad-address' })
  })
})

describe('the directory', () => {
  const domain: Partial<WorkspaceOptions> = {
    accounts: [
      { address: ADMIN, admin: true },
      { address: ANNA, displayName: 'Anna Berg', aliases: ['a.berg@fabrikam.example'], messages: 3 },
      { address: 'ben@fabrikam.example', suspended: true },
      { address: 'carl@fabrikam.example', archived: true },
      { address: 'dora@fabrikam.example', gmail: 'none' },
    ],
    groups: [{ address: 'all@fabrikam.example', members: [ANNA] }],
    rooms: [{ address: 'room@resource.calendar.google.com', name: 'Room' }],
  }

  test('everybody is there, with what stands in the way', async () => {
    const { workspace, accounts, endpoint } = await lab(domain)
    const all = await accounts()
    const told = Object.fromEntries(all.map(({ name, kind, enabled, unavailable }) => [name, [kind, enabled, unavailable?.slice(0, 21)]]))
    expect(told).toEqual({
      [ADMIN]: ['user', true, undefined],
      [ANNA]: ['user', true, undefined],
      'ben@fabrikam.example': ['user', false, 'The user is suspended'],
      'carl@fabrikam.example': ['user', false, undefined],
      'dora@fabrikam.example': ['user', true, 'The user has no Gmail'],
      'all@fabrikam.example': ['group', undefined, 'A group has members a'],
      'room@resource.calendar.google.com': ['room', undefined, 'A room has a calendar'],
    })
    const anna = all.find(({ name }) => name === ANNA)
    expect(anna).toMatchObject({ displayName: 'Anna Berg', aliases: ['a.berg@fabrikam.example'] })
    for (const name of ['A.Berg@fabrikam.example', anna?.id ?? '', ANNA.toUpperCase()])
      expect((await endpoint.account(name, call))?.name).toBe(ANNA)
    expect((await endpoint.account('all@fabrikam.example', call))?.kind).toBe('group')
    expect((await endpoint.account('room@resource.calendar.google.com', call))?.kind).toBe('room')
    for (const name of ['nobody@fabrikam.example', '..', '../../groups', 'a?b', ''])
      expect(await endpoint.account(name, call)).toBeUndefined()
    expect(await workspace.violations()).toEqual([])
  })

  test('without the scopes for groups and rooms the users are still there', async () => {
    const { workspace, accounts } = await lab(domain)
    await workspace.admin.authorise(['admin.directory.user.readonly', 'gmail.readonly'])
    expect((await accounts()).length).toBe(5)
  })

  test('sizes are told with the listing once all accounts were asked for', async () => {
    const { accounts, endpoint } = await lab(domain)
    const bytes = async () => (await listingOf(await endpoint.connect(userOf(ANNA), 'mail'))).bytes
    expect(await bytes()).toBeUndefined()
    await accounts()
    expect(await bytes()).toBeGreaterThan(0)
  })
})

describe('the preflight', () => {
  test('all is well', async () => {
    const { workspace, check, endpoint } = await lab()
    const anna = await endpoint.account(ANNA, call)
    const findings = await check({ accounts: anna ? [anna, userOf(ADMIN)] : [] })
    expect(errors(findings)).toEqual([])
    expect(about(findings, ANNA)?.says).toMatch(/5 messages/)
    for (const scope of ['admin.directory.user.readonly', 'gmail.readonly', 'admin.reports.usage.readonly'])
      expect(about(findings, `scope ${scope}`)?.level).toBe('ok')
    expect(about(findings, 'time that Google needs')?.says).toMatch(/at least/)
    expect(about(findings, 'service account')).toMatchObject({ level: 'warning', remedy: expect.stringMatching(/delete the key/) })
    expect(about(findings, 'size of the mailboxes')?.level).toBe('ok')
    expect(await workspace.violations()).toEqual([])
  })

  test('a client that the domain does not know is one finding, with the client ID and every scope to paste', async () => {
    const { workspace, check } = await lab()
    await workspace.admin.authorise([])
    const [finding, ...others] = errors(await check())
    expect(others).toEqual([])
    expect(finding).toMatchObject({ about: 'domain-wide delegation', remedy: expect.stringContaining(workspace.clientId) })
    for (const scope of ['gmail.readonly', 'admin.directory.user.readonly', 'admin.directory.group.readonly']) {
      expect(finding?.remedy).toContain(`https://www.googleapis.com/auth/${scope}`)
    }
    expect(finding?.remedy).toContain('API controls')
  })

  test.each([
    ['gmail.readonly', 'error'],
    ['admin.directory.user.readonly', 'error'],
    ['admin.directory.group.readonly', 'warning'],
    ['admin.directory.resource.calendar.readonly', 'warning'],
    ['admin.reports.usage.readonly', 'warning'],
  ])('without %s there is one %s that names it, and nothing else fails', async (scope, level) => {
    const { workspace, check } = await lab()
    const all = [
      'gmail.readonly',
      'admin.directory.user.readonly',
      'admin.directory.group.readonly',
      'admin.directory.resource.calendar.readonly',
      'admin.reports.usage.readonly',
    ]
    await workspace.admin.authorise(all.filter((each) => each !== scope))
    const findings = await check({ accounts: [userOf(ANNA)] })
    expect(findings.filter(({ about, level: one }) => about.startsWith('scope') && one !== 'ok')).toMatchObject([
      { about: `scope ${scope}`, level, remedy: expect.stringContaining(`https://www.googleapis.com/auth/${scope}`) },
    ])
    expect(errors(findings).length).toBe(level === 'error' ? 1 : 0)
  })

  test('an administrator who is none, and one who is not there, are told apart', async () => {
    const plain = await lab({}, { admin: ANNA })
    expect(errors(await plain.check())).toMatchObject([{ about: `administrator ${ANNA}`, remedy: expect.stringContaining('`admin`') }])
    const nobody = await lab({}, { admin: 'nobody@fabrikam.example' })
    expect(errors(await nobody.check())).toMatchObject([
      { about: 'administrator nobody@fabrikam.example', says: expect.stringMatching(/no such user/) },
    ])
  })

  test('an API that is off names itself and the place where it is turned on', async () => {
    const { workspace, check } = await lab()
    await workspace.admin.disableApi('gmail', true)
    const gmail = errors(await check({ accounts: [userOf(ANNA)] }))
    expect(gmail).toMatchObject([{ about: ANNA, says: expect.stringContaining('Gmail API'), remedy: expect.stringContaining('Library') }])
    await workspace.admin.disableApi('gmail', false)
    await workspace.admin.disableApi('admin', true)
    expect(errors(await check()).map(({ says }) => says)).toEqual([expect.stringContaining('Admin SDK API')])
  })

  test('a suspended user and one without mail are named with their remedy, and others are not held up', async () => {
    const { workspace, check, endpoint, source } = await lab()
    const anna = await endpoint.account(ANNA, call)
    if (!anna) throw new Error('no account')
    await workspace.admin.gmail(ANNA, false)
    expect(errors(await check({ accounts: [anna, userOf(ADMIN)] }))).toMatchObject([
      { about: ANNA, says: expect.stringMatching(/no Gmail/) },
    ])
    expect(await faultOf(() => listingOf(source))).toMatchObject({
      reach: 'account',
      code: 'google-no-mailbox',
      remedy: expect.stringContaining('Service status'),
    })
    await workspace.admin.gmail(ANNA, true)
    await workspace.admin.suspend(ANNA, true)
    const later = await endpoint.account(ANNA, call)
    expect(later?.unavailable).toMatch(/suspended/)
    expect(errors(await check({ accounts: later ? [later] : [] }))).toMatchObject([
      { about: ANNA, says: expect.stringMatching(/suspended/) },
    ])
  })

  test.each(['folder', 'archive', 'copies'] as const)('how much room copies need is told beforehand: %s', async (labels) => {
    // Those without a label have one copy each, and are in no label's count.
    const messages = [
      { labels: ['INBOX', 'A', 'B'], count: 10 },
      { labels: [], count: 10 },
    ]
    const accounts = [
      { address: ADMIN, admin: true },
      { address: ANNA, messages },
    ]
    const { check } = await lab({ accounts }, { labels })
    expect(about(await check({ accounts: [userOf(ANNA)] }), 'messages with several labels')).toMatchObject({
      level: labels === 'copies' ? 'warning' : 'ok',
      says: expect.stringMatching(/2\.00 copies a message \(counted in one mailbox\)/),
    })
  })
})
