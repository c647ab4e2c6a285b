import type { Call } from './answer.ts'
import { GoogleError } from './errors.ts'
import type { Route } from './routes.ts'
import type { WorkspaceState } from './state.ts'

/** Parameters that every method knows. */
const STANDARD = new Set([
  'alt',
  'access_token',
  'callback',
  'fields',
  'key',
  'oauth_token',
  'prettyPrint',
  'quotaUser',
  'uploadType',
  'upload_protocol',
  '$.xgafv',
])
const LONGEST_QUOTA_USER = 40

/** Hosts on which a path may be asked for, where the client says which it meant. */
const HOSTS: Readonly<Record<Route['api'], readonly string[]>> = {
  gmail: ['gmail.googleapis.com', 'www.googleapis.com'],
  admin: ['admin.googleapis.com', 'www.googleapis.com'],
  calendar: ['www.googleapis.com', 'calendar-json.googleapis.com'],
  people: ['people.googleapis.com'],
  tasks: ['tasks.googleapis.com', 'www.googleapis.com'],
  drive: ['www.googleapis.com', 'drive.googleapis.com', 'docs.google.com'],
}

/** Notes what Google would let pass, and a migration would suffer from. */
export function checkManners(
  state: WorkspaceState,
  call: Call,
  { route, mailbox }: { readonly route: Route; readonly mailbox: string | undefined },
): void {
  const { violations } = state
  const host = call.headers['x-goog-emulated-host']
  if (typeof host === 'string' && !HOSTS[route.api].includes(host)) violations.note(`${route.method} was asked of ${host}`)
  if (call.query.has('access_token')) violations.note('a token in the URL, where it ends in logs')
  if (route.told === true) return
  const payer = call.query.get('quotaUser') ?? call.headers['x-goog-quota-user']
  if (typeof payer !== 'string' || payer === '') violations.note(`${route.method} without quotaUser: the whole domain pays from one purse`)
  else if (payer.length > LONGEST_QUOTA_USER) violations.note(`quotaUser of more than ${LONGEST_QUOTA_USER} characters`)
  else if (mailbox !== undefined) checkPayer(state, payer, mailbox)
}

/** Each mailbox has a purse of its own. */
function checkPayer({ habits, violations }: WorkspaceState, payer: string, mailbox: string): void {
  const [own, other] = [`payer ${payer} ${mailbox}`, `payer ${payer}`]
  if (habits.has(own)) return
  habits.set(own, 1)
  const mailboxes = (habits.get(other) ?? 0) + 1
  habits.set(other, mailboxes)
  if (mailboxes > 1) violations.note(`one quotaUser for several mailboxes: ${payer}`)
}

/** Google refuses a parameter that its method does not have. */
export function checkParameters(route: Route, query: URLSearchParams): void {
  for (const name of query.keys()) {
    if (STANDARD.has(name) || route.parameters.includes(name)) continue
    throw new GoogleError(400, {
      message: `Invalid JSON payload received. Unknown name "${name}": Cannot bind query parameter. Field '${name}' could not be found in request message.`,
      reason: 'invalid',
    })
  }
}
