import { createHmac } from 'node:crypto'
import { specimen, topCollection } from '@offramp/conformance'
import type { Finding } from '@offramp/core'
import { afterEach, describe, expect, test } from 'vitest'
import { cyrusProblem, PROXY, startCyrus } from '../../../test/servers/cyrus.ts'
import { type Dovecot, type DovecotOptions, haveDovecot, MASTER, startDovecot } from '../../../test/servers/dovecot.ts'
import { connectTo, endpointTo, faultOf, folder, password, soon } from '../../../test/servers/imap-desk.ts'

const ANNA = 'anna@example.test'

describe.skipIf(!haveDovecot())('Dovecot', () => {
  const running: Dovecot[] = []
  const start = async (options: DovecotOptions = {}): Promise<Dovecot> => {
    const server = await startDovecot(options)
    running.push(server)
    return server
  }
  afterEach(async () => {
    for (const server of running.splice(0)) await server.stop()
  })
  const byTls = (server: Dovecot) => ({ port: server.imapsPort, security: 'tls', more: { ca: server.ca } }) as const

  test('TLS from the first byte and STARTTLS both end in an encrypted login', async () => {
    const server = await start()
    await (await connectTo(byTls(server), ANNA)).close?.()
    await (await connectTo({ ...byTls(server), port: server.imapPort, security: 'starttls' }, ANNA)).close?.()
    const logins = (await server.log()).match(/imap-login: Info: Login: .*/g) ?? []
    expect(logins).toHaveLength(2)
    for (const login of logins) expect(login).toContain('TLS')
  })

  test('an expired certificate stops the account and says so, before any password is sent', async () => {
    const server = await start({ certificate: { expired: true } })
    const fault = await faultOf(connectTo(byTls(server), ANNA))
    expect([fault.reach, fault.code]).toEqual(['account', 'imap-certificate-expired'])
    expect(fault.remedy).toContain('Renew')
    expect(await server.log()).not.toContain(ANNA)
  })

  test('a certificate of an unknown authority, or for another host, is refused', async () => {
    const server = await start({ certificate: { hosts: ['mail.elsewhere.test'] } })
    expect((await faultOf(connectTo({ port: server.imapsPort, security: 'tls' }, ANNA))).code).toBe('imap-certificate-untrusted')
    expect((await faultOf(connectTo(byTls(server), ANNA))).code).toBe('imap-certificate-name')
    const named = { ...byTls(server), more: { ca: server.ca, certificateName: 'mail.elsewhere.test' } }
    await (await connectTo(named, ANNA)).close?.()
  })

  test('where STARTTLS is not offered no password is sent', async () => {
    const server = await start({ tls: false })
    const fault = await faultOf(connectTo({ port: server.imapPort, security: 'starttls' }, ANNA))
    expect([fault.reach, fault.code]).toEqual(['account', 'imap-no-starttls'])
    expect(await server.log()).not.toContain(ANNA)
  })

  test('TLS on a port that speaks none is told from a broken network', async () => {
    const server = await start()
    expect((await faultOf(connectTo({ ...byTls(server), port: server.imapPort }, ANNA))).code).toBe('imap-no-tls')
  })

  test('nobody listens: a fault of the connection, to be tried again', async () => {
    const server = await start()
    await server.kill()
    expect(await faultOf(connectTo(byTls(server), ANNA))).toMatchObject({ reach: 'call', connection: true })
  })

  test('plain text works, and every report says that it is plain text', async () => {
    const server = await start()
    const endpoint = endpointTo({ port: server.imapPort })
    expect(endpoint.caution).toContain('unencrypted')
    await (await endpoint.connect(ANNA, 'mail', soon())).close?.()
    expect(endpointTo(byTls(server)).caution).toBeUndefined()
  })

  test('a wrong password is sent once and never again', async () => {
    const server = await start()
    const endpoint = endpointTo({ ...byTls(server), auth: password('wrong') })
    for (let again = 0; again < 3; again += 1) {
      const fault = await faultOf(endpoint.connect(ANNA, 'mail', soon()))
      expect([fault.reach, fault.code]).toEqual(['account', 'imap-login-refused'])
      expect(fault.message).not.toContain('wrong')
    }
    await endpoint.close?.()
    const failures = async () => (await server.log()).match(/auth failed, \d+ attempts/g) ?? []
    await expect.poll(failures, { timeout: 10_000 }).toEqual(['auth failed, 1 attempts'])
  })

  test('a corrected password is tried although the wrong one was refused', async () => {
    const server = await start()
    let pass = 'wrong'
    const endpoint = endpointTo({ ...byTls(server), auth: { kind: 'password', secret: async () => pass } })
    await faultOf(endpoint.connect(ANNA, 'mail', soon()))
    pass = 'secret'
    await (await endpoint.connect(ANNA, 'mail', soon())).close?.()
  })

  test.each(['anna\r\nx LOGOUT', 'anna\n', 'anna\0', 'a\tb', ''])('the login %j is refused here', async (login) => {
    const server = await start()
    expect((await faultOf(connectTo(byTls(server), login))).code).toBe('imap-bad-login')
    expect((await faultOf(connectTo({ ...byTls(server), auth: password(`secret${login}\n`) }, ANNA))).code).toBe('imap-bad-login')
  })

  test.each(['master', 'authzid'] as const)('%s: the administrator writes into the account, and nowhere else', async (kind) => {
    const server = await start({ users: { [ANNA]: 'secret', 'ben@example.test': 'other' } })
    const auth = { kind, user: MASTER.user, secret: async () => MASTER.pass } as const
    const destination = await connectTo({ ...byTls(server), auth }, ANNA)
    const place = await destination.prepare(topCollection('Projects'), soon())
    await destination.put(place, specimen('mail', topCollection('Projects'), 1), undefined, soon())
    const [anna, ben] = [await server.raw(ANNA), await server.raw('ben@example.test')]
    expect(await anna.messages('Projects')).toHaveLength(1)
    expect(await ben.list()).not.toContain('Projects')
    await destination.close?.()
  })

  test('an OAuth token opens the account, an expired one says what to do', async () => {
    const oauthKey = 'a laboratory key of some length'
    const server = await start({ oauthKey })
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
    const token = (lives: number): string => {
      const claims = { sub: ANNA, iss: 'lab', aud: 'lab', iat: 1_700_000_000, exp: Math.floor(Date.now() / 1_000) + lives }
      const body = `${part({ typ: 'JWT', alg: 'HS256', kid: 'default' })}.${part(claims)}`
      return `${body}.${createHmac('sha256', oauthKey).update(body).digest('base64url')}`
    }
    const auth = (lives: number) => ({ kind: 'xoauth2', token: async () => token(lives) }) as const
    await (await connectTo({ ...byTls(server), auth: auth(300) }, ANNA)).close?.()
    expect((await faultOf(connectTo({ ...byTls(server), auth: auth(-300) }, ANNA))).code).toBe('imap-login-refused')
  })

  test('no connection left: everybody waits, nobody’s password is called wrong', async () => {
    const server = await start({ connectionLimit: 1 })
    const person = await server.raw()
    const before = Date.now()
    const endpoint = endpointTo(byTls(server))
    const fault = await faultOf(endpoint.connect(ANNA, 'mail', soon()))
    expect([fault.reach, fault.code]).toEqual(['gate', 'imap-connection-limit'])
    expect(fault.until).toBeGreaterThan(before)
    person.close()
  })

  test('the check says what the server is like, and tries each account once', async () => {
    const server = await start({ users: { [ANNA]: 'secret', 'ben@example.test': 'other' }, quota: { [ANNA]: '50M' } })
    const endpoint = endpointTo(byTls(server))
    const accounts = [ANNA, 'ben@example.test'].map((name) => ({ id: name, name, kind: 'user' }) as const)
    const findings: Finding[] = []
    for await (const finding of endpoint.check({ accounts, kinds: ['mail'], plannedEnd: Date.now() + 400 * 86_400_000 }, soon()))
      findings.push(finding)
    const says = (about: string) => findings.filter((finding) => finding.about === about).map(({ level, says }) => `${level}: ${says}`)
    expect(says(`127.0.0.1:${server.imapsPort}`)[0]).toMatch(/ok: Reached with TLSv1\.3; it calls itself "dovecot"/)
    expect(says(`127.0.0.1:${server.imapsPort}`)[1]).toMatch(/warning: The certificate ends on/)
    expect(says(ANNA)).toEqual([
      expect.stringMatching(/ok: The login works; 52 MB of 52 MB are free/),
      expect.stringMatching(/warning: Only 52 MB are free/),
    ])
    expect(says('ben@example.test')[0]).toMatch(/error: 127\.0\.0\.1 refused the login/)
  })
})

const cyrus = cyrusProblem()

describe.skipIf(cyrus !== undefined)(`Cyrus${cyrus === undefined ? '' : `, skipped: ${cyrus}`}`, () => {
  test('a proxy login opens the account by authorization identity; its own login shows no inbox of the account', async () => {
    const server = await startCyrus()
    const auth = { kind: 'authzid', user: PROXY.user, secret: async () => PROXY.pass } as const
    const destination = await connectTo({ port: server.imapsPort, security: 'tls', auth, more: { ca: server.ca } }, 'anna')
    const place = await destination.prepare(folder('Projects'), soon())
    await destination.put(place, specimen('mail', folder('Projects'), 1), undefined, soon())
    expect(await (await server.raw('anna')).messages('Projects')).toHaveLength(1)
    await destination.close?.()
    await server.stop()
  })

  test('a wrong password stops the account', async () => {
    const server = await startCyrus()
    const fault = await faultOf(connectTo({ port: server.imapPort, auth: password('wrong') }, 'anna'))
    expect([fault.reach, fault.code]).toEqual(['account', 'imap-login-refused'])
    await server.stop()
  })
})
