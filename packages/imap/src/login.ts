import { createHash } from 'node:crypto'
import { Fault } from '@offramp/core'
import type { ImapFlowOptions } from 'imapflow'
import { type ImapSettings, refuseControlCharacters } from './settings.ts'

/** What is sent to open one account. */
export interface Credentials {
  readonly auth: NonNullable<ImapFlowOptions['auth']>
  /** Tells whether the same secret was refused before, without keeping it. */
  readonly print: string
  /** SASL PLAIN with an authorization identity: any other mechanism would open the administrator's own mailbox. */
  readonly mustBePlain: boolean
}

const DEFAULT_SEPARATOR = '*'

const print = (...parts: readonly string[]): string => createHash('sha256').update(parts.join('\0')).digest('hex')

async function secretOf(lookUp: () => Promise<string>, account: string): Promise<string> {
  try {
    const secret = await lookUp()
    refuseControlCharacters('password', secret)
    return secret
  } catch (thrown) {
    if (thrown instanceof Fault) throw thrown
    const why = thrown instanceof Error ? thrown.message : String(thrown)
    throw new Fault({
      reach: 'account',
      code: 'imap-no-secret',
      message: `There is no password for ${account}: ${why}`,
      remedy: 'Give the secret that the endpoint or the mapping refers to, and resume.',
      cause: thrown,
    })
  }
}

/** Looks the secret up and puts the login together. Nothing with a line end or NUL gets through. */
export async function credentialsOf(settings: ImapSettings, account: string): Promise<Credentials> {
  refuseControlCharacters('login', account)
  const { auth } = settings
  if (auth.kind === 'xoauth2') {
    const accessToken = await secretOf(() => auth.token(account), account)
    return { auth: { user: account, accessToken }, print: print(account, accessToken), mustBePlain: false }
  }
  if (auth.kind === 'password') {
    const pass = await secretOf(() => auth.secret(account), account)
    return { auth: { user: account, pass }, print: print(account, pass), mustBePlain: false }
  }
  refuseControlCharacters('name of the administrator', auth.user)
  const pass = await secretOf(auth.secret, account)
  if (auth.kind === 'master') {
    const user = `${account}${auth.separator ?? DEFAULT_SEPARATOR}${auth.user}`
    return { auth: { user, pass }, print: print(user, pass), mustBePlain: false }
  }
  const plain = { user: auth.user, pass, authzid: account, loginMethod: 'AUTH=PLAIN' } as const
  return { auth: plain, print: print(auth.user, pass, account), mustBePlain: true }
}
