import { randomUUID, timingSafeEqual, X509Certificate } from 'node:crypto'
import type { Reply } from '../../serve/reply.ts'
import { jsonReply } from '../serve/reply.ts'
import { aadsts, type TokenError } from './aadsts.ts'
import { checkAssertion } from './assertion.ts'
import type { TokenMint } from './jwt.ts'

/** The application as it is registered; an administrator may change it while the tenant runs. */
export interface Registration {
  readonly tenantId: string
  readonly domain: string
  readonly clientId: string
  secret: string
  /** Milliseconds since the Unix epoch. */
  secretExpiresAt: number
  certificates: readonly string[]
  /** New tokens carry these; tokens that are out keep what they have. */
  permissions: readonly string[]
  tokenSeconds: number
}

export interface TokenRequest {
  /** The path's first part: a GUID, a domain, `common` ... */
  readonly tenant: string
  /** The URL as the client asked for it, without query. */
  readonly url: string
  readonly form: URLSearchParams
  readonly now: number
}

const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'
const GRAPH = 'https://graph.microsoft.com'

/** `/{tenant}/oauth2/v2.0/token` for client credentials. */
export class TokenEndpoint {
  readonly registration: Registration
  readonly #resources = [GRAPH]
  readonly #mint: TokenMint
  readonly #used = new Set<string>()

  constructor(registration: Registration, mint: TokenMint) {
    this.registration = registration
    this.#mint = mint
  }

  /** Another spelling of the resource that `scope` may name: the emulator's own root, without a last slash. */
  alsoKnownAs(resource: string): void {
    this.#resources.push(resource)
  }

  answer(request: TokenRequest): Reply {
    const error = this.#refusal(request)
    if (error) return tokenErrorReply(error, request.now)
    const { registration } = this
    const seconds = Math.floor(request.now / 1000)
    const token = this.#mint.issue({
      aud: GRAPH,
      tid: registration.tenantId,
      appid: registration.clientId,
      ...(registration.permissions.length > 0 && { roles: registration.permissions }),
      nbf: seconds,
      exp: seconds + registration.tokenSeconds,
      jti: randomUUID(),
    })
    const lasts = registration.tokenSeconds
    return jsonReply({ token_type: 'Bearer', expires_in: lasts, ext_expires_in: lasts, access_token: token }, 200, {
      'cache-control': 'no-store, no-cache',
    })
  }

  #refusal({ tenant, form, url, now }: TokenRequest): TokenError | undefined {
    const { registration } = this
    const value = (name: string) => form.get(name) ?? ''
    const missing = ['grant_type', 'client_id', 'scope'].find((name) => value(name) === '')
    if (missing !== undefined) return aadsts(900144, missing)
    if (value('grant_type') !== 'client_credentials') return aadsts(70003, value('grant_type'))
    if (!/^[\w.-]+$/.test(tenant)) return aadsts(900023, tenant)
    if (tenant !== registration.tenantId && tenant !== registration.domain) return aadsts(90002, tenant)
    if (value('client_id').toLowerCase() !== registration.clientId) return aadsts(700016, value('client_id'))
    if (!this.#resources.some((each) => `${each}/.default` === value('scope'))) return aadsts(1002012, value('scope'))
    if (form.has('client_assertion')) return this.#assertionRefusal(form, url, now)
    if (!form.has('client_secret')) return aadsts(7000216)
    if (!isSame(value('client_secret'), registration.secret)) return aadsts(7000215, registration.clientId)
    return now > registration.secretExpiresAt ? aadsts(7000222, registration.clientId) : undefined
  }

  #assertionRefusal(form: URLSearchParams, url: string, now: number): TokenError | undefined {
    if (form.get('client_assertion_type') !== ASSERTION_TYPE) return aadsts(900144, 'client_assertion_type')
    const { clientId, certificates, tenantId, domain } = this.registration
    return checkAssertion(form.get('client_assertion') ?? '', {
      clientId,
      certificates: certificates.map((pem) => new X509Certificate(pem)),
      audiences: [url, ...[tenantId, domain].map((each) => `https://login.microsoftonline.com/${each}/oauth2/v2.0/token`)],
      now,
      used: this.#used,
    })
  }
}

function isSame(given: string, wanted: string): boolean {
  const [left, right] = [Buffer.from(given), Buffer.from(wanted)]
  return left.length === right.length && timingSafeEqual(left, right)
}

/** The body and status of an AADSTS error. */
export function tokenErrorReply(error: TokenError, now: number): Reply {
  const [trace, correlation] = [randomUUID(), randomUUID()]
  const stamp = `${new Date(now).toISOString().slice(0, 19).replace('T', ' ')}Z`
  return jsonReply(
    {
      error: error.error,
      error_description: `AADSTS${error.code}: ${error.text}\r\nTrace ID: ${trace}\r\nCorrelation ID: ${correlation}\r\nTimestamp: ${stamp}`,
      error_codes: [error.code],
      timestamp: stamp,
      trace_id: trace,
      correlation_id: correlation,
    },
    error.status,
  )
}
