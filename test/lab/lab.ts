import { type ChildProcess, spawn } from 'node:child_process'
import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { AccountSeed } from '@offramp/emulators'
import { stringify } from 'yaml'
import { type Dovecot, type DovecotOptions, MASTER, startDovecot } from '../servers/dovecot.ts'
import { type RedisServer, type RedisServerOptions, startRedis } from '../servers/redis.ts'
import { startTenantProcess, type TenantProcess, type TenantWish } from './tenant-process.ts'

const CLI = new URL('../../packages/cli/src/main.ts', import.meta.url).pathname

export interface LabWish {
  readonly accounts: readonly AccountSeed[]
  readonly tenant?: Omit<TenantWish, 'seed' | 'accounts'>
  readonly seed?: number
  readonly redis?: RedisServerOptions
  readonly dovecot?: DovecotOptions
  /** Merged over the project file's `settings`. */
  readonly settings?: object
  /** Merged over the project file's `source` and first destination. */
  readonly source?: object
  readonly destination?: object
}

/** How a run of the command line ended. */
export interface Ended {
  readonly code: number
  readonly out: string
  readonly err: string
}

/**
 * A whole migration on loopback: a private Redis, an emulated tenant in a process of its own, a real Dovecot, and a project folder as an
 * operator has it. Offramp itself is used through its command line only.
 */
export interface Lab {
  readonly folder: string
  readonly redis: RedisServer
  readonly tenant: TenantProcess
  readonly dovecot: Dovecot
  /** Destination login of a source address. */
  loginOf(address: string): string
  /** Runs the command line to its end. */
  offramp(...args: readonly string[]): Promise<Ended>
  /** Starts it and leaves it to the caller, who waits for `exit` or kills it by pid. */
  spawn(args: readonly string[], stdio?: 'pipe' | 'inherit'): ChildProcess
  close(): Promise<void>
}

const domainOf = (address: string): string => address.split('@')[0] ?? address

export async function startLab(wish: LabWish): Promise<Lab> {
  const loginOf = (address: string): string => `${domainOf(address)}@example.test`
  const users = Object.fromEntries(wish.accounts.map(({ address }) => [loginOf(address), `secret of ${domainOf(address)}`]))
  const [redis, dovecot, tenant] = await Promise.all([
    startRedis(wish.redis),
    startDovecot({ users, ...wish.dovecot }),
    startTenantProcess({ seed: wish.seed ?? 1, ...wish.tenant, accounts: wish.accounts }),
  ])
  const folder = await mkdtemp(join(tmpdir(), 'offramp-project-'))
  await writeProject(folder, wish, { redis, dovecot, tenant })
  await writeMappings(folder, wish, loginOf)
  const children = new Set<ChildProcess>()

  const start = (args: readonly string[], stdio: 'pipe' | 'inherit' = 'pipe'): ChildProcess => {
    const argv = ['--disable-warning=ExperimentalWarning', CLI, ...args]
    const child = spawn(process.execPath, argv, { cwd: folder, stdio: stdio === 'pipe' ? ['ignore', 'pipe', 'pipe'] : 'inherit' })
    children.add(child)
    child.once('exit', () => children.delete(child))
    return child
  }
  return {
    folder,
    redis,
    tenant,
    dovecot,
    loginOf,
    spawn: start,
    offramp: (...args) => ended(start(args)),
    close: async () => {
      for (const child of children) child.kill('SIGKILL')
      await Promise.all([redis.stop(), dovecot.stop(), tenant.stop()])
      await rm(folder, { recursive: true, force: true })
    },
  }
}

export function ended(child: ChildProcess): Promise<Ended> {
  let out = ''
  let err = ''
  child.stdout?.on('data', (chunk) => {
    out += String(chunk)
  })
  child.stderr?.on('data', (chunk) => {
    err += String(chunk)
  })
  return new Promise((resolve) => child.once('close', (code, signal) => resolve({ code: code ?? (signal ? 128 : 1), out, err })))
}

interface Parts {
  readonly redis: RedisServer
  readonly dovecot: Dovecot
  readonly tenant: TenantProcess
}

async function writeProject(folder: string, wish: LabWish, { redis, dovecot, tenant }: Parts): Promise<void> {
  await copyFile(tenant.caPath, join(folder, 'tenant-ca.pem'))
  await copyFile(tenant.secretPath, join(folder, 'client-secret'))
  await writeFile(join(folder, 'dovecot-ca.pem'), dovecot.ca)
  await writeFile(join(folder, 'master-password'), MASTER.pass, { mode: 0o600 })
  await writeFile(join(folder, 'redis-password'), redis.password, { mode: 0o600 })
  const project = {
    version: 1,
    project: 'laboratory',
    redis: { url: `redis://127.0.0.1:${redis.port}`, password: 'file:redis-password' },
    source: {
      kind: 'microsoft-365',
      tenantId: tenant.tenantId,
      clientId: tenant.clientId,
      secret: 'file:client-secret',
      graphUrl: new URL(tenant.graphUrl).origin,
      loginUrl: new URL(tenant.loginUrl).origin,
      ca: 'tenant-ca.pem',
      ...wish.source,
    },
    destinations: [
      {
        kind: 'imap',
        host: 'localhost',
        port: dovecot.imapsPort,
        ca: 'dovecot-ca.pem',
        auth: { kind: 'master', user: MASTER.user, password: 'file:master-password' },
        ...wish.destination,
      },
    ],
    settings: { workloads: ['mail'], ...wish.settings },
    mappings: 'mappings.csv',
  }
  await writeFile(join(folder, 'offramp.yaml'), stringify(project))
}

async function writeMappings(folder: string, wish: LabWish, loginOf: (address: string) => string): Promise<void> {
  const rows = wish.accounts.map(({ address }) => `${address},${loginOf(address)}`)
  await writeFile(join(folder, 'mappings.csv'), `source,destination\n${rows.join('\n')}\n`)
}
