import { createHash, randomBytes } from 'node:crypto'
import { Fault } from '@offramp/core'

/** What a server's challenge asks for (RFC 7616). */
interface Challenge {
  readonly realm: string
  readonly nonce: string
  readonly opaque: string | undefined
  readonly algorithm: 'MD5' | 'SHA-256'
  readonly qop: boolean
  /** The login was right, and only the nonce is old. */
  readonly stale: boolean
}

/** One account's state of Digest authentication: a server's nonce, and how often it was used. */
export interface Digest {
  /** Undefined until a server has asked. */
  answer(asked: { readonly method: string; readonly uri: string }): string | undefined
  /** Takes a challenge; says whether another try may succeed: the first, or a stale nonce. */
  take(challenge: string | undefined): boolean
  /** The nonce is older than servers keep one: the next request without a body brings another. */
  isOld(now: number): boolean
  taken(now: number): void
}

/** Apache's own is 300 s. Renewed before, lest a server refuse an upload in its middle. */
const NONCE_MS = 120_000

const fieldOf = (challenge: string, name: string): string | undefined => {
  const found = new RegExp(`(?:^|[\\s,])${name}=(?:"((?:[^"\\\\]|\\\\.)*)"|([^\\s,]+))`, 'i').exec(challenge)
  return found?.[1]?.replace(/\\(.)/g, '$1') ?? found?.[2]
}

function read(header: string): Challenge | undefined {
  const offers = header.split(/(?=\bDigest\s)/i).filter((part) => /^Digest\s/i.test(part))
  for (const algorithm of ['SHA-256', 'MD5'] as const) {
    const offer = offers.find((one) => (fieldOf(one, 'algorithm') ?? 'MD5').toUpperCase() === algorithm)
    const [realm, nonce] = offer === undefined ? [] : [fieldOf(offer, 'realm'), fieldOf(offer, 'nonce')]
    if (offer === undefined || realm === undefined || nonce === undefined) continue
    const qops = fieldOf(offer, 'qop')?.split(/\s*,\s*/)
    if (qops !== undefined && !qops.includes('auth')) continue
    const stale = /^true$/i.test(fieldOf(offer, 'stale') ?? '')
    return { realm, nonce, algorithm, stale, opaque: fieldOf(offer, 'opaque'), qop: qops !== undefined }
  }
  return undefined
}

const quoted = (text: string): string => `"${text.replace(/["\\]/g, '\\$&')}"`

/** The password stays in this process: what travels is a hash of it with the request. */
export function makeDigest(user: string, secret: string): Digest {
  let challenge: Challenge | undefined
  let count = 0
  let since = 0
  return {
    answer({ method, uri }) {
      if (challenge === undefined) return undefined
      const { realm, nonce, algorithm, opaque, qop } = challenge
      const hash = (text: string): string =>
        createHash(algorithm === 'MD5' ? 'md5' : 'sha256')
          .update(text)
          .digest('hex')
      const nc = (++count).toString(16).padStart(8, '0')
      const cnonce = randomBytes(12).toString('hex')
      const ours = hash(`${user}:${realm}:${secret}`)
      const theirs = hash(`${method}:${uri}`)
      const response = qop ? hash(`${ours}:${nonce}:${nc}:${cnonce}:auth:${theirs}`) : hash(`${ours}:${nonce}:${theirs}`)
      const parts = [`username=${quoted(user)}`, `realm=${quoted(realm)}`, `nonce=${quoted(nonce)}`, `uri=${quoted(uri)}`]
      if (qop) parts.push('qop=auth', `nc=${nc}`, `cnonce="${cnonce}"`)
      parts.push(`response="${response}"`, `algorithm=${algorithm}`)
      if (opaque !== undefined) parts.push(`opaque=${quoted(opaque)}`)
      return `Digest ${parts.join(', ')}`
    },
    take(header) {
      const first = challenge === undefined
      const next = header === undefined ? undefined : read(header)
      if (next === undefined) {
        if (first) throw noDigest()
        return false
      }
      challenge = next
      count = 0
      return first || next.stale
    },
    isOld: (now) => challenge === undefined || now - since > NONCE_MS,
    taken(now) {
      since = now
    },
  }
}

const noDigest = (): Fault =>
  new Fault({
    reach: 'account',
    code: 'dav-no-digest',
    message: 'The server does not offer Digest authentication with MD5 or SHA-256.',
    remedy: 'Write `password` as the kind of `auth` of this destination, if its address begins with https.',
  })
