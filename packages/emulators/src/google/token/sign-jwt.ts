import { createSign } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import type { Reply } from '../../serve/reply.ts'
import { GoogleError, invalidArgument, invalidCredentials, jsonReply, noCredentials } from '../serve/errors.ts'
import type { WorkspaceState } from '../serve/state.ts'

const PATH = /^\/v1\/projects\/-\/serviceAccounts\/([^/:]+):signJwt$/
const METADATA = '/computeMetadata/v1/instance/service-accounts/default/token'

/** The service account that a `signJwt` path names. */
export const signerOf = (path: string): string | undefined => {
  const name = PATH.exec(path)?.[1]
  return name === undefined ? undefined : decodeURIComponent(name)
}

export const isMetadata = (path: string): boolean => path === METADATA

const encode = (text: string): string => Buffer.from(text).toString('base64url')

/** `iamcredentials.signJwt`: signs an assertion with a key that nobody holds, for a caller with the role Token Creator. */
export function signJwt(
  state: WorkspaceState,
  signer: string,
  { authorization, body }: { readonly authorization: string | undefined; readonly body: Buffer },
): Reply {
  if (authorization === undefined) throw noCredentials()
  const grant = state.mint.read(/^Bearer (\S+)$/i.exec(authorization)?.[1] ?? '')
  if (!grant || state.now() >= grant.expiresAt) throw invalidCredentials()
  const { registration } = state
  if (grant.as !== 'caller' || (signer !== registration.clientEmail && signer !== registration.clientId))
    throw new GoogleError(403, {
      message: "Permission 'iam.serviceAccounts.signJwt' denied on resource (or it may not exist).",
      reason: 'forbidden',
    })
  const payload = payloadOf(body)
  const { managedKey } = registration
  const signed = `${encode(JSON.stringify({ alg: 'RS256', typ: 'JWT', kid: managedKey.id }))}.${encode(payload)}`
  const signature = createSign('RSA-SHA256').update(signed).sign(managedKey.privateKey, 'base64url')
  return jsonReply({ keyId: managedKey.id, signedJwt: `${signed}.${signature}` })
}

function payloadOf(body: Buffer): string {
  try {
    const wish: unknown = JSON.parse(body.toString())
    if (typeof wish === 'object' && wish !== null && 'payload' in wish && typeof wish.payload === 'string') {
      JSON.parse(wish.payload)
      return wish.payload
    }
  } catch {
    // Told below.
  }
  throw invalidArgument('The payload must be the text of a JSON object.')
}

/** What a virtual machine's metadata server says: a token of the account that it runs as. The real one speaks plain HTTP. */
export function metadataToken(state: WorkspaceState, headers: IncomingHttpHeaders): Reply {
  if (headers['metadata-flavor'] !== 'Google')
    return { status: 403, body: [Buffer.from('Missing Metadata-Flavor:Google header.')], type: 'text/html; charset=UTF-8' }
  const seconds = state.registration.tokenSeconds
  const token = state.mint.issue({ as: 'caller', expiresAt: state.now() + seconds * 1000 })
  return jsonReply({ access_token: token, expires_in: seconds, token_type: 'Bearer' }, 200, { 'metadata-flavor': 'Google' })
}
