import { Fault, type FaultFacts } from '@offramp/core'
import { type Classify, objectOf, objectsOf, parseObject, type ResponseFacts, textOf } from '@offramp/wire'
import { apiProjectKey, nextPacificMidnight, projectKey } from './limits.ts'
import { loginFault } from './login-faults.ts'
import { delegationRemedy } from './scopes.ts'
import { apiOf, WORK_TABLE, type WorkAsks } from './work-faults.ts'

/** What a call asks for: one status means different things for an item and for a whole mailbox. */
export type Asks = 'users' | 'groups' | 'rooms' | 'sizes' | 'mailbox' | 'label' | 'page' | 'history' | 'item' | WorkAsks

/** An error answer as the table sees it. */
export interface Seen {
  readonly facts: ResponseFacts
  /** All that the body calls it, in its four spellings: `rateLimitExceeded`, `RESOURCE_EXHAUSTED`, `SERVICE_DISABLED`. */
  readonly reasons: readonly string[]
  readonly message: string
  readonly whose: Whose
}

/** Whom remedies and gates speak of. */
export interface Whose {
  readonly clientId: string | undefined
  /** Whose quotas all accounts share. */
  readonly project: string | undefined
}

export interface Row {
  readonly status?: readonly number[]
  readonly reason?: RegExp
  /** Matched against the message. */
  readonly says?: RegExp
  readonly asks?: readonly Asks[]
  readonly gives: (seen: Seen) => Omit<FaultFacts, 'message'> & { readonly message: string }
}

const QUOTA = /^(userRateLimitExceeded|rateLimitExceeded|quotaExceeded|RATE_LIMIT_EXCEEDED|RESOURCE_EXHAUSTED)$/i
const MAIL: readonly Asks[] = ['mailbox', 'label', 'page', 'history', 'item']
const DIRECTORY: readonly Asks[] = ['users', 'groups', 'rooms', 'sizes']

/** `User-rate limit exceeded.  Retry after 2026-08-22T21:26:14.735Z`: often a quarter of an hour ahead, and in no header. */
const RETRY_AFTER = /Retry after (\d{4}-\d\d-\d\dT[\d:.]+Z)/i

const slower = (seen: Seen): string => `Google asks us to slow down for ${seen.facts.about}.`

function ofProject({ whose: { project }, facts: { asks } }: Seen): { readonly gate?: string } {
  if (project === undefined) return {}
  if (MAIL.some((each) => each === asks)) return { gate: projectKey(project) }
  const api = apiOf(asks)
  return api === undefined ? {} : { gate: apiProjectKey(api, project) }
}

/**
 * Every provider answer that we know, first match wins; what is not here is `call`, because its effect is unknown. A status decides nothing
 * alone: quota comes as 403 and as 429, and 403 is permission as well. https://developers.google.com/workspace/gmail/api/guides/handle-errors
 */
const TABLE: readonly Row[] = [
  {
    status: [403, 429],
    reason: /^dailyLimitExceeded/i,
    gives: (seen) => daily(seen),
  },
  {
    status: [403, 429],
    says: /quota metric.*per day/is,
    gives: (seen) => daily(seen),
  },
  {
    status: [403, 429],
    says: RETRY_AFTER,
    gives: (seen) => ({ reach: 'gate', code: 'google-penalty', until: deadlineIn(seen), message: slower(seen) }),
  },
  {
    // 'Queries per minute' is the project's, 'Queries per minute per user' the mailbox's.
    status: [403, 429],
    says: /per minute(?! per user)(?!.*per user)/is,
    gives: (seen) => ({
      reach: 'gate',
      code: 'google-project-throttled',
      until: seen.facts.now + Math.max(seen.facts.retryAfterMs ?? 0, 60_000),
      message: 'What Google allows the whole project in a minute is used up.',
      ...ofProject(seen),
    }),
  },
  { status: [429], gives: (seen) => ({ reach: 'gate', code: 'google-throttled', message: slower(seen) }) },
  { status: [403], reason: QUOTA, gives: (seen) => ({ reach: 'gate', code: 'google-throttled', message: slower(seen) }) },
  {
    // Over its limit, the Reports API answers 503. https://developers.google.com/workspace/admin/reports/v1/limits
    status: [503],
    asks: ['sizes'],
    gives: (seen) => ({ reach: 'gate', code: 'google-throttled', until: seen.facts.now + 60_000, message: slower(seen) }),
  },
  {
    status: [400, 403],
    reason: /^(accessNotConfigured|SERVICE_DISABLED)$/i,
    gives: disabled,
  },
  { status: [400, 403], says: /has not been used in project|it is disabled/i, gives: disabled },
  {
    status: [400, 403],
    says: /Mail service not enabled/i,
    gives: (seen) => ({
      reach: 'account',
      code: 'google-no-mailbox',
      message: `There is no Gmail behind ${seen.facts.about}: the service is off for this user.`,
      remedy:
        'Take the account out of the mappings, or turn Gmail on: admin.google.com > Apps > Google Workspace > Gmail > Service status.',
    }),
  },
  {
    status: [403],
    reason: /^(insufficientPermissions|ACCESS_TOKEN_SCOPE_INSUFFICIENT)$/i,
    gives: (seen) => ({
      reach: 'account',
      code: 'google-scope-missing',
      message: `The token for ${seen.facts.about} lacks a scope. Google says: ${short(seen.message)}`,
      remedy: delegationRemedy(seen.whose.clientId, []).replace('paste ', 'compare its scopes with docs/google-workspace.md'),
    }),
  },
  {
    status: [403],
    reason: /^domainPolicy$/i,
    gives: (seen) => ({
      reach: 'account',
      code: 'google-domain-policy',
      message: `The domain's own rules keep programs out of ${seen.facts.about}.`,
      remedy: 'admin.google.com > Apps > Google Workspace: turn the service on for this organizational unit, and allow API access to it.',
    }),
  },
  {
    status: [403],
    says: /^Delegation denied/i,
    gives: (seen) => ({
      reach: 'account',
      code: 'google-delegation-denied',
      message: `Google lets nobody but its owner into ${seen.facts.about}.`,
      remedy: 'Check that the address is the primary one of a user of this domain, and that the user is active.',
    }),
  },
  {
    status: [403],
    asks: DIRECTORY,
    gives: (seen) => ({
      reach: 'run',
      code: 'google-not-admin',
      message: `The administrator of ${seen.facts.about} may not read the directory. Google says: ${short(seen.message)}`,
      remedy:
        'Name an administrator in the setting `admin` whose role may read users, groups and reports (a super admin, or a custom role).',
    }),
  },
  {
    status: [401],
    gives: (seen) => ({
      reach: 'account',
      code: 'google-token-refused',
      message: `Google does not accept a fresh token for ${seen.facts.about}. It says: ${short(seen.message)}`,
      remedy: 'Check that the user is active and that delegation was not withdrawn (docs/google-workspace.md), then resume.',
    }),
  },
  {
    status: [404],
    asks: ['history'],
    gives: (seen) => ({
      reach: 'listing',
      code: 'google-history-expired',
      message: `Google has forgotten where the changes of ${seen.facts.about} stood; they are told from its labels.`,
    }),
  },
  {
    status: [404],
    asks: ['item'],
    gives: (seen) => ({
      reach: 'item',
      reason: 'gone',
      code: 'google-gone',
      message: `A message of ${seen.facts.about} is no longer there.`,
    }),
  },
  {
    status: [404],
    asks: ['label'],
    gives: (seen) => ({
      reach: 'item',
      reason: 'gone',
      code: 'google-label-gone',
      message: `A label of ${seen.facts.about} is no longer there.`,
    }),
  },
  {
    status: [404],
    asks: DIRECTORY,
    gives: (seen) => ({
      reach: 'account',
      code: 'google-no-such-user',
      message: `There is no such account in the domain of ${seen.facts.about}.`,
      remedy: 'Check the mapping; the user may have been deleted or renamed.',
    }),
  },
  {
    status: [400],
    asks: ['page', 'history'],
    says: /page ?token|startHistoryId|invalid value|invalid argument/i,
    gives: (seen) => ({
      reach: 'listing',
      code: 'google-cursor-refused',
      message: `Google refuses the place where the listing of ${seen.facts.about} stood.`,
    }),
  },
  {
    status: [400],
    gives: (seen) => ({
      reach: 'call',
      code: 'google-bad-request',
      message: `Google refuses a request for ${seen.facts.about}: ${short(seen.message)}`,
    }),
  },
]

function daily(seen: Seen): ReturnType<Row['gives']> {
  const until = nextPacificMidnight(seen.facts.now)
  const message = 'What Google allows the whole project in a day is used up; they begin anew at midnight in California.'
  return { reach: 'gate', code: 'google-day-used-up', until, message, ...ofProject(seen) }
}

const LIBRARY = { calendar: 'Google Calendar API', people: 'People API', tasks: 'Google Tasks API', drive: 'Google Drive API' } as const

function disabled(seen: Seen): ReturnType<Row['gives']> {
  const work = apiOf(seen.facts.asks)
  const api = DIRECTORY.some((each) => each === seen.facts.asks)
    ? 'Admin SDK API'
    : seen.facts.asks === 'sign'
      ? 'IAM Service Account Credentials API'
      : work === undefined
        ? 'Gmail API'
        : LIBRARY[work]
  return {
    reach: 'run',
    code: 'google-api-disabled',
    message: `The ${api} is not enabled in the Google Cloud project of the service account.`,
    remedy: `Google Cloud console > APIs & Services > Library > ${api} > Enable, in the service account's own project. It takes a few minutes.`,
  }
}

/** For the wire: tokens, signing and the APIs have a table each. `whose` is asked when something has failed. */
export const classifyFor =
  (whose: () => Whose): Classify =>
  (facts) => {
    if (facts.asks?.startsWith('token ')) return loginFault(facts, whose().clientId)
    if (facts.asks === 'metadata') return notInCloud(facts)
    const seen = { facts, ...problemOf(facts.body), whose: whose() }
    if (facts.asks === 'sign') return signFault(seen)
    const row = [...(apiOf(facts.asks) === undefined ? [] : WORK_TABLE), ...TABLE].find((each) => matches(each, seen))
    return row === undefined ? undefined : new Fault(row.gives(seen))
  }

function matches(row: Row, { facts, reasons, message }: Seen): boolean {
  if (row.status !== undefined && !row.status.includes(facts.status)) return false
  if (row.asks !== undefined && !row.asks.some((each) => each === facts.asks)) return false
  if (row.says !== undefined && !row.says.test(message)) return false
  const pattern = row.reason
  return pattern === undefined || reasons.some((reason) => pattern.test(reason))
}

function signFault(seen: Seen): Fault | undefined {
  const { facts, message } = seen
  if (facts.status === 429 || facts.status >= 500) return undefined
  if (seen.reasons.some((each) => /^(accessNotConfigured|SERVICE_DISABLED)$/i.test(each))) return new Fault(disabled(seen))
  return new Fault({
    reach: 'run',
    code: 'google-may-not-sign',
    message: `Google's IAM does not sign for the service account of ${facts.about}. It says: ${short(message)}`,
    remedy:
      'Grant "Service Account Token Creator" on the service account to whoever runs Offramp (Google Cloud console > IAM & Admin > Service Accounts > Permissions), and check that its access token is fresh.',
  })
}

const notInCloud = (facts: ResponseFacts): Fault | undefined =>
  facts.status >= 500
    ? undefined
    : new Fault({
        reach: 'run',
        code: 'google-no-metadata',
        message: `The metadata server gives ${facts.about} no token: this machine is not in Google's cloud, or has no service account.`,
        remedy: 'Give a key file (`key`), or an access token by reference (`accessToken`).',
      })

/** Reasons and message of an error body, whichever of Google's envelopes it came in. It may be empty, HTML or text. */
function problemOf(body: string): { readonly reasons: readonly string[]; readonly message: string } {
  const error = objectOf(parseObject(body)['error'])
  const listed = [...objectsOf(error['errors']), ...objectsOf(error['details'])].map((each) => textOf(each['reason']))
  const reasons = [...listed, textOf(error['status'])].filter((each) => each !== undefined)
  const messages = [textOf(error['message']), ...objectsOf(error['errors']).map((each) => textOf(each['message']))]
  const told = [...new Set(messages.filter((each) => each !== undefined))].join(' ')
  return { reasons, message: told === '' && reasons.length === 0 ? body.slice(0, 1000) : told }
}

/** Against the answer's own clock, because ours may be wrong. */
function deadlineIn({ facts, message }: Seen): number {
  const deadline = Date.parse(RETRY_AFTER.exec(message)?.[1] ?? '')
  const there = Date.parse(facts.headers['date'] ?? '')
  const wait = deadline - (Number.isNaN(there) ? facts.now : there)
  return facts.now + Math.min(Math.max(Number.isNaN(wait) ? 60_000 : wait, 1_000), 24 * 3_600_000)
}

const short = (message: string): string => (message === '' ? 'nothing more.' : message.replace(/\s+/g, ' ').slice(0, 200))
