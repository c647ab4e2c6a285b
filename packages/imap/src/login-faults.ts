import { Fault, type FaultFacts } from '@offramp/core'
import { commandFault, connectionLost, readError, type Subject } from './faults.ts'

type Row = readonly [code: string, message: string, remedy: string]

/** Node's TLS codes. `%h` is the host. All of them are the endpoint's affair, so nothing is tried again by itself. */
const TLS: Readonly<Record<string, Row>> = {
  CERT_HAS_EXPIRED: ['imap-certificate-expired', 'The certificate of %h has expired.', 'Renew it on the server; nothing was sent.'],
  CERT_NOT_YET_VALID: ['imap-certificate-early', 'The certificate of %h is not valid yet.', 'Compare the clocks of both machines.'],
  ERR_TLS_CERT_ALTNAME_INVALID: [
    'imap-certificate-name',
    'The certificate of %h is for another name.',
    'Use the name that stands in the certificate as host, or say it with certificateName.',
  ],
  ERR_SSL_WRONG_VERSION_NUMBER: [
    'imap-no-tls',
    '%h does not speak TLS on this port.',
    'Use port 993 with "tls", or port 143 with "starttls".',
  ],
  EPROTO: ['imap-no-tls', '%h does not speak TLS on this port.', 'Use port 993 with "tls", or port 143 with "starttls".'],
}

const UNTRUSTED: Row = [
  'imap-certificate-untrusted',
  'The certificate of %h is not signed by an authority that is trusted here.',
  'Give the PEM of its authority as ca of this endpoint, or let the server send its whole chain.',
]

const NO_STARTTLS: Row = [
  'imap-no-starttls',
  '%h does not offer STARTTLS, or somebody on the way takes it out. No password was sent.',
  'Use "tls" on port 993. Only on a network that you trust, "plain" goes without encryption.',
]

/** The server was never reached. It may be there again in a while, so these are waited for, but a wrong name is never mended by waiting. */
const AWAY: Readonly<Record<string, readonly [message: string, remedy: string]>> = {
  ENOTFOUND: [
    'There is no host called %h (ENOTFOUND).',
    'Correct `host` of this destination. If it is right, the DNS of this machine does not know it.',
  ],
  EAI_AGAIN: ['DNS did not say where %h is (EAI_AGAIN).', 'Check `host` of this destination, and the DNS of this machine.'],
  ECONNREFUSED: [
    'Nobody listens on this port of %h (ECONNREFUSED).',
    'Check `host` and `port` of this destination (993 with "tls", 143 with "starttls"), and whether the server is up.',
  ],
  EHOSTUNREACH: ['There is no way to %h from here (EHOSTUNREACH).', 'Check the network and its firewall.'],
  ENETUNREACH: ['There is no way to %h from here (ENETUNREACH).', 'Check the network and its firewall.'],
}

const isTrustCode = (errno: string): boolean => /SELF_SIGNED|UNABLE_TO_|CERT_|ISSUER|CRL/.test(errno)

function endpointFault(row: Row, subject: Subject, cause: unknown): Fault {
  const [code, message, remedy] = row
  return new Fault({ reach: 'account', code, message: message.replace('%h', subject.host), remedy, cause })
}

function neverReached([message, remedy]: readonly [string, string], { host }: Subject, cause: unknown): Fault {
  const facts = { reach: 'call', code: 'imap-connection-lost', connection: true } as const
  return new Fault({ ...facts, message: message.replace('%h', host), remedy, cause })
}

const wrongPassword = (said: string, { account, host }: Subject): FaultFacts => ({
  reach: 'account',
  code: 'imap-login-refused',
  message: `${host} refused the login for ${account}: "${said}". It is not tried again with the same password, because many servers lock an account after a few failures.`,
  remedy: 'Correct the password (or app password) or the master user; with two-step sign-in an app password is needed. Then resume.',
})

/**
 * What connecting or logging in ran into. `[LIMIT]` comes as a refused login (Dovecot 2.3, and imapflow marks it
 * `authenticationFailed`), so the code is asked before the password is blamed.
 */
export function loginFault(thrown: unknown, subject: Subject): Fault {
  if (thrown instanceof Fault) return thrown
  const error = readError(thrown)
  const tls = error.errno === undefined ? undefined : (TLS[error.errno] ?? (isTrustCode(error.errno) ? UNTRUSTED : undefined))
  if (tls !== undefined) return endpointFault(tls, subject, thrown)
  const away = error.errno === undefined ? undefined : AWAY[error.errno]
  if (away !== undefined) return neverReached(away, subject, thrown)
  if (/STARTTLS/i.test(error.message)) return endpointFault(NO_STARTTLS, subject, thrown)
  if (/unsupported authentication|no matching authentication|login is disabled/i.test(error.message)) {
    return endpointFault(NO_MECHANISM, subject, thrown)
  }
  if (error.status !== 'NO' && error.status !== 'BAD') return connectionLost(thrown, 'logging in', subject)
  const known = commandFault(thrown, 'logging in', subject)
  if (known.reach === 'gate') return known
  if (error.code === 'CONTACTADMIN') return known
  return new Fault({ ...wrongPassword(error.text, subject), cause: thrown })
}

const NO_MECHANISM: Row = [
  'imap-no-mechanism',
  '%h offers no way of logging in that fits this endpoint (or none without encryption).',
  'Check security ("tls" or "starttls") and the kind of login: authzid needs AUTH=PLAIN, xoauth2 needs AUTH=XOAUTH2 or OAUTHBEARER.',
]
