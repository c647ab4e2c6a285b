import { describe, expect, test } from 'vitest'
import { blameItem, commandFault, isFlagRefusal } from './faults.ts'
import { loginFault } from './login-faults.ts'

const subject = { host: 'mail.example.test', account: 'anna', now: 1_000_000 }

/** As imapflow 2.10.2 throws it. */
const answered = (status: 'NO' | 'BAD', text: string, code?: string): Error =>
  Object.assign(new Error('Command failed'), {
    responseStatus: status,
    responseText: text,
    response: { attributes: code === undefined ? [] : [{ type: 'ATOM', value: '', section: [{ type: 'ATOM', value: code }] }] },
  })

const of = (thrown: Error) => {
  const { reach, code, reason } = commandFault(thrown, 'storing a message', subject)
  return [reach, code, reason]
}

describe('what a command is refused with', () => {
  test.each([
    [
      'NO',
      'Quota exceeded (mailbox for user is full) (0.002 + 0.000 + 0.001 secs).',
      'OVERQUOTA',
      ['account', 'imap-over-quota', undefined],
    ],
    ['NO', 'Over quota', undefined, ['account', 'imap-over-quota', undefined]],
    ['NO', 'Quota limit will be exceeded', undefined, ['account', 'imap-over-quota', undefined]],
    ['NO', 'full: it is time to find a bigger place', undefined, ['account', 'imap-over-quota', undefined]],
    ['NO', 'Message too large', 'TOOBIG', ['item', 'imap-too-large', 'too-large']],
    ['BAD', 'maximum message size exceeded', undefined, ['item', 'imap-too-large', 'too-large']],
    ['BAD', 'literal size too large', undefined, ['item', 'imap-too-large', 'too-large']],
    ['NO', "Can't save a zero byte message", undefined, ['item', 'imap-refused', 'refused-by-destination']],
    ['NO', 'Message contains bare newlines', undefined, ['item', 'imap-refused', 'refused-by-destination']],
    ['NO', 'Message contains NUL characters', undefined, ['item', 'imap-refused', 'refused-by-destination']],
    ['NO', 'Message refused because it contains a virus', undefined, ['item', 'imap-virus', 'malware']],
    ['NO', 'Maximum number of connections from user+IP exceeded', 'LIMIT', ['gate', 'imap-connection-limit', undefined]],
    ['NO', 'Temporarily down', 'UNAVAILABLE', ['gate', 'imap-busy', undefined]],
    ['NO', "Mailbox doesn't exist: x", 'TRYCREATE', ['call', 'imap-place-gone', undefined]],
    ['NO', 'Permission denied', undefined, ['account', 'imap-not-permitted', undefined]],
    ['NO', 'Internal error occurred', 'SERVERBUG', ['call', 'imap-server-bug', undefined]],
    ['NO', 'Mail size is larger than the maximum size allowed by server configuration', 'LIMIT', ['item', 'imap-too-large', 'too-large']],
    ['NO', 'the moon is wrong', undefined, ['call', 'imap-refused-unknown', undefined]],
  ] as const)('%s %s [%s]', (status, text, code, expected) => {
    expect(of(answered(status, text, code))).toEqual(expected)
  })

  test('a lost connection is the connection’s, and nobody’s fault', () => {
    const fault = commandFault(Object.assign(new Error('Connection not available'), { code: 'NoConnection' }), 'storing', subject)
    expect([fault.reach, fault.connection]).toEqual(['call', true])
  })

  test('a throttle says when to come back', () => {
    const thrown = Object.assign(answered('BAD', 'Request is throttled.'), { throttleReset: 92_415 })
    expect(commandFault(thrown, 'storing', subject)).toMatchObject({ reach: 'gate', until: 1_092_415 })
  })

  test('flags are told from messages, and blame keeps the server’s words', () => {
    const flags = commandFault(answered('BAD', 'Error in IMAP command APPEND: Invalid system flag \\FOO'), 'storing', subject)
    expect(isFlagRefusal(flags)).toBe(true)
    const unknown = commandFault(answered('NO', 'the moon is wrong (0.001 + 0.000 secs).'), 'storing', subject)
    expect(isFlagRefusal(unknown)).toBe(false)
    expect(blameItem(unknown)).toMatchObject({
      reach: 'item',
      reason: 'refused-by-destination',
      message: 'The server refuses this message: "the moon is wrong".',
    })
  })
})

describe('what a login runs into', () => {
  const login = (thrown: Error) => {
    const { reach, code, remedy } = loginFault(thrown, subject)
    return [reach, code, remedy !== undefined]
  }
  const refused = (text: string, code?: string) =>
    Object.assign(answered('NO', text, code), { authenticationFailed: true, response: text, ...(code ? { serverResponseCode: code } : {}) })

  test.each([
    [
      refused('Maximum number of connections from user+IP exceeded (mail_max_userip_connections=20)', 'LIMIT'),
      ['gate', 'imap-connection-limit', false],
    ],
    [refused('Authentication failed.', 'AUTHENTICATIONFAILED'), ['account', 'imap-login-refused', true]],
    [refused('Login incorrect'), ['account', 'imap-login-refused', true]],
    [refused('Authentication service is down', 'UNAVAILABLE'), ['gate', 'imap-busy', false]],
    [Object.assign(new Error('certificate has expired'), { code: 'CERT_HAS_EXPIRED' }), ['account', 'imap-certificate-expired', true]],
    [Object.assign(new Error('self-signed'), { code: 'SELF_SIGNED_CERT_IN_CHAIN' }), ['account', 'imap-certificate-untrusted', true]],
    [Object.assign(new Error('first'), { code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' }), ['account', 'imap-certificate-untrusted', true]],
    [Object.assign(new Error('altnames'), { code: 'ERR_TLS_CERT_ALTNAME_INVALID' }), ['account', 'imap-certificate-name', true]],
    [Object.assign(new Error('wrong version'), { code: 'ERR_SSL_WRONG_VERSION_NUMBER' }), ['account', 'imap-no-tls', true]],
    [new Error('Server does not support STARTTLS'), ['account', 'imap-no-starttls', true]],
    [Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' }), ['call', 'imap-connection-lost', true]],
  ])('%s', (thrown, expected) => {
    expect(login(thrown)).toEqual(expected)
  })
})

test.each([
  ['ENOTFOUND', /no host called mail\.example\.test/, /Correct `host`/],
  ['EAI_AGAIN', /DNS did not say where mail\.example\.test is/, /DNS of this machine/],
  ['ECONNREFUSED', /Nobody listens on this port of mail\.example\.test/, /`host` and `port`/],
  ['EHOSTUNREACH', /no way to mail\.example\.test/, /firewall/],
  ['ENETUNREACH', /no way to mail\.example\.test/, /firewall/],
])('a server that was never reached (%s) is waited for, and the remedy says what to look at', (code, message, remedy) => {
  const fault = loginFault(Object.assign(new Error(`connect ${code}`), { code }), subject)
  expect(fault).toMatchObject({ reach: 'call', connection: true })
  expect(fault.message).toMatch(message)
  expect(fault.remedy).toMatch(remedy)
})
