import type { Reply } from '../../serve/reply.ts'
import type { Call } from '../serve/answer.ts'
import { DavError } from '../serve/errors.ts'
import type { CloudState } from '../serve/state.ts'
import { appPassword, type CloudUser } from '../users/user.ts'
import { isSince } from '../version.ts'
import { capabilities } from './capabilities.ts'
import { importCalendar } from './import.ts'
import { ocsError, ocsReply } from './reply.ts'

/** The part of OCS that a migration needs, in version 2: errors are HTTP's (facts 4.7). */
export function answerApi(state: CloudState, viewer: CloudUser, call: Call): Reply {
  const { method, path, headers } = call
  // Facts 4.5: without the header it is taken for a forged request.
  if (headers['ocs-apirequest'] !== 'true') return ocsError(412, 'CSRF check failed')
  const user = /^\/ocs\/v2\.php\/cloud\/users\/([^/]+)$/.exec(path)?.[1]
  if (method === 'GET' && path === '/ocs/v2.php/cloud/capabilities') return ocsReply(capabilities(state))
  if (method === 'GET' && path === '/ocs/v2.php/cloud/user') return ocsReply(userData(viewer))
  if (method === 'GET' && user !== undefined) return lookUp(state, viewer, decodeURIComponent(user))
  if (method === 'GET' && path === '/ocs/v2.php/core/getapppassword') return mint(state, viewer, headers.authorization ?? '')
  if (method === 'POST' && path === '/ocs/v2.php/calendar/import' && isSince(state.version, '32'))
    return importCalendar(state, viewer, call)
  state.violations.note(`the emulator knows no ${method} ${path}`)
  throw new DavError(404, `Invalid query, please check the syntax. API specifications are here: ${path}`)
}

const usedBy = ({ files }: CloudUser): number => files.root.size + files.versionBytes + files.trashBytes

const userData = (user: CloudUser): object => ({
  enabled: !user.disabled,
  id: user.id,
  quota: {
    used: usedBy(user),
    quota: user.quota === Number.POSITIVE_INFINITY ? -3 : user.quota,
    free: user.quota === Number.POSITIVE_INFINITY ? -3 : Math.max(0, user.quota - usedBy(user)),
  },
  email: user.email ?? null,
  displayname: user.displayName,
  'display-name': user.displayName,
  groups: user.groups,
  language: 'en',
})

function lookUp(state: CloudState, viewer: CloudUser, id: string): Reply {
  const user = state.users.get(id)
  if (!viewer.admin && viewer.id !== id) return ocsError(403, 'Logged in account must be at least a sub admin')
  return user ? ocsReply(userData(user)) : ocsError(404, 'User does not exist')
}

/** An app password, for whoever has come with a password; one app password does not beget another. */
function mint(state: CloudState, viewer: CloudUser, authorization: string): Reply {
  const isApp = [...viewer.appPasswords.keys()].some((each) =>
    authorization.includes(Buffer.from(`${viewer.id}:${each}`).toString('base64')),
  )
  if (isApp) return ocsError(403, 'You cannot request an new apppassword with an apppassword')
  const apppassword = appPassword(state.seed, viewer.id, viewer.appPasswords.size)
  viewer.appPasswords.set(apppassword, 'minted')
  return ocsReply({ apppassword })
}
