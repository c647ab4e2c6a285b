import { createHash, createSign, generateKeyPairSync } from 'node:crypto'
import { fastClock, MemoryGate } from '@offramp/conformance'
import { asFault, type CheckRequest, type Fault, type Finding, silentLog } from '@offramp/core'
import { startTenant, type TenantOptions } from '@offramp/emulators'
import { afterEach, describe, expect, test } from 'vitest'
import { microsoftSource } from './endpoint.ts'
import type { MicrosoftSettings } from './settings.ts'
import { settingsFor } from './testing/tenant-lab.ts'

const ANNA = 'anna@contoso.example'
const DAY_MS = 86_400_000
const call = { signal: new AbortController().signal }

const open: { close?(): Promise<void> }[] = []
afterEach(async () => {
  for (const each of open.splice(0).reverse()) await each.close?.()
})

async function lab(options: Partial<TenantOptions> = {}, settings: Partial<MicrosoftSettings> = {}) {
  const clock = fastClock(20)
  const tenant = await startTenant({ seed: 7, accounts: [{ address: ANNA, messages: 5 }], now: clock.now, ...options })
  const endpoint = microsoftSource({ ...settingsFor(tenant), ...settings }, { clock, log: silentLog, gate: new MemoryGate(clock) })
  open.push(tenant, endpoint)
  const check = async (asked: Partial<CheckRequest> = {}): Promise<Finding[]> => {
    const findings: Finding[] = []
    for await (const finding of endpoint.check({ accounts: [], kinds: ['mail'], ...asked }, call)) findings.push(finding)
    return findings
  }
  const account = async (name = ANNA) => {
    const found = await endpoint.account(name, call)
    if (found === undefined) throw new Error(`no ${name}`)
    return found
  }
  return { tenant, endpoint, clock, check, account }
}

const faultOf = async (work: () => Promise<unknown>): Promise<Fault> => {
  try {
    await work()
  } catch (thrown) {
    return asFault(thrown)
  }
  throw new Error('nothing was thrown')
}

const about = (findings: readonly Finding[], name: string): Finding | undefined => findings.find((each) => each.about === name)

describe('signing in', () => {
  test.each<[string, Partial<MicrosoftSettings>, string, string, RegExp]>([
    ['a wrong secret', { auth: { secret: async () => 'the-id-of-it' } }, 'run', 'entra-7000215', /value, not its ID/],
    [
      'an app that nobody knows',
      { clientId: '11111111-2222-3333-4444-555555555555' },
      'run',
      'entra-700016',
      /client ID and the tenant ID/,
    ],
    ['a tenant that is not', { tenantId: 'nowhere.example' }, 'run', 'entra-90002', /tenant ID/],
    ['a malformed tenant', { tenantId: 'a b' }, 'run', 'entra-900023', /GUID/],
  ])('%s is told in plain words, with the remedy and without the secret', async (_, settings, reach, code, remedy) => {
    const { endpoint, check } = await lab({}, settings)
    const fault = await faultOf(() => endpoint.account(ANNA, call))
    expect([fault.reach, fault.code]).toEqual([reach, code])
    expect(fault.remedy).toMatch(remedy)
    expect(fault.message).not.toContain('the-id-of-it')
    expect((await check()).filter((each) => each.level === 'error')).toMatchObject([
      { about: 'endpoint contoso', says: expect.stringContaining(code.replace('entra-', 'AADSTS')), remedy: fault.remedy },
    ])
  })

  test('a secret that ends in the middle of the night stops with its own words', async () => {
    const { tenant, endpoint, clock } = await lab({ application: { tokenSeconds: 10 } })
    expect((await endpoint.account(ANNA, call))?.name).toBe(ANNA)
    tenant.admin.secret(tenant.clientSecret, clock.now())
    await clock.sleep(12_000, {})
    expect(await faultOf(() => endpoint.account(ANNA, call))).toMatchObject({ reach: 'run', code: 'entra-7000222' })
  })

  test.each([65001, 1002012, 53003])('AADSTS%i comes through', async (code) => {
    const { tenant, endpoint } = await lab()
    tenant.faults.add({ path: '/oauth2/', effect: { kind: 'aadsts', code } })
    expect((await faultOf(() => endpoint.account(ANNA, call))).code).toBe(`entra-${code}`)
  })

  test('a sign-in service that is down for a moment is asked again', async () => {
    const { tenant, endpoint } = await lab()
    tenant.faults.add({ path: '/oauth2/', when: { first: 2 }, effect: { kind: 'aadsts', code: 90033 } })
    expect((await endpoint.account(ANNA, call))?.name).toBe(ANNA)
    expect(tenant.stats().tokens).toBe(3)
  })

  test('many callers share one token', async () => {
    const { tenant, endpoint } = await lab()
    await Promise.all(Array.from({ length: 10 }, () => endpoint.account(ANNA, call)))
    expect(tenant.stats().tokens).toBe(1)
  })

  test('a certificate signs in, and its end is read from itself', async () => {
    const ends = Date.now() + 20 * DAY_MS
    const { cert, key } = certificate(ends)
    const { tenant, endpoint, check } = await lab(
      { application: { certificates: [cert] } },
      { auth: { certificate: async () => ({ cert, key }) } },
    )
    expect((await endpoint.account(ANNA, call))?.name).toBe(ANNA)
    expect(tenant.violations()).toEqual([])
    expect(about(await check({ plannedEnd: Date.now() + 10 * DAY_MS }), 'certificate')?.level).toBe('ok')
    expect(about(await check({ plannedEnd: Date.now() + 30 * DAY_MS }), 'certificate')).toMatchObject({
      level: 'warning',
      says: expect.stringMatching(/before the planned end/),
    })
  })

  test('a certificate that the app does not know, a foreign key, and a key that is no key are told apart', async () => {
    const [mine, other] = [certificate(Date.now() + DAY_MS), certificate(Date.now() + DAY_MS)]
    const trying = async (auth: { cert: string; key: string }) => {
      const { endpoint } = await lab({ application: { certificates: [mine.cert] } }, { auth: { certificate: async () => auth } })
      return faultOf(() => endpoint.account(ANNA, call))
    }
    expect((await trying(other)).code).toBe('entra-700027')
    expect(await trying({ cert: mine.cert, key: other.key })).toMatchObject({
      reach: 'run',
      message: expect.stringMatching(/does not belong/),
    })
    expect(await trying({ cert: mine.cert, key: 'nothing' })).toMatchObject({ reach: 'run', message: expect.stringMatching(/not PEM/) })
    const { privateKey } = generateKeyPairSync('ec', {
      namedCurve: 'P-256',
      privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
      publicKeyEncoding: { type: 'spki', format: 'pem' },
    })
    expect(await trying({ cert: mine.cert, key: privateKey })).toMatchObject({ reach: 'run', message: expect.stringMatching(/only RSA/) })
  })
})

describe('the directory', () => {
  const accounts: TenantOptions['accounts'] = [
    { address: ANNA, displayName: 'Anna Berg', aliases: ['a.berg@contoso.example'] },
    { address: 'info@contoso.example', purpose: 'shared' },
    { address: 'room@contoso.example', purpose: 'room' },
    { address: 'beamer@contoso.example', purpose: 'equipment' },
    { address: 'none@contoso.example', mailbox: 'none', licensed: false },
    { address: 'onprem@contoso.example', mailbox: 'on-premises' },
    { address: 'guest@elsewhere.example', userType: 'Guest', mailbox: 'none', licensed: false },
    { address: 'old@contoso.example', userType: null },
    { address: 'boss@contoso.example' },
  ]

  test('every account is there, with its kind, and what stands in the way', async () => {
    const { tenant, endpoint } = await lab({ accounts, outOfScope: ['boss@contoso.example'] })
    const found = new Map<string, readonly [string, boolean]>()
    for await (const account of endpoint.accounts(call)) found.set(account.name, [account.kind, account.unavailable === undefined])
    expect(Object.fromEntries(found)).toEqual({
      [ANNA]: ['user', true],
      'info@contoso.example': ['shared', true],
      'room@contoso.example': ['room', true],
      'beamer@contoso.example': ['equipment', true],
      'none@contoso.example': ['unknown', false],
      // The mailbox is elsewhere, the files are not.
      'onprem@contoso.example': ['unknown', true],
      'guest@elsewhere.example': ['unknown', false],
      'old@contoso.example': ['user', true],
      'boss@contoso.example': ['unknown', false],
    })
    expect(tenant.violations()).toEqual([])
  })

  test('a tenant of more than one page is listed whole', async () => {
    const many = Array.from({ length: 1_010 }, (_, index) => ({
      address: `u${index}@contoso.example`,
      mailbox: 'none' as const,
      licensed: false,
      userType: 'Guest' as const,
    }))
    const { endpoint } = await lab({ accounts: many })
    let count = 0
    for await (const account of endpoint.accounts(call)) count += account.unavailable === undefined ? 0 : 1
    expect(count).toBe(1_010)
  })

  test('an account is found by id, address and alias, in any case, and nobody by a name that is not', async () => {
    const { endpoint, account } = await lab({ accounts })
    const anna = await account()
    for (const name of [anna.id, 'ANNA@Contoso.Example', 'a.berg@contoso.example', 'A.Berg@CONTOSO.example', ` ${ANNA} `]) {
      expect((await endpoint.account(name, call))?.id).toBe(anna.id)
    }
    for (const name of ['', 'nobody@contoso.example', "o'neil@contoso.example", '$anna@contoso.example', 'a#b@contoso.example']) {
      expect(await endpoint.account(name, call)).toBeUndefined()
    }
  })

  test('without MailboxSettings.Read the mailboxes are still found, if not their kinds', async () => {
    const { endpoint } = await lab({ accounts, permissions: ['User.Read.All', 'Mail.Read'] })
    const kinds = new Map<string, string>()
    for await (const account of endpoint.accounts(call)) kinds.set(account.name, account.unavailable ?? account.kind)
    expect(kinds.get(ANNA)).toBe('user')
    expect(kinds.get('info@contoso.example')).toBe('unknown')
    expect(kinds.get('none@contoso.example')).toMatch(/no mailbox/)
  })
})

describe('the check', () => {
  const boss = 'boss@contoso.example'
  const accounts = [
    { address: ANNA, messages: 3 },
    { address: boss, messages: 1 },
    { address: 'none@contoso.example', mailbox: 'none' as const },
  ]

  test('a scoped app with the right permissions has nothing against it but what nobody can read', async () => {
    const { check, account, clock } = await lab(
      { accounts, outOfScope: [boss] },
      { outOfScopeProbe: boss, secretExpires: Date.now() + 90 * DAY_MS },
    )
    const findings = await check({ accounts: [await account()], plannedEnd: clock.now() + DAY_MS })
    expect(findings.filter((each) => each.level !== 'ok').map((each) => each.about)).toEqual(['what an app cannot read'])
    expect(about(findings, 'scope of the app')?.says).toContain('refused, as it should be')
  })

  test('an app that reads everybody’s mail is told so, by probe or by permission', async () => {
    const probed = await lab({ accounts }, { outOfScopeProbe: boss })
    expect(about(await probed.check(), 'scope of the app')).toMatchObject({
      level: 'warning',
      says: expect.stringContaining(boss),
      remedy: expect.stringMatching(/grants add up/),
    })
    const asked = await lab({ accounts })
    expect(about(await asked.check(), 'scope of the app')).toMatchObject({
      level: 'warning',
      says: expect.stringMatching(/everybody's mail/),
    })
  })

  test('each missing permission is named', async () => {
    const anna = await (await lab({ accounts })).account()
    for (const [permissions, missing] of [
      [['User.Read.All', 'MailboxSettings.Read'], 'permission Mail.Read'],
      [['Mail.Read', 'MailboxSettings.Read'], 'permission User.Read.All'],
    ] as const) {
      const findings = await (await lab({ accounts, permissions })).check({ accounts: [anna] })
      const wrong = findings.filter((each) => each.level === 'error' && each.about.startsWith('permission'))
      expect(wrong.map((each) => each.about)).toEqual([missing])
    }
  })

  test('a token without any permission is no success', async () => {
    const { check } = await lab({ permissions: [] })
    expect(about(await check(), 'permissions')).toMatchObject({
      level: 'error',
      says: expect.stringMatching(/no permission at all/),
      remedy: expect.stringMatching(/Grant admin consent/),
    })
  })

  test('rights to write are too much', async () => {
    const { check } = await lab({ permissions: ['User.Read.All', 'Mail.ReadWrite', 'Mail.Send', 'MailboxSettings.Read'] })
    const findings = await check()
    expect(findings.filter((each) => /may write/.test(each.says)).map((each) => each.about)).toEqual([
      'permission Mail.ReadWrite',
      'permission Mail.Send',
    ])
    expect(about(findings, 'permission Mail.Read')?.level).toBe('ok')
  })

  test('each mapped mailbox is opened, and told why where it does not', async () => {
    const { check, account } = await lab({ accounts, outOfScope: [boss] })
    const asked = await Promise.all([ANNA, boss, 'none@contoso.example'].map((name) => account(name)))
    const findings = await check({ accounts: asked })
    expect(about(findings, ANNA)?.level).toBe('ok')
    expect(about(findings, boss)).toMatchObject({ level: 'error', remedy: expect.stringMatching(/2 hours/) })
    expect(about(findings, 'none@contoso.example')).toMatchObject({ level: 'error', says: expect.stringMatching(/not in Exchange Online/) })
  })

  test('a secret that ends too early, has ended, or whose end nobody knows is told', async () => {
    const plannedEnd = Date.now() + 30 * DAY_MS
    const level = async (settings: Partial<MicrosoftSettings>) =>
      about(await (await lab({}, settings)).check({ plannedEnd }), 'client secret')?.level
    expect(await level({ secretExpires: plannedEnd + DAY_MS })).toBe('ok')
    expect(await level({ secretExpires: plannedEnd - DAY_MS })).toBe('warning')
    expect(await level({ secretExpires: Date.now() - DAY_MS })).toBe('error')
    expect(await level({})).toBe('warning')
  })
})

/** A self-signed RSA certificate, written in DER by hand: X.509 v1 needs no more than this. */
function certificate(ends: number): { readonly cert: string; readonly key: string } {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const der = (tag: number, ...parts: readonly Buffer[]): Buffer => {
    const body = Buffer.concat(parts)
    const length = body.length < 128 ? Buffer.from([body.length]) : Buffer.from([0x82, body.length >> 8, body.length & 255])
    return Buffer.concat([Buffer.from([tag]), length, body])
  }
  const time = (at: number) => der(0x18, Buffer.from(`${new Date(at).toISOString().replace(/[-:T]/g, '').slice(0, 14)}Z`))
  const algorithm = der(0x30, der(0x06, Buffer.from('2a864886f70d01010b', 'hex')), der(0x05))
  const name = der(0x30, der(0x31, der(0x30, der(0x06, Buffer.from('550403', 'hex')), der(0x0c, Buffer.from('offramp')))))
  const spki = publicKey.export({ type: 'spki', format: 'der' })
  const serial = der(0x02, Buffer.concat([Buffer.from([1]), createHash('sha1').update(spki).digest().subarray(0, 8)]))
  const body = der(0x30, serial, algorithm, name, der(0x30, time(Date.now() - DAY_MS), time(ends)), name, spki)
  const signature = createSign('RSA-SHA256').update(body).sign(privateKey)
  const cert = der(0x30, body, algorithm, der(0x03, Buffer.from([0]), signature))
  return {
    cert: `-----BEGIN CERTIFICATE-----\n${cert.toString('base64').replace(/.{64}/g, '$&\n')}\n-----END CERTIFICATE-----\n`,
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  }
}

describe('the kinds that move', () => {
  const KINDS = ['mail', 'event', 'contact', 'task'] as const

  test('each has its permission, and no other is asked for', async () => {
    const { check, account } = await lab()
    for (const [kind, name] of [
      ['mail', 'Mail.Read'],
      ['event', 'Calendars.Read'],
      ['contact', 'Contacts.Read'],
      ['task', 'Tasks.Read.All'],
    ] as const) {
      const asked = (await check({ kinds: [kind], accounts: [await account()] })).flatMap(
        ({ about: what }) => what.match(/^permission (.+)$/)?.[1] ?? [],
      )
      expect(asked).toEqual(['User.Read.All', name, 'MailboxSettings.Read'])
    }
  })

  test('a permission that is missing is told for its kind alone, also the one of To Do, which Microsoft does not name', async () => {
    const { check, account } = await lab({ permissions: ['User.Read.All', 'MailboxSettings.Read', 'Mail.Read', 'Contacts.Read'] })
    const findings = await check({ kinds: KINDS, accounts: [await account()] })
    expect(about(findings, 'permission Calendars.Read')).toMatchObject({ level: 'error', says: expect.stringContaining('no calendar') })
    expect(about(findings, 'permission Tasks.Read.All')).toMatchObject({ level: 'error', says: expect.stringContaining('To Do') })
    expect(about(findings, 'permission Contacts.Read')?.level).toBe('ok')
    expect(findings.filter((each) => each.about === ANNA).map(({ level, says }) => [level, says.split(':')[0]])).toEqual([
      ['error', 'Its calendars'],
      ['error', 'Its tasks'],
    ])
  })

  test('all that is granted opens, and whose it is is said', async () => {
    const { tenant, check, account } = await lab()
    const anna = await account()
    const findings = await check({ kinds: ['event', 'task'], accounts: [anna] })
    expect(findings.filter(({ level }) => level === 'error')).toEqual([])
    expect(about(findings, 'scope of the app')?.says).toMatch(/mail, calendars and contacts/)
    expect(tenant.violations()).toEqual([])
  })

  test('files are among them, and ask for their own permissions', async () => {
    const { endpoint, check, account } = await lab({ permissions: ['User.Read.All'] })
    expect(endpoint.kinds).toEqual([...KINDS, 'file'])
    const findings = await check({ kinds: ['file'], accounts: [await account()] })
    expect(about(findings, 'permission Files.Read.All')).toMatchObject({ level: 'error', says: expect.stringContaining('no file') })
    expect(about(findings, 'permission Sites.Read.All')).toMatchObject({ level: 'warning', says: expect.stringContaining('team sites') })
    expect(about(findings, 'permission Mail.Read')).toBeUndefined()
    expect(findings.find((each) => each.about === ANNA)).toMatchObject({ level: 'error', says: expect.stringContaining('Its files') })
  })
})
