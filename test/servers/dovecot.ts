import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { chmod, chown, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { makeAuthority } from '@offramp/emulators'
import { DEFAULT_USERS, type DovecotHome, type DovecotOptions, dovecotConf, dovecotUsers, MASTER, oauthConf } from './dovecot-conf.ts'
import { freePort } from './free-port.ts'
import { type GuardedProcess, startGuarded } from './guarded-process.ts'
import { ownGroup } from './own-group.ts'
import { type RawImap, rawImap } from './raw-imap.ts'

export { type DovecotOptions, MASTER } from './dovecot-conf.ts'

/** A real Dovecot on loopback, in a folder of its own, gone with the process that started it. */
export interface Dovecot {
  readonly host: string
  readonly imapPort: number
  readonly imapsPort: number
  /** PEM: what a client must trust. */
  readonly ca: string
  readonly users: Readonly<Record<string, string>>
  /** The folder that holds configuration, mail and log. */
  readonly dir: string
  pid(): number
  /** Runs `doveadm` against this instance; its standard output. Root only for most commands. */
  doveadm(...args: string[]): Promise<string>
  /** Logs in over plain TCP with a client that shares no code with the connector. */
  raw(user?: string): Promise<RawImap>
  log(): Promise<string>
  /** Ends every process of it at once. */
  kill(): Promise<void>
  /** Starts it again on the same ports with the same mail, stopping it first when it runs. */
  restart(change?: DovecotOptions): Promise<void>
  stop(): Promise<void>
}

const run = promisify(execFile)
const NOBODY = 65_534
const DOVECOT = '/usr/sbin/dovecot'

/** True where a real Dovecot 2.3 can be started. */
export const haveDovecot = (): boolean => existsSync(DOVECOT)

const ownerOf = (): DovecotHome['owner'] => {
  const me = userInfo()
  return me.uid === 0
    ? { internal: 'dovecot', group: 'dovecot', login: 'dovenull', mailUid: NOBODY, mailGid: NOBODY, root: true }
    : { internal: me.username, group: ownGroup(), login: me.username, mailUid: me.uid, mailGid: me.gid, root: false }
}

const answers = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    const done = (ready: boolean) => {
      socket.destroy()
      resolve(ready)
    }
    socket.once('data', (chunk) => done(String(chunk).startsWith('* OK')))
    socket.once('error', () => done(false))
    socket.once('close', () => resolve(false))
  })

/** Waits for the greeting; 10 seconds at most. */
export async function untilGreets(port: number, alive: () => Promise<string>): Promise<void> {
  for (let tries = 0; tries < 500; tries += 1) {
    if (await answers(port)) return
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  throw new Error(`The IMAP server did not greet on port ${port}: ${await alive()}`)
}

async function layOut(home: DovecotHome, options: DovecotOptions): Promise<string> {
  const { dir, owner } = home
  await chmod(dir, 0o755)
  for (const name of ['run', 'mail', 'public', 'tls', 'keys/default/HS256']) await mkdir(join(dir, name), { recursive: true })
  if (owner.root) for (const name of ['mail', 'public']) await chown(join(dir, name), owner.mailUid, owner.mailGid)
  const authority = await makeAuthority()
  const hosts = options.certificate?.hosts ?? ['localhost', '127.0.0.1']
  const day = 86_400_000
  const expired = { notBefore: Date.now() - 3 * day, notAfter: Date.now() - day }
  const pair = await authority.issue({ hosts, ...(options.certificate?.expired === true ? expired : {}) })
  await writeFile(join(dir, 'tls/cert.pem'), pair.cert)
  await writeFile(join(dir, 'tls/key.pem'), pair.key, { mode: 0o600 })
  await writeFile(join(dir, 'master'), `${MASTER.user}:{PLAIN}${MASTER.pass}\n`)
  if (options.oauthKey !== undefined) {
    await writeFile(join(dir, 'oauth2.conf'), oauthConf(dir))
    await writeFile(join(dir, 'keys/default/HS256/default'), Buffer.from(options.oauthKey).toString('base64'))
  }
  return authority.ca
}

async function configure(home: DovecotHome, options: DovecotOptions): Promise<void> {
  await writeFile(join(home.dir, 'users'), dovecotUsers(options))
  await writeFile(join(home.dir, 'dovecot.conf'), dovecotConf(home, options))
}

/** Starts Dovecot 2.3 from Debian's package: as root with its own users, otherwise as whoever runs this. */
export async function startDovecot(options: DovecotOptions = {}): Promise<Dovecot> {
  const dir = await mkdtemp(join(tmpdir(), 'offramp-dovecot-'))
  const home: DovecotHome = { dir, imapPort: await freePort(), imapsPort: await freePort(), owner: ownerOf() }
  const ca = await layOut(home, options)
  const conf = join(dir, 'dovecot.conf')
  const log = () => readFile(join(dir, 'log'), 'utf8').catch(() => '')
  let asked = options
  let running: GuardedProcess | undefined
  const start = async (): Promise<void> => {
    await configure(home, asked)
    // Left behind by a kill; the process of that number may be a zombie for a while yet.
    await rm(join(dir, 'run/master.pid'), { force: true })
    const process = await startGuarded({ command: [DOVECOT, '-F', '-c', conf], dir })
    running = process
    await untilGreets(home.imapPort, async () => `${process.output()}${(await log()).slice(-2_000)}`)
  }
  await start()
  const users = asked.users ?? DEFAULT_USERS
  const firstUser = Object.keys(users)[0] ?? ''
  return {
    host: '127.0.0.1',
    imapPort: home.imapPort,
    imapsPort: home.imapsPort,
    ca,
    users,
    dir,
    pid: () => running?.pid ?? 0,
    doveadm: async (...args) => (await run('/usr/bin/doveadm', ['-c', conf, ...args], { maxBuffer: 1 << 28 })).stdout,
    raw: (user = firstUser) => rawImap({ port: home.imapPort, user, pass: users[user] ?? '' }),
    log,
    kill: async () => running?.kill(),
    restart: async (change) => {
      await running?.stop()
      asked = { ...asked, ...change }
      await start()
    },
    stop: async () => {
      await running?.kill()
      await rm(dir, { recursive: true, force: true })
    },
  }
}
