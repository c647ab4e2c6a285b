import { createHash } from 'node:crypto'
import type { Reply } from '../../serve/reply.ts'
import { type Account, findAccount, findAlias } from '../directory/account.ts'
import { jsonReply } from '../serve/errors.ts'
import type { WorkspaceState } from '../serve/state.ts'
import { readAssertion, type TokenError, unauthorizedClient, unknownUser } from './assertion.ts'
import { tokenErrorReply } from './oauth-error.ts'
import { canWrite, workloadOf } from './scopes.ts'

const GRANT_TYPE = 'urn:ietf:params:oauth:grant-type:jwt-bearer'
/** So many processes may each have fetched the same token for themselves. */
const SAME_TOKEN = 20

/** `POST /token` for the jwt-bearer grant: the only way to a token here. */
export function exchange(state: WorkspaceState, form: URLSearchParams): Reply {
  const { registration, now } = state
  if (form.get('grant_type') !== GRANT_TYPE)
    return tokenErrorReply({
      status: 400,
      error: 'unsupported_grant_type',
      description: `Invalid grant_type: ${form.get('grant_type') ?? ''}`,
    })
  const read = readAssertion(form.get('assertion') ?? '', registration, now() + registration.skewMs)
  if ('error' in read) return tokenErrorReply(read)
  if (!read.scopes.every((scope) => registration.scopes.has(scope))) return tokenErrorReply(unauthorizedClient())
  const account = findAccount(state, read.sub)
  const refusal = refusalFor(state, account, read.sub)
  if (refusal || !account) return tokenErrorReply(refusal ?? unknownUser(false))
  watch(state, account.address, read.scopes)
  const token = state.mint.issue({
    as: 'user',
    sub: account.address,
    scopes: new Set(read.scopes),
    expiresAt: now() + registration.tokenSeconds * 1000,
  })
  return jsonReply({ access_token: token, expires_in: registration.tokenSeconds, token_type: 'Bearer' })
}

/** The wording for suspended users was captured by nobody; that they cannot be impersonated was (facts 1.1). */
function refusalFor(state: WorkspaceState, account: Account | undefined, sub: string): TokenError | undefined {
  if (!account) return unknownUser(findAlias(state, sub) !== undefined)
  return account.suspended ? unknownUser(false) : undefined
}

function watch(state: WorkspaceState, sub: string, scopes: readonly string[]): void {
  const { violations, registration, now } = state
  const workloads = [...new Set(scopes.map(workloadOf))]
  if (workloads.length > 1) violations.note(`asked for one token for several workloads: ${workloads.join(', ')}`)
  for (const scope of scopes) if (canWrite(scope)) violations.note(`asked for more than reading: ${scope}`)
  const key = createHash('sha256')
    .update(`${sub} ${[...scopes].sort().join(' ')}`)
    .digest('base64url')
  const since = now() - registration.tokenSeconds * 500
  const recent = [...(state.exchanges.get(key) ?? []), now()].filter((at) => at >= since)
  state.exchanges.set(key, recent)
  if (recent.length > SAME_TOKEN) violations.note(`asked again and again for the same token of ${sub}`)
}
