import { Fault } from '@offramp/core'
import { parseObject, type ResponseFacts, textOf } from '@offramp/wire'
import { delegationRemedy, SCOPES, WORKLOADS, type Workload } from './scopes.ts'

interface LoginRow {
  readonly error: RegExp
  /** Matched against the description. */
  readonly says?: RegExp
  readonly code: string
  /** `run`: the endpoint's own settings are wrong. `account`: of this subject or this scope only. */
  readonly reach: 'run' | 'account'
  readonly what: string
  readonly remedy: (at: { readonly clientId: string | undefined; readonly scopes: readonly string[] }) => string
}

const KEYS = 'Google Cloud console > IAM & Admin > Service Accounts > Keys'

/** Texts as Google sends them; no page lists them all. Issues: google-api-php-client#2214 and #1379, google-auth-library-ruby#210. */
const TABLE: readonly LoginRow[] = [
  {
    error: /^unauthorized_client$/,
    code: 'google-not-delegated',
    reach: 'account',
    what: 'the domain has not delegated this scope to the service account (its client ID is not in the list, or the scope is missing or misspelt there)',
    remedy: ({ clientId, scopes }) => delegationRemedy(clientId, scopes),
  },
  {
    error: /^invalid_grant$/,
    says: /signature/i,
    code: 'google-key-unknown',
    reach: 'run',
    what: 'the key is not known any more: it was deleted, or belongs to another service account',
    remedy: () => `Make a new key (${KEYS} > Add key), put its file in the place of the old one, and start again.`,
  },
  {
    error: /^invalid_grant$/,
    says: /reasonable timeframe|short-lived|iat and exp/i,
    code: 'google-clock',
    reach: 'run',
    what: 'the signed request is outside its time',
    remedy: () => "This machine's clock is wrong. Let it follow a time server (NTP), then start again.",
  },
  {
    error: /^invalid_grant$/,
    says: /account not found/i,
    code: 'google-no-service-account',
    reach: 'run',
    what: 'there is no such service account (any more)',
    remedy: () =>
      'Compare the address with Google Cloud console > IAM & Admin > Service Accounts. One that was deleted less than 30 days ago can be restored.',
  },
  {
    error: /^(invalid_grant|access_denied|account_disabled|user_disabled)$/,
    says: /suspend|disabled/i,
    code: 'google-suspended',
    reach: 'account',
    what: 'the user is suspended, and Google lets nobody in for a suspended user',
    remedy: () => 'Reactivate the user in admin.google.com > Directory > Users until the migration is over, or leave it out.',
  },
  {
    error: /^invalid_grant$/,
    says: /email|user id/i,
    code: 'google-no-such-user',
    reach: 'account',
    what: 'there is no such user in the domain: it was renamed, deleted or suspended, or this is an alias or a group',
    remedy: () =>
      'Check the mapping against admin.google.com > Directory > Users; use the primary address. For the administrator: the setting `admin`.',
  },
  {
    error: /^invalid_grant$/,
    says: /audience/i,
    code: 'google-audience',
    reach: 'run',
    what: 'the signed request is for another host',
    remedy: () => 'Remove `tokenUrl` from the endpoint, unless it leads to Google.',
  },
  {
    error: /^invalid_scope$/,
    code: 'google-bad-scope',
    reach: 'run',
    what: 'Google does not know a scope',
    remedy: () => 'This is a mistake of Offramp: please report it.',
  },
  {
    error: /^(access_denied|admin_policy_enforced|org_internal)$/,
    code: 'google-app-blocked',
    reach: 'account',
    what: 'the domain blocks the app',
    remedy: ({ clientId }) =>
      `admin.google.com > Security > Access and data control > API controls > Manage app access: trust the client ID ${clientId ?? 'of the service account'}.`,
  },
]

/** What Google says instead of a token. Undefined where it says nothing that a status does not. */
export function loginFault(facts: ResponseFacts, clientId: string | undefined): Fault | undefined {
  if (facts.status === 429 || facts.status >= 500) return undefined
  const body = parseObject(facts.body)
  const error = textOf(body['error'])
  if (error === undefined) return undefined
  const description = textOf(body['error_description']) ?? ''
  const row = TABLE.find((each) => each.error.test(error) && (each.says?.test(description) ?? true))
  const scopes = scopesOf(facts.asks)
  const tail = `${error}: ${description.replace(/\s+/g, ' ').slice(0, 200)}`
  if (row === undefined) {
    const message = `No token for ${facts.about}. Google says: ${tail}`
    return new Fault({ reach: 'account', code: 'google-login', message, remedy: 'See docs/google-workspace.md, "When it does not work".' })
  }
  const wanted = row.code === 'google-not-delegated' ? ` (${scopes.join(', ')})` : ''
  return new Fault({
    reach: row.reach,
    code: row.code,
    message: `No token for ${facts.about}${wanted}: ${row.what}. Google says: ${tail}`,
    remedy: row.remedy({ clientId, scopes: scopes.map((name) => `https://www.googleapis.com/auth/${name}`) }),
  })
}

/** The scopes behind `token mail`. */
function scopesOf(asks: string | undefined): readonly string[] {
  const workload = WORKLOADS.find((each): each is Workload => asks === `token ${each}`)
  return workload === undefined ? [] : [SCOPES[workload].name]
}
