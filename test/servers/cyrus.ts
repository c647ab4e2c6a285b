import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { chown, cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { makeAuthority } from '@offramp/emulators'
import { cyrusRoot, unpackCyrus } from '../setup/cyrus.mjs'
import { untilGreets } from './dovecot.ts'
import { freePort } from './free-port.ts'
import { type GuardedProcess, startGuarded } from './guarded-process.ts'
import { ownGroup } from './own-group.ts'
import { type RawImap, rawImap } from './raw-imap.ts'
import { untilAnswers } from './until-answers.ts'

export interface CyrusOptions {
  /** Login -> password. Default: `anna` / `secret`. */
  readonly users?: Readonly<Record<string, string>>
  /** KiB for every mailbox tree that is made; default none. */
  readonly quotaKib?: number
  /** Lines to add to `imapd.conf`. */
  readonly extra?: readonly string[]
  /** Calendars and address books over HTTP as well. `scheduling`: it delivers and mails invitations, by SMTP to this port of loopback. */
  readonly dav?: { readonly scheduling?: { readonly smtpPort: number } }
}

/** Who may open other people's mailboxes by SASL PLAIN with an authorization identity. */
export const PROXY = { user: 'migrator', pass: 'proxy-secret' } as const

/** Who is told of as a local user: `anna@example.test`. */
export const CYRUS_DOMAIN = 'example.test'

/** A real Cyrus on loopback, unpacked and not installed, gone with the process that started it. */
export interface Cyrus {
  readonly host: string
  readonly imapPort: number
  readonly imapsPort: number
  /** Where calendars and address books are. Of use where `dav` was asked for. */
  readonly httpPort: number
  /** PEM: what a client must trust. */
  readonly ca: string
  readonly users: Readonly<Record<string, string>>
  readonly dir: string
  pid(): number
  raw(user?: string): Promise<RawImap>
  kill(): Promise<void>
  restart(): Promise<void>
  stop(): Promise<void>
}

/** Why Cyrus cannot run here, in a sentence; undefined when it can. Unpacks it the first time. */
export const cyrusProblem = (): string | undefined => unpackCyrus()

const owner = (): { readonly name: string; readonly uid: number; readonly gid: number; readonly root: boolean } => {
  const me = userInfo()
  return me.uid === 0 ? { name: 'mail', uid: 8, gid: 8, root: true } : { name: me.username, uid: me.uid, gid: me.gid, root: false }
}

const LIBRARIES = ['usr/lib/x86_64-linux-gnu', 'lib/x86_64-linux-gnu', 'usr/lib/aarch64-linux-gnu', 'lib/aarch64-linux-gnu']

/** Password mechanisms come from the system's own libsasl2-modules where it has them, otherwise from the unpacked ones. */
const environment = (root: string): Record<string, string> => ({
  LD_LIBRARY_PATH: LIBRARIES.map((path) => join(root, path)).join(':'),
  ...(LIBRARIES.some((path) => existsSync(join('/', path, 'sasl2/libsasldb.so')))
    ? {}
    : { SASL_PATH: LIBRARIES.map((path) => join(root, path, 'sasl2')).join(':') }),
})

const imapdConf = (dir: string, options: CyrusOptions): string => {
  const me = owner()
  const paths = ['lmtp', 'idle', 'notify', 'http'].map((name) => `${name}socket: ${dir}/conf/socket/${name}`)
  return [
    `configdirectory: ${dir}/conf`,
    `defaultpartition: default\npartition-default: ${dir}/spool`,
    `cyrus_user: ${me.name}\ncyrus_group: ${me.root ? me.name : ownGroup()}`,
    `admins: cyrus\nproxyservers: ${PROXY.user}\nservername: localhost`,
    'unixhierarchysep: yes\naltnamespace: yes\nallowplaintext: yes',
    `sasl_mech_list: PLAIN\nsasl_pwcheck_method: auxprop\nsasl_auxprop_plugin: sasldb\nsasl_sasldb_path: ${dir}/sasldb2`,
    `autocreate_quota: ${options.quotaKib ?? 0}\nautocreate_post: yes\nautocreate_inbox_folders: Drafts|Sent|Trash`,
    'xlist-sent: Sent\nxlist-drafts: Drafts\nxlist-trash: Trash',
    `tls_server_cert: ${dir}/tls/cert.pem\ntls_server_key: ${dir}/tls/key.pem`,
    `mboxname_lockpath: ${dir}/conf/lock\nproc_path: ${dir}/conf/proc\nskiplist_unsafe: 1\nsyslog_prefix: offramp`,
    ...paths,
    ...davConf(options.dav),
    ...(options.extra ?? []),
    '',
  ].join('\n')
}

/** Without its own time zones, since it ships none. Domains of the users: mail to them is delivered here, everything else goes by SMTP. */
function davConf(dav: CyrusOptions['dav']): readonly string[] {
  if (dav === undefined) return []
  const smtp = dav.scheduling && `smtp_backend: host\nsmtp_host: 127.0.0.1:${dav.scheduling.smtpPort}`
  return [
    'httpmodules: caldav carddav\ncaldav_realm: offramp\nhttpallowcompress: no',
    `calendar_user_address_set: ${CYRUS_DOMAIN}`,
    ...(smtp ? ['caldav_allowscheduling: on', smtp] : ['caldav_allowscheduling: off']),
  ]
}

interface Ports {
  readonly imap: number
  readonly imaps: number
  readonly http: number | undefined
}

const cyrusConf = (root: string, dir: string, ports: Ports): string => {
  const bin = `${root}/usr/lib/cyrus/bin`
  return [
    `START {\n  recover cmd="${bin}/ctl_cyrusdb -C ${dir}/imapd.conf -r"\n}`,
    'SERVICES {',
    `  imap cmd="${bin}/imapd -C ${dir}/imapd.conf" listen="127.0.0.1:${ports.imap}" prefork=1`,
    `  imaps cmd="${bin}/imapd -s -C ${dir}/imapd.conf" listen="127.0.0.1:${ports.imaps}" prefork=0`,
    ...(ports.http === undefined ? [] : [`  http cmd="${bin}/httpd -C ${dir}/imapd.conf" listen="127.0.0.1:${ports.http}" prefork=1`]),
    '}\nEVENTS {\n}\n',
  ].join('\n')
}

/** `saslpasswd2` takes the password from its standard input. */
const setPassword = (root: string, dir: string, user: string, pass: string): Promise<void> =>
  new Promise((resolve, reject) => {
    const arguments_ = ['-c', '-p', '-f', join(dir, 'sasldb2'), '-u', 'localhost', user]
    const child = execFile(join(root, 'usr/sbin/saslpasswd2'), arguments_, { env: environment(root) }, (error) =>
      error ? reject(error) : resolve(),
    )
    child.stdin?.end(pass)
  })

async function giveTo(dir: string, names: readonly string[]): Promise<void> {
  const me = owner()
  if (!me.root) return
  for (const name of names) await chown(join(dir, name), me.uid, me.gid)
}

async function layOut(root: string, dir: string, options: CyrusOptions): Promise<string> {
  const folders = ['conf', 'spool', 'tls', ...['db', 'proc', 'socket', 'log', 'msg', 'lock'].map((name) => `conf/${name}`)]
  for (const name of folders) await mkdir(join(dir, name), { recursive: true })
  const authority = await makeAuthority()
  const pair = await authority.issue({ hosts: ['localhost', '127.0.0.1'] })
  await writeFile(join(dir, 'tls/cert.pem'), pair.cert)
  await writeFile(join(dir, 'tls/key.pem'), pair.key, { mode: 0o600 })
  await writeFile(join(dir, 'imapd.conf'), imapdConf(dir, options))
  const users = { ...(options.users ?? DEFAULT_USERS), [PROXY.user]: PROXY.pass, cyrus: 'admin-secret' }
  for (const [user, pass] of Object.entries(users)) await setPassword(root, dir, user, pass)
  await giveTo(dir, ['.', ...folders, 'sasldb2', 'tls/key.pem'])
  return authority.ca
}

const DEFAULT_USERS: Readonly<Record<string, string>> = { anna: 'secret' }

/** The unpacked programs where the user that runs them can read them: a copy, when the checkout is closed to others. */
async function programs(dir: string): Promise<string> {
  if (!owner().root) return cyrusRoot
  const copy = join(dir, 'root')
  await cp(cyrusRoot, copy, { recursive: true, verbatimSymlinks: true })
  await promisify(execFile)('chown', ['-R', owner().name, copy])
  return copy
}

/** Starts Cyrus 3.6 from Debian's packages as the user `mail` (as root), otherwise as whoever runs this. */
export async function startCyrus(options: CyrusOptions = {}): Promise<Cyrus> {
  const problem = cyrusProblem()
  if (problem !== undefined) throw new Error(problem)
  const dir = await mkdtemp(join(tmpdir(), 'offramp-cyrus-'))
  const root = await programs(dir)
  const ports: Ports = { imap: await freePort(), imaps: await freePort(), http: options.dav && (await freePort()) }
  const ca = await layOut(root, dir, options)
  await writeFile(join(dir, 'cyrus.conf'), cyrusConf(root, dir, ports))
  const me = owner()
  let running: GuardedProcess | undefined
  const start = async (): Promise<void> => {
    const files = ['-C', `${dir}/imapd.conf`, '-M', `${dir}/cyrus.conf`, '-p', `${dir}/master.pid`, '-D']
    const process = await startGuarded({
      command: [`${root}/usr/lib/cyrus/bin/master`, ...files],
      dir,
      env: environment(root),
      ...(me.root ? { uid: me.uid, gid: me.gid } : {}),
    })
    running = process
    await untilGreets(ports.imap, async () => process.output())
    if (ports.http !== undefined) await untilAnswers(ports.http, () => process.output())
  }
  await start()
  const users = options.users ?? DEFAULT_USERS
  const firstUser = Object.keys(users)[0] ?? ''
  return {
    host: '127.0.0.1',
    imapPort: ports.imap,
    imapsPort: ports.imaps,
    httpPort: ports.http ?? 0,
    ca,
    users,
    dir,
    pid: () => running?.pid ?? 0,
    raw: (user = firstUser) => rawImap({ port: ports.imap, user, pass: users[user] ?? '' }),
    kill: async () => running?.kill(),
    restart: async () => {
      await running?.stop()
      await start()
    },
    stop: async () => {
      await running?.kill()
      await rm(dir, { recursive: true, force: true })
    },
  }
}

/** Cyrus makes an account's mailboxes, calendars and address books when it first logs in by IMAP; before, its HTTP answers 500. */
export async function firstLogin(server: Cyrus, user: string): Promise<void> {
  const raw = await server.raw(user)
  await raw.command('NOOP')
  raw.close()
}
