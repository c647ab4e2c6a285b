import { afterEach, beforeEach, expect, test } from 'vitest'
import { type TestClient, type TokenShape, testClient } from '../test-client.ts'
import { ANNA, type ErrorShape } from '../test-domain.ts'
import { type EmulatedWorkspace, startWorkspace } from '../workspace.ts'
import { fullScope } from './scopes.ts'

const BEN = 'ben@fabrikam.example'
const READ = fullScope('gmail.readonly')

let workspace: EmulatedWorkspace
let client: TestClient
let now: number

beforeEach(async () => {
  now = Date.UTC(2026, 6, 1)
  workspace = await startWorkspace({
    seed: 3,
    accounts: [
      { address: ANNA, admin: true, aliases: ['a.becker@fabrikam.example'] },
      { address: BEN, gmail: 'none' },
    ],
    now: () => now,
  })
  client = testClient(workspace, workspace.key(), () => now)
})
afterEach(async () => {
  client.close()
  await workspace.stop()
})

async function refusal(claims: Parameters<TestClient['assertion']>[0] = {}): Promise<readonly unknown[]> {
  const answer = await client.exchange(client.assertion(claims))
  const { error, error_description } = answer.json<TokenShape>()
  return [answer.status, error, error_description]
}

const SHORT_LIVED =
  'Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe. Check your iat and exp values in the JWT claim.'
const UNAUTHORIZED =
  'Client is unauthorized to retrieve access tokens using this method, or client not authorized for any of the scopes requested.'

test('an assertion is worth a token for one user and one set of scopes', async () => {
  for (const path of ['/token', '/oauth2/token']) {
    const answer = await client.exchange(client.assertion(), path)
    expect(answer.json()).toEqual({ access_token: expect.stringMatching(/^ya29\./), expires_in: 3_599, token_type: 'Bearer' })
  }
  await client.logIn()
  expect((await client.get('profile')).json()).toMatchObject({ emailAddress: ANNA })
  const users = '/admin/directory/v1/users?customer=my_customer&maxResults=500'
  const { error } = (await client.get(users)).json<ErrorShape>()
  expect([error.code, error.status, error.errors[0]?.reason]).toEqual([403, 'PERMISSION_DENIED', 'insufficientPermissions'])
  await client.logIn({ scope: fullScope('admin.directory.user.readonly') })
  expect((await client.get(users)).status).toBe(200)
  expect((await client.get('profile')).status).toBe(403)
  expect(await workspace.violations()).toEqual([])
})

test('each mistake has its own words', async () => {
  const seconds = now / 1000
  const INVALID = 'invalid_grant'
  expect(await refusal({ sub: 'nobody@fabrikam.example' })).toEqual([400, INVALID, 'Invalid email or User ID'])
  expect(await refusal({ sub: 'a.becker@fabrikam.example' })).toEqual([400, INVALID, 'Not a valid email or user ID.'])
  expect(await refusal({ aud: 'https://gmail.googleapis.com/' })).toEqual([400, INVALID, 'Invalid JWT: Failed audience check.'])
  expect(await refusal({ iss: 'gone@other.iam.gserviceaccount.com' })).toEqual([400, INVALID, 'Invalid grant: account not found'])
  expect(await refusal({ iat: seconds, exp: seconds + 3_601 })).toEqual([400, INVALID, SHORT_LIVED])
  expect(await refusal({ iat: seconds + 400, exp: seconds + 1_000 })).toEqual([400, INVALID, SHORT_LIVED])
  expect(await refusal({ iat: seconds - 3_600, exp: seconds - 400 })).toEqual([400, INVALID, SHORT_LIVED])
  expect(await refusal({ scope: 'gmail.readonly' })).toEqual([400, 'invalid_scope', 'Invalid OAuth scope or ID token audience provided.'])
  expect(await refusal({ scope: `${READ} ${fullScope('keep.readonly')}` })).toEqual([401, 'unauthorized_client', UNAUTHORIZED])
  const [head, body, signature = ''] = client.assertion().split('.')
  const forged = await client.exchange(`${head}.${body}.${signature.startsWith('A') ? 'B' : 'A'}${signature.slice(1)}`)
  expect(forged.json<TokenShape>().error_description).toBe('Invalid JWT Signature.')
  expect((await client.send('POST', '/token', { body: 'grant_type=refresh_token' })).json<TokenShape>().error).toBe(
    'unsupported_grant_type',
  )
})

test('what an administrator changes, changes what a token is worth', async () => {
  await client.logIn()
  await workspace.admin.suspend(ANNA, true)
  expect((await client.get('profile')).status).toBe(401)
  expect(await refusal()).toEqual([400, 'invalid_grant', 'Invalid email or User ID'])
  await workspace.admin.suspend(ANNA, false)
  await workspace.admin.authorise(['gmail.metadata'])
  expect((await refusal())[1]).toBe('unauthorized_client')
  await workspace.admin.authorise(['gmail.readonly'])
  await workspace.admin.skew(3_600_000 + 301_000)
  expect((await refusal())[2]).toBe(SHORT_LIVED)
  await workspace.admin.skew(0)
  await workspace.admin.deleteKey()
  expect((await refusal())[2]).toBe('Invalid JWT Signature.')
})

test('an API that is off and a user without Gmail say so, and differ', async () => {
  await client.logIn({ sub: BEN })
  const { error } = (await client.get('profile')).json<ErrorShape>()
  expect([error.code, error.status, error.message]).toEqual([400, 'FAILED_PRECONDITION', 'Mail service not enabled'])
  await workspace.admin.gmail(BEN, true)
  expect((await client.get('profile')).status).toBe(200)
  await workspace.admin.disableApi('gmail', true)
  const off = (await client.get('profile')).json<ErrorShape & { readonly error: { readonly details: readonly object[] } }>().error
  expect([off.code, off.errors[0]?.reason, off.details[0]]).toEqual([
    403,
    'accessNotConfigured',
    expect.objectContaining({ reason: 'SERVICE_DISABLED' }),
  ])
})

test('a token ends; whoever goes on with it is told of', async () => {
  await client.logIn()
  now += 3_599_000
  const { error } = (await client.get('profile')).json<ErrorShape>()
  expect([error.code, error.errors[0]?.reason]).toEqual([401, 'authError'])
  now += 200
  await client.get('profile')
  expect(await workspace.violations()).toEqual([])
  now += 100
  await client.get('profile')
  expect(await workspace.violations()).toEqual(['used a token again after it had been refused'])
})

test('what asks for too much at once, or too often, is told of', async () => {
  await client.exchange(client.assertion({ scope: `${READ} ${fullScope('admin.directory.user.readonly')}` }))
  await workspace.admin.authorise(['gmail.modify'])
  await client.exchange(client.assertion({ scope: fullScope('gmail.modify') }))
  await workspace.admin.authorise(['gmail.readonly'])
  for (let count = 0; count < 21; count++) await client.exchange(client.assertion())
  expect(await workspace.violations()).toEqual([
    'asked for one token for several workloads: gmail, admin',
    'asked for more than reading: https://www.googleapis.com/auth/gmail.modify',
    `asked again and again for the same token of ${ANNA}`,
  ])
})

test('without a key file: a machine’s own token has the service account sign', async () => {
  await workspace.admin.deleteKey()
  const path = '/computeMetadata/v1/instance/service-accounts/default/token'
  expect((await client.send('GET', path)).status).toBe(403)
  const machine = (await client.send('GET', path, { headers: { 'metadata-flavor': 'Google' } })).json<TokenShape>().access_token
  const iat = now / 1000
  const claims = { iss: workspace.clientEmail, sub: ANNA, scope: READ, aud: 'https://oauth2.googleapis.com/token', iat, exp: iat + 3_600 }
  const sign = (token: string, signer = workspace.clientEmail) =>
    client.send('POST', `/v1/projects/-/serviceAccounts/${encodeURIComponent(signer)}:signJwt`, {
      body: JSON.stringify({ payload: JSON.stringify(claims) }),
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    })
  for (const token of [machine, workspace.callerToken]) {
    const { signedJwt, keyId } = (await sign(token)).json<{ readonly signedJwt: string; readonly keyId: string }>()
    expect(keyId).toMatch(/^[0-9a-f]{40}$/)
    expect((await client.exchange(signedJwt)).status).toBe(200)
  }
  expect((await sign('ya29.guessed')).status).toBe(401)
  expect((await sign(machine, 'other@project.iam.gserviceaccount.com')).json<ErrorShape>().error.message).toContain('signJwt')
})
