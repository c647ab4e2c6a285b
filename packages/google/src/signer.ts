import { type Call, type Clock, Fault, type Log } from '@offramp/core'
import { type FreshToken, numberOf, objectOf, type TokenSource, textOf, tokenCache, type Wire } from '@offramp/wire'
import { SignJWT } from 'jose'
import { projectOf, readKey } from './key.ts'
import { tokenQuota } from './limits.ts'
import type { GoogleHosts, GoogleSettings } from './settings.ts'

export interface Identity {
  readonly email: string
  /** Numeric; what the Admin console knows it by. */
  readonly clientId: string | undefined
  /** Whose quota is used. */
  readonly project: string
}

/** Claims of an assertion. Times are in seconds. */
export interface Claims {
  readonly iss: string
  readonly sub: string
  readonly scope: string
  readonly aud: string
  readonly iat: number
  readonly exp: number
}

/** The service account: who it is, and its signature. */
export interface Signer {
  identity(): Promise<Identity>
  sign(claims: Claims, call: Call): Promise<string>
}

interface SignerServices {
  readonly wire: Wire
  readonly hosts: GoogleHosts
  readonly clock: Clock
  readonly log: Log
}

export function makeSigner(settings: GoogleSettings, services: SignerServices): Signer {
  const { auth } = settings
  if ('key' in auth) return keySigner(settings, auth.key)
  const token = auth.accessToken === undefined ? metadataToken(settings, services) : givenToken(auth.accessToken)
  const identity = { email: auth.signAs, clientId: settings.clientId, project: projectOf(auth.signAs) }
  return { identity: async () => identity, sign: (claims, call) => signByIam(settings, { ...services, token }, { claims, call }) }
}

function keySigner(settings: GoogleSettings, read: () => Promise<string>): Signer {
  return {
    async identity() {
      const { email, clientId, project } = readKey(settings, await read())
      return { email, clientId: settings.clientId ?? clientId, project }
    },
    async sign({ iss, sub, scope, aud, iat, exp }) {
      const { key, keyId } = readKey(settings, await read())
      return new SignJWT({ scope })
        .setProtectedHeader({ alg: 'RS256', typ: 'JWT', ...(keyId === undefined ? {} : { kid: keyId }) })
        .setIssuer(iss)
        .setSubject(sub)
        .setAudience(aud)
        .setIssuedAt(iat)
        .setExpirationTime(exp)
        .sign(key)
    },
  }
}

/** It is read anew for every signature, of which there is one an hour and mailbox. */
const givenToken = (read: () => Promise<string>): TokenSource => ({ token: async () => (await read()).trim(), refused: () => undefined })

/** Answers on machines in Google's cloud only. https://cloud.google.com/compute/docs/metadata/querying-metadata */
const metadataToken = (settings: GoogleSettings, services: SignerServices): TokenSource =>
  tokenCache(async (call): Promise<FreshToken> => {
    const answer = await services.wire.send(
      {
        method: 'GET',
        url: `${services.hosts.metadataUrl}/computeMetadata/v1/instance/service-accounts/default/token`,
        headers: { 'metadata-flavor': 'Google', accept: 'application/json' },
        quota: { key: `google-metadata:${settings.name}`, concurrent: 1 },
        weight: 1,
        about: `endpoint ${settings.name}`,
        asks: 'metadata',
        expects: 'json',
        reads: 'whole',
        maxBytes: 65_536,
        timeoutMs: 10_000,
      },
      call,
    )
    const body = objectOf(await answer.json())
    const token = textOf(body['access_token'])
    const seconds = numberOf(body['expires_in'])
    if (token !== undefined && seconds !== undefined && seconds > 0) return { token, livesMs: seconds * 1000 }
    throw new Fault({ reach: 'call', code: 'google-no-token', message: `The metadata server gave endpoint ${settings.name} no token.` })
  }, services)

/** https://cloud.google.com/iam/docs/reference/credentials/rest/v1/projects.serviceAccounts/signJwt */
async function signByIam(
  settings: GoogleSettings,
  { wire, hosts, token }: SignerServices & { readonly token: TokenSource },
  { claims, call }: { readonly claims: Claims; readonly call: Call },
): Promise<string> {
  const answer = await wire.send(
    {
      method: 'POST',
      url: `${hosts.iamUrl}/v1/projects/-/serviceAccounts/${encodeURIComponent(claims.iss)}:signJwt`,
      headers: { 'content-type': 'application/json', accept: 'application/json' },
      body: JSON.stringify({ payload: JSON.stringify(claims) }),
      quota: tokenQuota(projectOf(claims.iss)),
      weight: 1,
      token,
      about: `endpoint ${settings.name}`,
      asks: 'sign',
      expects: 'json',
      reads: 'whole',
      maxBytes: 1_048_576,
      timeoutMs: 60_000,
      repeatable: true,
    },
    call,
  )
  const signed = textOf(objectOf(await answer.json())['signedJwt'])
  if (signed !== undefined) return signed
  throw new Fault({ reach: 'call', code: 'google-no-signature', message: `Google's IAM gave endpoint ${settings.name} no signature.` })
}
