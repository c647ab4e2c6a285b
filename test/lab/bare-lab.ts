import { type ChildProcess, spawn } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { stringify } from 'yaml'
import { type Dovecot, type DovecotOptions, MASTER, startDovecot } from '../servers/dovecot.ts'
import { type RedisServer, type RedisServerOptions, startRedis } from '../servers/redis.ts'

const CLI = new URL('../../packages/cli/src/main.ts', import.meta.url).pathname

/** What a laboratory is made of beside its source. */
export interface BareWish {
  readonly redis?: RedisServerOptions
  readonly dovecot?: DovecotOptions
  /** Merged over the project file's `settings`. */
  readonly settings?: object
  /** Merged over the project file's `source` and first destination. */
  readonly source?: object
  readonly destination?: object
  /** A CalDAV and CardDAV server beside Dovecot: calendars, contacts and tasks move into it. */
  readonly cloud?: CloudWish
}

/** Where calendars go. */
export interface CloudWish {
  readonly url: string
  /** PEM; absent for plain HTTP. */
  readonly ca?: string
  /** By login, which is the one for mail. */
  readonly passwords: Readonly<Record<string, string>>
  /** Merged over the destination in the project file. */
  readonly destination?: object
}

/** How a run of the command line ended. */
export interface Ended {
  readonly code: number
  readonly out: string
  readonly err: string
}

/** A private Redis, a real Dovecot, and a project folder as an operator has it. Offramp itself is used through its command line only. */
export interface BareLab {
  readonly folder: string
  readonly redis: RedisServer
  readonly dovecot: Dovecot
  /** Destination login of a source address. */
  loginOf(address: string): string
  /** Runs the command line to its end. */
  offramp(...args: readonly string[]): Promise<Ended>
  /** Starts it and leaves it to the caller, who waits for `exit` or kills it by pid. */
  spawn(args: readonly string[], stdio?: 'pipe' | 'inherit'): ChildProcess
  close(): Promise<void>
}

const nameOf = (address: string): string => address.split('@')[0] ?? address

const loginOf = (address: string): string => `${nameOf(address)}@example.test`

/** Starts both servers, with an account for each address. No project file yet. */
export async function startBareLab(addresses: readonly string[], wish: BareWish): Promise<BareLab> {
  const users = Object.fromEntries(addresses.map((address) => [loginOf(address), `secret of ${nameOf(address)}`]))
  const [redis, dovecot] = await Promise.all([startRedis(wish.redis), startDovecot({ users, ...wish.dovecot })])
  const folder = await mkdtemp(join(tmpdir(), 'offramp-project-'))
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
    dovecot,
    loginOf,
    spawn: start,
    offramp: (...args) => ended(start(args)),
    close: async () => {
      for (const child of children) child.kill('SIGKILL')
      await Promise.all([redis.stop(), dovecot.stop()])
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

interface Project {
  readonly name: string
  readonly source: object
  readonly addresses: readonly string[]
}

type Where = Pick<BareLab, 'folder' | 'redis' | 'dovecot'>

/** Writes a project file with its table and secrets. `folder`: the lab's own, or one of another project with the same servers. */
export async function writeProject({ folder, redis, dovecot }: Where, { name, source, addresses }: Project, wish: BareWish): Promise<void> {
  await writeFile(join(folder, 'dovecot-ca.pem'), dovecot.ca)
  await writeFile(join(folder, 'master-password'), MASTER.pass, { mode: 0o600 })
  await writeFile(join(folder, 'redis-password'), redis.password, { mode: 0o600 })
  const destination = {
    kind: 'imap',
    host: 'localhost',
    port: dovecot.imapsPort,
    ca: 'dovecot-ca.pem',
    auth: { kind: 'master', user: MASTER.user, password: 'file:master-password' },
    ...wish.destination,
  }
  const cloud = wish.cloud === undefined ? [] : [await cloudDestination(folder, wish.cloud)]
  const project = {
    version: 1,
    project: name,
    redis: { url: `redis://127.0.0.1:${redis.port}`, password: 'file:redis-password' },
    source: { ...source, ...wish.source },
    destinations: [destination, ...cloud],
    settings: { ...(wish.cloud === undefined ? { workloads: ['mail'] } : {}), ...wish.settings },
    mappings: 'mappings.csv',
  }
  await writeFile(join(folder, 'offramp.yaml'), stringify(project))
  await writeFile(join(folder, 'mappings.csv'), `source,destination\n${addresses.map((one) => `${one},${loginOf(one)}`).join('\n')}\n`)
}

async function cloudDestination(folder: string, { url, ca, passwords, destination }: CloudWish): Promise<object> {
  await mkdir(join(folder, 'cloud-passwords'), { recursive: true })
  for (const [login, password] of Object.entries(passwords))
    await writeFile(join(folder, 'cloud-passwords', login), password, { mode: 0o600 })
  if (ca !== undefined) await writeFile(join(folder, 'cloud-ca.pem'), ca)
  return {
    kind: 'dav',
    name: 'cloud',
    url,
    ...(ca === undefined ? {} : { ca: 'cloud-ca.pem' }),
    auth: { kind: 'password', password: 'file:cloud-passwords/{account}' },
    ...destination,
  }
}
