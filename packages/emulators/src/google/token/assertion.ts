import { createVerify } from 'node:crypto'
import type { Registration } from './key.ts'
import { isWellFormed } from './scopes.ts'

/** An OAuth error: what the token endpoint answers in place of a token (facts 1.1). */
export interface TokenError {
  readonly status: 400 | 401
  readonly error: string
  readonly description: string
}

export interface Assertion {
  readonly sub: string
  readonly scopes: readonly string[]
}

const AUDIENCE = 'https://oauth2.googleapis.com/token'
const LONGEST_S = 3_600
/** How far a clock may be off; the page says only "a reasonable timeframe". */
const SKEW_S = 300

const invalidGrant = (description: string): TokenError => ({ status: 400, error: 'invalid_grant', description })

const SHORT_LIVED =
  'Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe. Check your iat and exp values in the JWT claim.'

function parse(text: string | undefined): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(text ?? '', 'base64url').toString())
    return typeof value === 'object' && value !== null ? { ...value } : undefined
  } catch {
    return undefined
  }
}

/** Checks who signed an assertion, for whom and for how long. `now` in milliseconds, by the endpoint's clock. */
export function readAssertion(assertion: string, registration: Registration, now: number): Assertion | TokenError {
  const [head, body, signature] = assertion.split('.')
  const [header, claims] = [parse(head), parse(body)]
  if (!header || !claims || signature === undefined || header['alg'] !== 'RS256') return invalidGrant('Bad Request')
  if (claims['iss'] !== registration.clientEmail) return invalidGrant('Invalid grant: account not found')
  const signed = [registration.key, registration.managedKey].some(
    (key) =>
      key !== undefined && createVerify('RSA-SHA256').update(`${head}.${body}`).verify(key.publicKey, Buffer.from(signature, 'base64url')),
  )
  if (!signed) return invalidGrant('Invalid JWT Signature.')
  if (claims['aud'] !== AUDIENCE) return invalidGrant('Invalid JWT: Failed audience check.')
  const { iat, exp, sub, scope } = claims
  const seconds = now / 1000
  const isTimely =
    typeof iat === 'number' &&
    typeof exp === 'number' &&
    exp > iat &&
    exp - iat <= LONGEST_S &&
    iat <= seconds + SKEW_S &&
    exp >= seconds - SKEW_S
  if (!isTimely) return invalidGrant(SHORT_LIVED)
  const scopes = typeof scope === 'string' ? scope.split(' ').filter((each) => each !== '') : []
  if (scopes.length === 0 || !scopes.every(isWellFormed))
    return { status: 400, error: 'invalid_scope', description: 'Invalid OAuth scope or ID token audience provided.' }
  return { scopes, sub: typeof sub === 'string' ? sub : registration.clientEmail }
}

/** All or nothing: one scope that is not granted, and there is no token for any. */
export const unauthorizedClient = (): TokenError => ({
  status: 401,
  error: 'unauthorized_client',
  description:
    'Client is unauthorized to retrieve access tokens using this method, or client not authorized for any of the scopes requested.',
})

/** Two wordings are known for someone who does not exist, or is only an alias. */
export const unknownUser = (isAlias: boolean): TokenError =>
  invalidGrant(isAlias ? 'Not a valid email or user ID.' : 'Invalid email or User ID')
