import type { Reply } from '../../serve/reply.ts'
import { matches } from '../odata/matches.ts'
import { collection, linkPath } from '../odata/page.ts'
import type { Asked } from '../serve/asked.ts'
import { badRequest, GraphError, insufficientPrivileges, unknownProperty, userNotFound } from '../serve/errors.ts'
import { jsonReply } from '../serve/reply.ts'
import { findAccount, type TenantState } from '../serve/tenant-state.ts'
import { allows } from './roles.ts'
import { BASIC, selectedUserProperties, userJson, userProperty } from './user-json.ts'

const USUAL = 100
const MOST = 999
/** Marks a users' page token, so that a foreign one is noticed. */
const TOKEN = 'RFNwdAIAAQ'

/** `GET /users`: pages of 100, at most 999, continued with an opaque token. */
export function listUsers(state: TenantState, asked: Asked): Reply {
  const { query } = asked
  const properties = checked(asked)
  checkAdvanced(asked)
  const size = query.top ?? USUAL
  if (size < 1 || size > MOST)
    throw badRequest(`Invalid page size specified: '${size}'. Must be between 1 and ${MOST} inclusive.`, 'Request_UnsupportedQuery')
  const { filter } = query
  const all = state.accounts.filter(
    (account) => filter === undefined || matches(filter, (path) => known(userProperty(account, path), path)),
  )
  const from = query.skiptoken === undefined ? 0 : position(query.skiptoken)
  const shown = all.slice(from, from + size)
  const kept = query.raw.split('&').filter((pair) => pair !== '' && !/^(?:\$|%24)?skiptoken=/i.test(pair))
  const token = `${TOKEN}${Buffer.from(String(from + size)).toString('base64url')}`
  const nextLink = from + size < all.length ? `${linkPath(asked)}?${[...kept, `$skiptoken=${token}`].join('&')}` : undefined
  const context = `users${query.select === undefined ? '' : `(${query.select.join(',')})`}`
  return jsonReply(
    collection(context, asked, { value: shown.map((account) => userJson(account, properties)), count: all.length, nextLink }),
  )
}

/** `GET /users/{id or name}`. */
export function getUser(state: TenantState, asked: Asked): Reply {
  const name = asked.parts[1] ?? ''
  const properties = checked(asked)
  const account = findAccount(state, name)
  if (!account) throw userNotFound(name)
  return jsonReply({ '@odata.context': `${asked.root}/$metadata#users/$entity`, ...userJson(account, properties) })
}

function known(value: unknown, path: string): unknown {
  if (value === undefined) throw unknownProperty(path, 'user')
  return value
}

function position(token: string): number {
  const at = token.startsWith(TOKEN) ? Number(Buffer.from(token.slice(TOKEN.length), 'base64url').toString()) : Number.NaN
  if (!Number.isInteger(at))
    throw new GraphError(
      400,
      'Directory_ExpiredPageToken',
      'The specified page token value has expired and can no longer be included in your request.',
    )
  return at
}

function checked(asked: Asked): readonly string[] {
  const properties = selectedUserProperties(asked.query.select)
  if (!allows(asked.claims, 'directory') && properties.some((name) => !BASIC.has(name))) throw insufficientPrivileges()
  if (asked.query.expand.length > 0) throw badRequest('$expand is not supported for this tenant’s users.', 'Request_UnsupportedQuery')
  return properties
}

/** `ne`, `endswith`, `not` and `$count` need `ConsistencyLevel: eventual` and `$count=true` (facts 2.1). */
function checkAdvanced({ query, headers }: Asked): void {
  const advanced = /\b(?:ne|not|endswith)\b/i.test(query.filter === undefined ? '' : decodeURIComponent(query.raw.replaceAll('+', ' ')))
  const eventual = String(headers['consistencylevel'] ?? '').toLowerCase() === 'eventual'
  if ((advanced && !(eventual && query.count)) || (query.count && !eventual) || (query.search !== undefined && !eventual)) {
    throw new GraphError(
      400,
      'Request_UnsupportedQuery',
      'Unsupported or invalid query filter clause specified for property of resource User.',
    )
  }
}
