import { constants, createHash, createVerify, verify, type X509Certificate } from 'node:crypto'
import { readPath } from '../odata/matches.ts'
import { aadsts, type TokenError } from './aadsts.ts'

export interface AssertionCheck {
  readonly clientId: string
  /** Every URL that may stand in `aud`. */
  readonly audiences: readonly string[]
  readonly certificates: readonly X509Certificate[]
  /** Milliseconds since the Unix epoch. */
  readonly now: number
  /** Ids of assertions that were used before. */
  readonly used: Set<string>
}

const SKEW_S = 300
const LONGEST_S = 24 * 3600

function parse(text: string | undefined): unknown {
  try {
    return JSON.parse(Buffer.from(text ?? '', 'base64url').toString())
  } catch {
    return undefined
  }
}

function certificateOf(header: unknown, certificates: readonly X509Certificate[]): X509Certificate | undefined {
  const sha256 = readPath(header, 'x5t#S256')
  const sha1 = readPath(header, 'x5t')
  return certificates.find(({ raw }) => {
    if (typeof sha256 === 'string') return createHash('sha256').update(raw).digest('base64url') === sha256
    return typeof sha1 === 'string' && createHash('sha1').update(raw).digest('base64url') === sha1
  })
}

function isSigned(algorithm: unknown, body: string, signature: Buffer, certificate: X509Certificate): boolean {
  if (algorithm === 'RS256') return createVerify('RSA-SHA256').update(body).verify(certificate.publicKey, signature)
  if (algorithm !== 'PS256') return false
  return verify(
    'sha256',
    Buffer.from(body),
    { key: certificate.publicKey, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST },
    signature,
  )
}

function checkClaims(claims: unknown, check: AssertionCheck): TokenError | undefined {
  const claim = (name: string) => readPath(claims, name)
  const exp = claim('exp')
  const nbf = claim('nbf') ?? claim('iat')
  const jti = claim('jti')
  const seconds = check.now / 1000
  if (typeof exp !== 'number' || typeof nbf !== 'number' || typeof jti !== 'string') return aadsts(50027)
  if (claim('iss') !== check.clientId || claim('sub') !== check.clientId) return aadsts(700021)
  if (!check.audiences.some((each) => each === claim('aud'))) return aadsts(700023)
  if (exp < seconds - SKEW_S || nbf > seconds + SKEW_S || exp - nbf > LONGEST_S) return aadsts(700024)
  if (check.used.has(jti)) return aadsts(50027)
  check.used.add(jti)
  return undefined
}

/** Checks a client assertion: who signed it, for whom, for how long, and that it is new. */
export function checkAssertion(assertion: string, check: AssertionCheck): TokenError | undefined {
  const [head, body, signature] = assertion.split('.')
  const header = parse(head)
  const certificate = certificateOf(header, check.certificates)
  if (header === undefined || signature === undefined) return aadsts(50027)
  if (!certificate || check.now > Date.parse(certificate.validTo)) return aadsts(700027)
  if (!isSigned(readPath(header, 'alg'), `${head}.${body}`, Buffer.from(signature, 'base64url'), certificate)) return aadsts(700027)
  return checkClaims(parse(body), check)
}
