import type { Reply } from '../../serve/reply.ts'
import type { Call } from '../serve/answer.ts'
import { DavError } from '../serve/errors.ts'
import type { CloudState } from '../serve/state.ts'
import type { CloudUser } from '../users/user.ts'
import { isSince } from '../version.ts'
import { forgetAppPassword, mintAppPassword } from './app-passwords.ts'
import { capabilities } from './capabilities.ts'
import { changeGroup, changeMembership, listGroups, listMembers, makeGroup } from './groups.ts'
import { importCalendar } from './import.ts'
import { type Parameters, parametersOf } from './parameters.ts'
import { OcsError, type OcsManner, ocsError, ocsReply } from './reply.ts'
import { createShare } from './shares/create.ts'
import { listShares, oneShare } from './shares/list.ts'
import { findSharees } from './shares/sharees.ts'
import { removeShare, updateShare } from './shares/update.ts'
import { answerTeams } from './team-folders.ts'
import { createUser, listUsers, lookUpUser, removeUser, switchUser, updateUser, userData } from './users.ts'

/** One call of OCS, by someone who is known. */
export interface OcsCall {
  readonly state: CloudState
  readonly viewer: CloudUser
  readonly method: string
  readonly authorization: string
  /** The address that it comes from. */
  readonly from: string | undefined
  readonly given: Parameters
  /** What stands where the pattern of the route has a name, decoded. */
  readonly at: readonly string[]
}

type Route = readonly [method: string, pattern: RegExp, answer: (call: OcsCall) => unknown]

const ROUTES: readonly Route[] = [
  ['GET', /^\/cloud\/capabilities$/, ({ state, from }) => capabilities(state, from)],
  ['GET', /^\/cloud\/user$/, ({ viewer }) => userData(viewer)],
  ['GET', /^\/cloud\/users$/, listUsers],
  ['POST', /^\/cloud\/users$/, createUser],
  ['GET', /^\/cloud\/users\/([^/]+)$/, lookUpUser],
  ['PUT', /^\/cloud\/users\/([^/]+)$/, updateUser],
  ['DELETE', /^\/cloud\/users\/([^/]+)$/, removeUser],
  ['PUT', /^\/cloud\/users\/([^/]+)\/(enable|disable)$/, switchUser],
  ['*', /^\/cloud\/users\/([^/]+)\/groups$/, changeMembership],
  ['GET', /^\/cloud\/groups$/, listGroups],
  ['POST', /^\/cloud\/groups$/, makeGroup],
  ['GET', /^\/cloud\/groups\/([^/]+)(?:\/users)?$/, listMembers],
  ['*', /^\/cloud\/groups\/([^/]+)$/, changeGroup],
  ['GET', /^\/core\/getapppassword$/, mintAppPassword],
  ['DELETE', /^\/core\/apppassword$/, forgetAppPassword],
  ['GET', /^\/apps\/files_sharing\/api\/v1\/shares$/, listShares],
  ['POST', /^\/apps\/files_sharing\/api\/v1\/shares$/, createShare],
  ['GET', /^\/apps\/files_sharing\/api\/v1\/shares\/([^/]+)$/, oneShare],
  ['PUT', /^\/apps\/files_sharing\/api\/v1\/shares\/([^/]+)$/, updateShare],
  ['DELETE', /^\/apps\/files_sharing\/api\/v1\/shares\/([^/]+)$/, removeShare],
  ['GET', /^\/apps\/files_sharing\/api\/v1\/sharees$/, findSharees],
]

const wantsJson = ({ query, headers }: Call): boolean =>
  query.get('format') === 'json' || (query.get('format') === null && /\bapplication\/json\b/.test(headers.accept ?? ''))

/** OCS, and the interface of the groupfolders app: what an administrator and people who share need (facts 4.7, 4.8). */
export function answerApi(state: CloudState, viewer: CloudUser, call: Call): Reply {
  const found = /^\/ocs\/v([12])\.php(\/.*)$/.exec(call.path)
  const manner: OcsManner = { version: found?.[1] === '2' ? 2 : 1, format: wantsJson(call) ? 'json' : 'xml' }
  // Facts 4.5: without the header it is taken for a forged request.
  if (call.headers['ocs-apirequest']?.toString().toLowerCase() !== 'true')
    return ocsError(412, 'CSRF check failed', { ...manner, version: 2 })
  const path = found?.[2] ?? call.path
  if (call.method === 'POST' && path === '/calendar/import' && isSince(state.version, '32')) return importCalendar(state, viewer, call)
  try {
    const asked = {
      state,
      viewer,
      method: call.method,
      authorization: call.headers.authorization ?? '',
      from: call.from,
      given: parametersOf(call),
    }
    if (!found) return ocsReply(answerTeams({ ...asked, at: [] }, path), manner)
    for (const [method, pattern, answer] of ROUTES) {
      const at = (method === call.method || method === '*') && pattern.exec(path)
      if (at) return ocsReply(answer({ ...asked, at: at.slice(1).map(decoded) }), manner)
    }
  } catch (error) {
    if (error instanceof OcsError) return found ? ocsError(error.code, error.message, manner) : appError(error)
    throw error
  }
  state.violations.note(`the emulator knows no ${call.method} ${call.path}`)
  throw new DavError(404, `Invalid query, please check the syntax. API specifications are here: ${call.path}`)
}

/** An app's own refusal, which is in no envelope. */
const appError = ({ code, message }: OcsError): Reply => ({
  status: code,
  body: [Buffer.from(JSON.stringify({ message }))],
  type: 'application/json; charset=utf-8',
})

function decoded(text: string | undefined): string {
  try {
    return decodeURIComponent(text ?? '')
  } catch {
    throw new OcsError(400, 'The address is not encoded well')
  }
}
