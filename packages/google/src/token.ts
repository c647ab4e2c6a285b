import { type Call, type Clock, Fault, type Log } from '@offramp/core'
import { askOAuthToken, type FreshToken, type TokenSource, tokenCache, type Wire } from '@offramp/wire'
import { tokenQuota } from './limits.ts'
import { scopeUrl, type Workload } from './scopes.ts'
import type { GoogleHosts, GoogleSettings } from './settings.ts'
import type { Signer } from './signer.ts'

interface TokenServices {
  readonly wire: Wire
  readonly hosts: GoogleHosts
  readonly signer: Signer
  readonly clock: Clock
  readonly log: Log
}

/** Tokens by workload and subject. One for each, because one scope that is missing refuses the token for all of them. */
export interface Tokens {
  of(workload: Workload, subject: string): TokenSource
}

const GRANT = 'urn:ietf:params:oauth:grant-type:jwt-bearer'
/** What Google checks, whatever host the request is sent to (google-auth-library 11, gtoken). */
const AUDIENCE = 'https://oauth2.googleapis.com/token'
/** Seconds; the longest that Google allows. */
const ASSERTION_LIFE = 3_600
/** Mailboxes whose token is kept; of a domain with more, the longest unused is asked for anew. */
const MOST_KEPT = 5_000

export function googleTokens(settings: GoogleSettings, services: TokenServices): Tokens {
  const kept = new Map<string, TokenSource>()
  return {
    of(workload, subject) {
      const key = `${workload} ${subject.toLowerCase()}`
      const made = kept.get(key) ?? tokenCache((call) => askToken(settings, services, { workload, subject, call }), services)
      kept.delete(key)
      kept.set(key, made)
      const oldest = kept.keys().next()
      if (kept.size > MOST_KEPT && oldest.done !== true) kept.delete(oldest.value)
      return made
    },
  }
}

interface Wish {
  readonly workload: Workload
  readonly subject: string
  readonly call: Call
}

async function askToken(settings: GoogleSettings, services: TokenServices, { workload, subject, call }: Wish): Promise<FreshToken> {
  const { hosts, wire, signer, clock } = services
  const { email, project } = await signer.identity()
  const iat = Math.floor(clock.now() / 1000)
  // Never without a scope: Google's own library then signs in as the service account itself, and the subject is lost without a word.
  const claims = { iss: email, sub: subject, scope: scopeUrl(workload), aud: AUDIENCE, iat, exp: iat + ASSERTION_LIFE }
  const form = new URLSearchParams({ grant_type: GRANT, assertion: await signer.sign(claims, call) })
  const token = await askOAuthToken(
    wire,
    {
      url: `${hosts.tokenUrl}/token`,
      form,
      quota: tokenQuota(project),
      about: `${subject} at endpoint ${settings.name}`,
      asks: `token ${workload}`,
    },
    call,
  )
  if (token !== undefined) return token
  throw new Fault({ reach: 'call', code: 'google-no-token', message: `Google answered endpoint ${settings.name} without a token.` })
}
