import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Ended, type Lab, startLab } from '../lab/lab.ts'
import { changeProject, type ProjectFile, putFile } from '../lab/operator.ts'
import { readSecret } from '../lab/tenant-process.ts'
import { startCuttingProxy } from '../servers/cutting-proxy.ts'
import { startDovecot } from '../servers/dovecot.ts'
import { freePort } from '../servers/free-port.ts'
import { startRedis } from '../servers/redis.ts'

const ADDRESSES = ['anna@contoso.example', 'bruno@contoso.example'] as const

let lab: Lab
let users: Readonly<Record<string, string>>

beforeAll(async () => {
  lab = await startLab({ accounts: ADDRESSES.map((address) => ({ address, messages: 5 })) })
  users = lab.dovecot.users
}, 60_000)

afterAll(() => lab?.close())

let projects = 0

/** `check`, with another project file than the good one. */
async function checked(change: (project: ProjectFile) => void): Promise<Ended> {
  projects += 1
  return lab.offramp('check', '--project', await changeProject(lab, change, `bad-${projects}.yaml`))
}

const destination = (facts: Readonly<Record<string, unknown>>) => (project: ProjectFile) => {
  project.destinations = project.destinations.map((each) => ({ ...each, ...facts }))
}
const source = (facts: Readonly<Record<string, unknown>>) => (project: ProjectFile) => {
  project.source = { ...project.source, ...facts }
}

/** All that a person sees. */
const said = ({ out, err }: Ended): string => `${out}${err}`

test('with nothing changed there is nothing to mend', async () => {
  expect(await checked(() => {})).toMatchObject({ code: 0, out: expect.stringContaining('Ready: offramp run') })
})

// None of these changes anything, so they wait side by side.
describe.concurrent('the destination', () => {
  test('a host that does not exist', async () => {
    const ended = await checked(destination({ host: 'mail.nowhere.invalid', certificateName: 'localhost' }))
    expect(ended.code).toBe(3)
    expect(said(ended)).toMatch(/ERROR +destination: .*mail\.nowhere\.invalid.*\n +(Correct|Check) `host` of this destination/)
  })

  test('a port on which nobody listens', async () => {
    const ended = await checked(destination({ port: await freePort() }))
    expect(ended.code).toBe(3)
    expect(said(ended)).toMatch(/ERROR +destination: .*Nobody listens on this port of localhost.*\n +Check `host` and `port`/)
  })

  test('TLS asked of a port that speaks plain IMAP', async () => {
    const ended = await checked(destination({ port: lab.dovecot.imapPort }))
    expect(ended.code).toBe(3)
    expect(said(ended)).toMatch(/does not speak TLS on this port[\s\S]*Use port 993/)
  })

  test('a wrong password', async () => {
    await putFile(lab, 'wrong-password', 'not-the-password')
    const ended = await checked(destination({ auth: { kind: 'master', user: 'migrator', password: 'file:wrong-password' } }))
    expect(ended.code).toBe(3)
    expect(said(ended)).toMatch(/refused the login for anna@example\.test[\s\S]*Correct the password/)
    expect(said(ended)).not.toContain('not-the-password')
  })

  test('a certificate from an authority that is not trusted', async () => {
    const ended = await checked(destination({ ca: 'tenant-ca.pem' }))
    expect(ended.code).toBe(3)
    expect(said(ended)).toMatch(/not signed by an authority that is trusted here[\s\S]*Give the PEM/)
  })

  test.each([
    ['that has expired', { expired: true }, /has expired[\s\S]*Renew it on the server/],
    ['for another host', { hosts: ['imap.elsewhere.example'] }, /is for another name[\s\S]*certificateName/],
  ] as const)('a certificate %s', async (_, certificate, words) => {
    const server = await startDovecot({ users, certificate })
    try {
      // A file of its own: its neighbour writes one at the same time.
      const ca = `ca-${server.imapsPort}.pem`
      await putFile(lab, ca, server.ca)
      const ended = await checked(destination({ port: server.imapsPort, ca }))
      expect(ended.code).toBe(3)
      expect(said(ended)).toMatch(words)
      expect(await server.log()).not.toContain('Login:')
    } finally {
      await server.stop()
    }
  })

  test('STARTTLS that somebody on the way takes out: no password is sent', async () => {
    const seen: string[] = []
    const asked: string[] = []
    const proxy = await startCuttingProxy({
      port: lab.dovecot.imapPort,
      asks: (text) => asked.push(text),
      answers: (text) => {
        seen.push(text)
        return text.replaceAll(' STARTTLS', '')
      },
    })
    try {
      const ended = await checked(destination({ port: proxy.port, security: 'starttls' }))
      expect(ended.code).toBe(3)
      expect(said(ended)).toMatch(/does not offer STARTTLS, or somebody on the way takes it out\. No password was sent/)
      expect(seen.join('')).toContain(' STARTTLS')
      // By what passed here: the others of this file log in at the same time.
      expect(proxy.connections()).toBeGreaterThan(0)
      expect(asked.join('')).not.toMatch(/LOGIN|AUTHENTICATE/i)
    } finally {
      await proxy.stop()
    }
  })

  test('plain text is done where it is asked for, and said each time', async () => {
    const ended = await checked(destination({ port: lab.dovecot.imapPort, security: 'plain' }))
    expect(ended.code).toBe(0)
    expect(said(ended)).toMatch(/WARNING destination: .*unencrypted/)
  })
})

describe.concurrent('the way to the source', () => {
  test('an authority that does not vouch for Microsoft’s certificate', async () => {
    const ended = await checked(source({ ca: 'dovecot-ca.pem' }))
    expect(ended.code).toBe(3)
    expect(said(ended)).toMatch(/ERROR +source: .*certificate/i)
  })

  test('a host that is not Microsoft, and one that does not exist', async () => {
    const nobody = `https://localhost:${await freePort()}`
    const [nowhere, ended] = await Promise.all([
      checked(source({ graphUrl: 'https://graph.nowhere.invalid' })),
      checked(source({ loginUrl: nobody })),
    ])
    expect([nowhere.code, ended.code]).toEqual([3, 3])
    expect(said(ended)).toMatch(/ERROR +source: /)
  })
})

describe('the source', () => {
  test('a client secret that is wrong, or has expired', async () => {
    const secret = await readSecret(lab.tenant)
    try {
      await lab.tenant.admin.secret('another one')
      const wrong = await checked(() => {})
      expect(wrong.code).toBe(3)
      expect(said(wrong)).toMatch(/the client secret is wrong \(AADSTS7000215[\s\S]*not its ID/)
      const run = await lab.offramp('run', '--no-verify')
      expect(run.code).toBe(3)
      expect(said(run)).toMatch(/the client secret is wrong \(AADSTS7000215/)
      await lab.tenant.admin.secret(secret, Date.now() - 86_400_000)
      const expired = await checked(() => {})
      expect(expired.code).toBe(3)
      expect(said(expired)).toMatch(/the client secret has expired \(AADSTS7000222[\s\S]*Make a new secret/)
      expect(said(wrong) + said(run) + said(expired)).not.toContain(secret)
    } finally {
      await lab.tenant.admin.secret(secret)
    }
  })

  test('a tenant that does not exist, and an app that nobody knows', async () => {
    const nobody = '99999999-8888-7777-6666-555555555555'
    expect(said(await checked(source({ tenantId: nobody })))).toMatch(/ERROR +source: .*AADSTS90002[\s\S]*Check the tenant ID/)
    expect(said(await checked(source({ clientId: nobody })))).toMatch(/ERROR +source: .*AADSTS700016[\s\S]*Check the client ID/)
  })

  test('a permission that is missing, and a token that has none at all', async () => {
    const all = ['User.Read.All', 'MailboxSettings.Read', 'Mail.Read', 'Organization.Read.All', 'Reports.Read.All']
    try {
      await lab.tenant.admin.grant(all.filter((name) => name !== 'Mail.Read'))
      const missing = await checked(() => {})
      expect(missing.code).toBe(3)
      expect(said(missing)).toMatch(/ERROR +source: .*Mail\.Read/)
      await lab.tenant.admin.grant([])
      const none = await checked(() => {})
      expect(none.code).toBe(3)
      expect(said(none)).toMatch(/ERROR +source: .*no permission/i)
    } finally {
      await lab.tenant.admin.grant(all)
    }
  })

  test('a mailbox outside the app’s scope is named, its neighbour is not', async () => {
    try {
      await lab.tenant.admin.scope([ADDRESSES[1]])
      const ended = await checked(() => {})
      expect(ended.code).toBe(3)
      expect(said(ended)).toMatch(/ERROR +source: bruno@contoso\.example: .*scope/)
      expect(said(ended)).not.toMatch(/ERROR +source: anna/)
    } finally {
      await lab.tenant.admin.scope([])
    }
  })
})

describe('Redis', () => {
  const redis = (facts: Readonly<Record<string, unknown>>) => (project: ProjectFile) => {
    project.redis = { ...project.redis, ...facts }
  }

  test.each([
    ['that evicts (allkeys-lru)', { policy: 'allkeys-lru' }, /maxmemory-policy noeviction/],
    ['that evicts (volatile-lru)', { policy: 'volatile-lru' }, /noeviction/],
    ['without AOF', { appendOnly: false }, /appendonly yes/],
  ] as const)('one %s is refused by every command before anything is written', async (_, options, words) => {
    await using server = await startRedis(options)
    await putFile(lab, 'other-redis-password', server.password)
    const path = await changeProject(
      lab,
      redis({ url: `redis://127.0.0.1:${server.port}`, password: 'file:other-redis-password' }),
      'evicting.yaml',
    )
    for (const command of ['check', 'run', 'worker', 'status']) {
      const ended = await lab.offramp(command, '--project', path)
      expect({ command, code: ended.code }).toEqual({ command, code: 4 })
      expect(said(ended)).toMatch(words)
      expect(said(ended)).not.toMatch(/^\s+at /m)
    }
    expect(await server.cli('dbsize')).toBe('0')
  })

  test('a wrong password, and nobody there', async () => {
    await putFile(lab, 'wrong-password', 'not-the-password')
    const wrong = await checked(redis({ password: 'file:wrong-password' }))
    expect(wrong.code).toBe(3)
    expect(said(wrong)).toMatch(/Redis.*(password|refuse)/i)
    expect(said(wrong)).not.toContain('not-the-password')
    const nobody = await checked(redis({ url: `redis://127.0.0.1:${await freePort()}` }))
    expect(nobody.code).toBe(3)
    expect(said(nobody)).toMatch(/Redis/)
  })
})

test('a run with a wrong destination password halts its accounts with the remedy, and each login was tried only a few times', async () => {
  await putFile(lab, 'wrong-password', 'not-the-password')
  const path = await changeProject(lab, (project) => {
    destination({ auth: { kind: 'master', user: 'migrator', password: 'file:wrong-password' } })(project)
  })
  const before = (await lab.dovecot.log()).split('auth failed').length
  const ended = await lab.offramp('run', '--project', path)
  expect(ended.code).toBe(3)
  expect(said(ended)).toMatch(/NOT VERIFIED: 2 accounts[\s\S]*refused the login[\s\S]*Correct the password/)
  expect((await lab.dovecot.log()).split('auth failed').length - before).toBeLessThanOrEqual(4)
})
