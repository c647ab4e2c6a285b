import type { IncomingHttpHeaders } from 'node:http'
import type { CloudUser } from '../users/user.ts'
import { DavError } from './errors.ts'
import type { CloudState } from './state.ts'

const failed = (why: string): DavError =>
  new DavError(401, {
    message: why,
    headers: { 'www-authenticate': 'Basic realm="Nextcloud", charset="UTF-8"' },
  })

interface Comer {
  readonly headers: IncomingHttpHeaders
  /** Address. */
  readonly from?: string
}

/**
 * Who asks. Wrong passwords count for the whole address from which they come (facts 4.6). Throws `DavError` 401, or 429 where there have
 * been too many.
 */
export function authenticate(state: CloudState, { headers, from }: Comer): CloudUser {
  const authorization = headers.authorization ?? ''
  if (authorization === '') {
    state.manners.refusedCredentials('none', 'nobody')
    throw failed("No 'Authorization: Basic' header found. Either the client didn't send one, or the server is misconfigured")
  }
  if (state.bruteForce.isRefused(state.now(), from)) throw new DavError(429, 'Too many requests')
  const user = userOf(state, authorization)
  if (user && !user.disabled) {
    state.manners.acceptedCredentials(authorization)
    if (isByPassword(user, authorization)) state.byPassword.count += 1
    return user
  }
  if (!user) state.bruteForce.fail(state.now(), from)
  state.manners.refusedCredentials(authorization, nameIn(authorization))
  throw failed(
    user
      ? 'User disabled'
      : "No public access to this resource., Username or password was incorrect, No 'Authorization: Bearer' header found.",
  )
}

/** And not with an app password, or a token. */
export const isByPassword = ({ password }: CloudUser, authorization = ''): boolean => password === basic(authorization)?.[1]

function basic(authorization: string): readonly [name: string, password: string] | undefined {
  const encoded = /^Basic ([A-Za-z0-9+/=]+)$/i.exec(authorization)?.[1]
  if (encoded === undefined) return undefined
  const text = Buffer.from(encoded, 'base64').toString()
  const colon = text.indexOf(':')
  return colon < 0 ? undefined : [text.slice(0, colon), text.slice(colon + 1)]
}

const nameIn = (authorization: string): string => basic(authorization)?.[0] ?? 'a token'

function userOf(state: CloudState, authorization: string): CloudUser | undefined {
  const token = /^Bearer (\S+)$/i.exec(authorization)?.[1]
  const all = [...state.users.values()]
  if (token !== undefined) return all.find(({ appPasswords }) => appPasswords.has(token))
  const [name = '', password = ''] = basic(authorization) ?? []
  const user = state.users.get(name) ?? all.find(({ email }) => email?.toLowerCase() === name.toLowerCase())
  return user && (user.password === password || user.appPasswords.has(password)) ? user : undefined
}
