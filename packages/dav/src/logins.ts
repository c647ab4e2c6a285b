import { createHash } from 'node:crypto'
import type { Services } from '@offramp/core'
import { type Digest, makeDigest } from './digest.ts'
import { LOGIN_MS } from './limits.ts'
import { type HostSettings, refuseControlCharacters } from './settings.ts'

/** How one account logs in. */
export interface Login {
  /** Tells one login from another without holding its secret. */
  readonly print: string
  headers(asked: { readonly method: string; readonly uri: string }): Readonly<Record<string, string>>
  readonly digest?: Digest
}

const basic = (user: string, secret: string): string => `Basic ${Buffer.from(`${user}:${secret}`, 'utf8').toString('base64')}`

const printOf = (parts: unknown): string => createHash('sha256').update(JSON.stringify(parts)).digest('base64url').slice(0, 16)

/** The login as it is now: tokens are short-lived, and secrets may be exchanged. */
type Logins = (anew?: 'anew') => Promise<Login>

/** Looked up every few seconds, and when one is refused: a secret is often a file, and requests come by the hundred a second. */
export function loginsOf({ auth }: Pick<HostSettings, 'auth'>, { clock }: Pick<Services, 'clock'>, account: string): Logins {
  let digested: Login | undefined
  let kept: { readonly login: Promise<Login>; readonly at: number } | undefined
  const look = async (): Promise<Login> => {
    refuseControlCharacters('login', account)
    if (auth.kind === 'digest') {
      const secret = await auth.secret(account)
      refuseControlCharacters('password', secret)
      const print = printOf(['digest', account, secret])
      if (digested?.print === print) return digested
      const digest = makeDigest(account, secret)
      const headers = (asked: { readonly method: string; readonly uri: string }): Readonly<Record<string, string>> => {
        const authorization = digest.answer(asked)
        return authorization === undefined ? {} : { authorization }
      }
      digested = { print, digest, headers }
      return digested
    }
    const headers = await headersOf(auth, account)
    return { print: printOf(headers), headers: () => headers }
  }
  return (anew) => {
    const age = clock.now() - (kept?.at ?? 0)
    if (kept !== undefined && anew === undefined && age >= 0 && age < LOGIN_MS) return kept.login
    const mine = { login: look(), at: clock.now() }
    kept = mine
    mine.login.catch(() => {
      if (kept === mine) kept = undefined
    })
    return mine.login
  }
}

async function headersOf(
  auth: Exclude<HostSettings['auth'], { readonly kind: 'digest' }>,
  account: string,
): Promise<Record<string, string>> {
  if (auth.kind === 'bearer') {
    const token = await auth.token(account)
    refuseControlCharacters('token', token)
    return { authorization: `Bearer ${token}` }
  }
  const secret = auth.kind === 'proxy' ? await auth.secret() : await auth.secret(account)
  refuseControlCharacters('password', secret)
  return auth.kind === 'proxy'
    ? { authorization: basic(auth.user, secret), 'authorize-as': account }
    : { authorization: basic(account, secret) }
}
