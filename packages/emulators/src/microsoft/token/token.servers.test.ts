import 'reflect-metadata'
import { createHash, randomUUID, webcrypto, X509Certificate } from 'node:crypto'
import * as x509 from '@peculiar/x509'
import { importPKCS8, SignJWT } from 'jose'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type EmulatedTenant, startTenant } from '../tenant.ts'
import { type ErrorBody, type TestClient, type TokenBody, testClient } from '../test-client.ts'

const ANNA = 'anna@contoso.example'
const MAIL = `/users/${ANNA}/mailFolders`
const ASSERTION = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'

interface Signer {
  readonly cert: string
  readonly key: string
}

let tenant: EmulatedTenant
let client: TestClient
let signer: Signer
let now = Date.UTC(2026, 5, 1)

async function makeSigner(): Promise<Signer> {
  const algorithm = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256', publicExponent: new Uint8Array([1, 0, 1]), modulusLength: 2048 }
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])
  const made = await x509.X509CertificateGenerator.createSelfSigned({
    name: 'CN=app',
    keys,
    signingAlgorithm: algorithm,
    notAfter: new Date(Date.UTC(2030, 1, 1)),
  })
  return {
    cert: made.toString('pem'),
    key: x509.PemConverter.encode(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey), 'PRIVATE KEY'),
  }
}

beforeAll(async () => {
  signer = await makeSigner()
  tenant = await startTenant({
    seed: 1,
    accounts: [
      { address: ANNA, messages: 3 },
      { address: 'ben@contoso.example' },
      { address: 'old@contoso.example', mailbox: 'on-premises' },
      { address: 'none@contoso.example', mailbox: 'none' },
    ],
    application: { certificates: [signer.cert] },
    outOfScope: ['ben@contoso.example'],
    now: () => now,
  })
  client = testClient(tenant)
})
afterAll(async () => {
  client.close()
  await tenant.close()
})

async function refusal(form: Readonly<Record<string, string>>, name?: string): Promise<readonly [number, number | undefined]> {
  const answer = await client.token({ ...client.login, ...form }, name)
  const body = answer.json<TokenBody>()
  if (answer.status !== 200) expect(body.error_description).toMatch(/^AADSTS\d+: .*\r\nTrace ID: .*\r\nCorrelation ID: .*\r\nTimestamp: /s)
  return [answer.status, body.error_codes?.[0]]
}

test('a secret gives a token whose claims say what the application may', async () => {
  const answer = await client.token(client.login)
  const body = answer.json<TokenBody>()
  expect(body).toMatchObject({ token_type: 'Bearer', expires_in: 3599, ext_expires_in: 3599 })
  const claims: unknown = JSON.parse(Buffer.from(body.access_token.split('.')[1] ?? '', 'base64url').toString())
  expect(claims).toMatchObject({ tid: tenant.tenantId, appid: tenant.clientId, exp: now / 1000 + 3599 })
  expect(claims).toHaveProperty('roles', expect.arrayContaining(['Mail.Read']))
  expect((await client.token(client.login, tenant.domain)).status).toBe(200)
})

test('what is wrong with a token request is said by number', async () => {
  expect(await refusal({ client_secret: 'wrong' })).toEqual([401, 7000215])
  expect(await refusal({ client_id: randomUUID() })).toEqual([400, 700016])
  expect(await refusal({}, randomUUID())).toEqual([400, 90002])
  expect(await refusal({}, 'not a tenant')).toEqual([400, 900023])
  expect(await refusal({ scope: 'https://graph.microsoft.us/.default' })).toEqual([400, 1002012])
  expect(await refusal({ scope: 'Mail.Read' })).toEqual([400, 1002012])
  expect(await refusal({ scope: '' })).toEqual([400, 900144])
  expect(await refusal({ grant_type: 'password' })).toEqual([400, 70003])
  tenant.admin.secret(tenant.clientSecret, now - 1)
  expect(await refusal({})).toEqual([401, 7000222])
  tenant.admin.secret(tenant.clientSecret)
})

interface Wish {
  readonly alg?: string
  readonly aud?: string
  readonly sub?: string
  readonly jti?: string
  readonly age?: number
  readonly by?: Signer
  readonly named?: 'x5t' | 'x5t#S256'
}

async function assertion(wish: Wish = {}): Promise<Record<string, string>> {
  const alg = wish.alg ?? 'PS256'
  const by = wish.by ?? signer
  const named = wish.named ?? 'x5t#S256'
  const { raw } = new X509Certificate(signer.cert)
  const print = createHash(named === 'x5t' ? 'sha1' : 'sha256')
    .update(raw)
    .digest('base64url')
  const at = Math.floor(now / 1000) - (wish.age ?? 0)
  const jwt = await new SignJWT({})
    .setProtectedHeader({ alg, typ: 'JWT', [named]: print })
    .setIssuer(tenant.clientId)
    .setSubject(wish.sub ?? tenant.clientId)
    .setAudience(wish.aud ?? `${tenant.loginUrl}${tenant.tenantId}/oauth2/v2.0/token`)
    .setJti(wish.jti ?? randomUUID())
    .setIssuedAt(at)
    .setNotBefore(at)
    .setExpirationTime(at + 600)
    .sign(await importPKCS8(by.key, alg))
  return {
    client_id: tenant.clientId,
    grant_type: 'client_credentials',
    scope: 'https://graph.microsoft.com/.default',
    client_assertion_type: ASSERTION,
    client_assertion: jwt,
  }
}

async function asserted(wish?: Wish): Promise<readonly [number, number | undefined]> {
  const answer = await client.token(await assertion(wish))
  return [answer.status, answer.json<TokenBody>().error_codes?.[0]]
}

test('a client assertion is checked in every part', async () => {
  expect(await asserted()).toEqual([200, undefined])
  expect(await asserted({ alg: 'RS256', named: 'x5t' })).toEqual([200, undefined])
  expect(await asserted({ aud: `https://login.microsoftonline.com/${tenant.tenantId}/oauth2/v2.0/token` })).toEqual([200, undefined])
  expect(await asserted({ by: await makeSigner() })).toEqual([401, 700027])
  expect(await asserted({ aud: 'https://elsewhere.example/token' })).toEqual([401, 700023])
  expect(await asserted({ sub: randomUUID() })).toEqual([401, 700021])
  expect(await asserted({ age: 3_000 })).toEqual([401, 700024])
  expect(await asserted({ age: -3_000 })).toEqual([401, 700024])
  expect(await asserted({ jti: 'once' })).toEqual([200, undefined])
  expect(await asserted({ jti: 'once' })).toEqual([401, 50027])
  const torn = await assertion()
  expect((await client.token({ ...torn, client_assertion: 'a.b' })).status).toBe(401)
  expect((await client.token({ ...torn, client_assertion_type: 'other' })).status).toBe(400)
})

async function code(path: string, headers?: Readonly<Record<string, string>>): Promise<readonly [number, string]> {
  const answer = await client.get(path, headers)
  return [answer.status, answer.status === 200 ? '' : answer.json<ErrorBody>().error.code]
}

test('without a good token there is nothing', async () => {
  const stranger = testClient(tenant)
  const answer = await stranger.get('/users')
  expect([answer.status, answer.json<ErrorBody>().error]).toMatchObject([
    401,
    { code: 'InvalidAuthenticationToken', message: 'Access token is empty.' },
  ])
  expect(answer.headers['www-authenticate']).toContain('Bearer')
  expect((await stranger.get('/users', { authorization: 'Bearer a.b.c' })).status).toBe(401)
  stranger.close()
})

test('roles open paths, and a change of consent shows only in new tokens', async () => {
  tenant.admin.grant([])
  await client.logIn()
  expect(await code(MAIL)).toEqual([401, 'NoPermissionsInAccessToken'])
  expect(await code('/users')).toEqual([403, 'Authorization_RequestDenied'])
  tenant.admin.grant(['Mail.ReadBasic.All', 'User.ReadBasic.All'])
  expect(await code(MAIL)).toEqual([401, 'NoPermissionsInAccessToken'])
  await client.logIn()
  expect(await code(MAIL)).toEqual([200, ''])
  expect(await code(`/users/${ANNA}/messages?$select=subject`)).toEqual([200, ''])
  expect(await code(`/users/${ANNA}/messages?$select=body`)).toEqual([403, 'ErrorAccessDenied'])
  expect(await code(`/users/${ANNA}/messages/x/$value`)).toEqual([403, 'ErrorAccessDenied'])
  expect(await code(`/users/${ANNA}/mailboxSettings`)).toEqual([403, 'ErrorAccessDenied'])
  expect(await code('/users?$select=assignedPlans')).toEqual([403, 'Authorization_RequestDenied'])
  expect(await code('/users?$select=mail')).toEqual([200, ''])
})

test('mailboxes that cannot be read say why', async () => {
  tenant.admin.grant(['Mail.Read', 'User.Read.All', 'MailboxSettings.Read'])
  await client.logIn()
  const ben = await client.get('/users/ben@contoso.example/mailFolders')
  expect([ben.status, ben.json<ErrorBody>().error.message]).toEqual([403, expect.stringContaining('[RAOP]')])
  tenant.admin.scope([])
  expect(await code('/users/ben@contoso.example/mailFolders')).toEqual([200, ''])
  expect(await code('/users/old@contoso.example/mailFolders')).toEqual([404, 'MailboxNotEnabledForRESTAPI'])
  expect(await code('/users/none@contoso.example/mailFolders')).toEqual([404, 'MailboxNotEnabledForRESTAPI'])
  expect(await code('/users/nobody@contoso.example/mailFolders')).toEqual([404, 'ErrorInvalidUser'])
  expect(await code('/users/nobody@contoso.example')).toEqual([404, 'Request_ResourceNotFound'])
})

test('a token ends when it said it would', async () => {
  await client.logIn()
  expect(await code(MAIL)).toEqual([200, ''])
  now += 3_600_000
  expect(await code(MAIL)).toEqual([401, 'InvalidAuthenticationToken'])
  await client.logIn()
  expect(await code(MAIL)).toEqual([200, ''])
})
