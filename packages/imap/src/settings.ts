import { Fault } from '@offramp/core'

/** How accounts are opened. Secrets are looked up when they are needed and never kept with the settings. */
export type ImapAuth =
  /** Each account's own password, or an app password. */
  | { readonly kind: 'password'; readonly secret: (account: string) => Promise<string> }
  /** A Dovecot master user: the login is `account<separator>user`. */
  | { readonly kind: 'master'; readonly user: string; readonly separator?: string; readonly secret: () => Promise<string> }
  /** SASL PLAIN with an authorization identity: a Cyrus proxy or admin, a Zimbra admin, a Dovecot master user. */
  | { readonly kind: 'authzid'; readonly user: string; readonly secret: () => Promise<string> }
  /** OAUTHBEARER or XOAUTH2, whichever the server offers. Asked before each login, since tokens are short-lived. */
  | { readonly kind: 'xoauth2'; readonly token: (account: string) => Promise<string> }

export interface ImapTimeouts {
  /** Milliseconds until the connection with its TLS handshake must stand. Default 30,000. */
  readonly connect?: number
  /** Milliseconds until the server must have greeted. Default 20,000: some answer slowly to strangers. */
  readonly greeting?: number
  /** Milliseconds without a byte while an answer is due. Default 180,000: virus scanners take their time over large messages. */
  readonly socket?: number
}

export interface ImapSettings {
  readonly name: string
  readonly host: string
  readonly port: number
  /** `tls`: from the first byte (993). `starttls`: required before the login (143). `plain`: nothing is encrypted. */
  readonly security: 'tls' | 'starttls' | 'plain'
  /** PEM of the authority to trust instead of the public ones. */
  readonly ca?: string
  /** The name in the certificate, where it is not `host`. */
  readonly certificateName?: string
  readonly auth: ImapAuth
  readonly timeouts?: ImapTimeouts
  /** Connections to this host at once, by all workers together. Default 10. */
  readonly connections?: number
  /** Connections of one account at once. Default 4: Dovecot allows 10 per user and address, some hosters fewer. */
  readonly connectionsPerAccount?: number
  /**
   * Where folders go that the rules would put elsewhere. Key: a role (`archive`), or the source's names from the root joined by `/`.
   * Value: the path at the destination, parts joined by `/` whatever the server's separator.
   */
  readonly folders?: Readonly<Record<string, string>>
  /** Bytes of one message, where the server does not announce its limit (Dovecot does not). */
  readonly sizeLimit?: number
  /** COMPRESS=DEFLATE where offered. Worth it below about 30 Mbit/s only: on a fast link it is five times slower. Default false. */
  readonly compress?: boolean
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: exactly these must not get into a login
const CONTROL = /[\u0000-\u001f\u007f]/

/** A login with a line end or NUL would end the command that it stands in: refused before anything is sent. */
export function refuseControlCharacters(what: string, value: string): void {
  if (value !== '' && !CONTROL.test(value)) return
  const why = value === '' ? 'is empty' : 'contains a control character (a line end, a tab or NUL)'
  throw new Fault({
    reach: 'account',
    code: 'imap-bad-login',
    message: `The ${what} ${why}; it was not sent.`,
    remedy: `Correct the ${what} in the mapping or in the secret; a line end at the end of a secret file is the usual cause.`,
  })
}

/** Said in every report while it is so. */
export const cautionOf = (settings: ImapSettings): string | undefined =>
  settings.security === 'plain'
    ? `Mail and passwords travel to ${settings.host}:${settings.port} unencrypted, because this endpoint is set to "plain".`
    : undefined
