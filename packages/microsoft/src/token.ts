import { createHash, createPrivateKey, type KeyObject, randomUUID, X509Certificate } from 'node:crypto'
import { type Call, type Clock, Fault, type Log } from '@offramp/core'
import { askOAuthToken, type FreshToken, type TokenSource, tokenCache, type Wire } from '@offramp/wire'
import { decodeJwt, SignJWT } from 'jose'
import type { CloudHosts } from './clouds.ts'
import { loginQuota } from './limits.ts'
import type { Certificate, MicrosoftSettings } from './settings.ts'

interface TokenServices {
  readonly wire: Wire
  readonly hosts: CloudHosts
  readonly clock: Clock
  readonly log: Log
}

const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'
/** Seconds. Microsoft asks for 5 to 10 minutes. */
const ASSERTION_LIFE = 600

/** Client-credentials tokens for Graph. There is no refresh token in this flow: a new one is asked for at 80 % of its life. */
export function graphTokens(settings: MicrosoftSettings, services: TokenServices): TokenSource {
  return tokenCache((call) => askToken(settings, services, call), services)
}

/** Application permissions in a token. A token is issued also where nothing was consented: it then has none. */
export function rolesIn(token: string): readonly string[] {
  try {
    const { roles } = decodeJwt(token)
    return Array.isArray(roles) ? roles.filter((role): role is string => typeof role === 'string') : []
  } catch {
    return []
  }
}

async function askToken(settings: MicrosoftSettings, services: TokenServices, call: Call): Promise<FreshToken> {
  const { hosts, wire } = services
  const url = `${hosts.loginUrl}/${encodeURIComponent(settings.tenantId)}/oauth2/v2.0/token`
  const form = new URLSearchParams({
    client_id: settings.clientId,
    scope: `${hosts.graphUrl}/.default`,
    grant_type: 'client_credentials',
    ...(await credential(settings, url, services.clock)),
  })
  const token = await askOAuthToken(
    wire,
    { url: url, form, quota: loginQuota(settings), about: `endpoint ${settings.name}`, asks: 'token' },
    call,
  )
  if (token !== undefined) return token
  throw new Fault({ reach: 'call', code: 'entra-no-token', message: `Microsoft answered endpoint ${settings.name} without a token.` })
}

async function credential(settings: MicrosoftSettings, audience: string, clock: Clock): Promise<Record<string, string>> {
  if ('secret' in settings.auth) return { client_secret: await settings.auth.secret() }
  const certificate = await settings.auth.certificate()
  return { client_assertion_type: ASSERTION_TYPE, client_assertion: await assertion(settings, certificate, { audience, now: clock.now() }) }
}

/** A JWT signed with the certificate's key: PS256, and the SHA-256 thumbprint of the certificate. */
async function assertion(
  settings: MicrosoftSettings,
  certificate: Certificate,
  at: { readonly audience: string; readonly now: number },
): Promise<string> {
  const seconds = Math.floor(at.now / 1000)
  const { key, thumbprint } = readCertificate(settings, certificate)
  return new SignJWT({})
    .setProtectedHeader({ alg: 'PS256', typ: 'JWT', 'x5t#S256': thumbprint })
    .setAudience(at.audience)
    .setIssuer(settings.clientId)
    .setSubject(settings.clientId)
    .setJti(randomUUID())
    .setIssuedAt(seconds)
    .setNotBefore(seconds)
    .setExpirationTime(seconds + ASSERTION_LIFE)
    .sign(key)
}

/** Reads both, checks that they belong together; throws a `run` fault that says which of them is wrong. */
export function readCertificate(
  settings: MicrosoftSettings,
  certificate: Certificate,
): { readonly key: KeyObject; readonly thumbprint: string; readonly notAfter: number } {
  const broken = (what: string): Fault =>
    new Fault({
      reach: 'run',
      code: 'microsoft-bad-certificate',
      message: `Endpoint ${settings.name}: ${what}`,
      remedy: 'Give the certificate and its RSA private key as PEM, the key without a passphrase.',
    })
  let cert: X509Certificate
  let key: KeyObject
  try {
    cert = new X509Certificate(certificate.cert)
  } catch {
    throw broken('the certificate is not PEM.')
  }
  try {
    key = createPrivateKey(certificate.key)
  } catch {
    throw broken('the private key is not PEM, or it has a passphrase.')
  }
  if (key.asymmetricKeyType !== 'rsa') throw broken(`the private key is ${key.asymmetricKeyType}; Microsoft Entra accepts only RSA.`)
  if (!cert.checkPrivateKey(key)) throw broken('the private key does not belong to the certificate.')
  const thumbprint = createHash('sha256').update(cert.raw).digest('base64url')
  return { key, thumbprint, notAfter: cert.validToDate.getTime() }
}
