import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { chown, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from './free-port.ts'
import { type GuardedProcess, startGuarded } from './guarded-process.ts'
import { untilAnswers } from './until-answers.ts'

/** A real Apache with mod_dav on loopback: each account has a folder of its own, gone with the process that started it. */
export interface ApacheDav {
  /** Basic at `/basic/<account>/`, Digest at `/digest/<account>/`: the same folders. */
  readonly url: string
  readonly port: number
  /** Where the accounts' folders stand on the disk. */
  readonly root: string
  /** Makes an account with the password `secret`. */
  account(name: string): Promise<void>
  stop(): Promise<void>
}

const PROGRAM = '/usr/sbin/apache2'
const MODULES = '/usr/lib/apache2/modules'

export const haveApache = (): boolean => existsSync(PROGRAM) && existsSync(`${MODULES}/mod_dav.so`)

const NEEDED = [
  'mpm_event',
  'authn_core',
  'authn_file',
  'authz_core',
  'authz_user',
  'auth_basic',
  'auth_digest',
  'mime',
  'dav',
  'dav_fs',
  'alias',
] as const

/** As root it would refuse to serve: then it runs as nobody, to whom the folders are given (a lock database of root's ends every PUT with 500). */
const NOBODY = 65_534
const isRoot = process.getuid?.() === 0

const config = (dir: string, port: number): string =>
  [
    ...NEEDED.map((name) => `LoadModule ${name}_module ${MODULES}/mod_${name}.so`),
    `ServerRoot ${dir}\nListen 127.0.0.1:${port}\nServerName localhost\nPidFile ${dir}/pid\nErrorLog ${dir}/error.log\nTypesConfig /etc/mime.types`,
    `DavLockDB ${dir}/lock/DavLock\nDocumentRoot ${dir}/root\nDavMinTimeout 1\nAllowEncodedSlashes On\nTimeout 20\nStartServers 1`,
    'DavDepthInfinity Off\nLimitXMLRequestBody 1000000',
    `Alias /basic ${dir}/root\nAlias /digest ${dir}/root`,
    `<Directory ${dir}/root>\n  Dav On\n  Require valid-user\n  AllowOverride None\n</Directory>`,
    `<Location /basic>\n  AuthType Basic\n  AuthName files\n  AuthUserFile ${dir}/basic.users\n  Require valid-user\n</Location>`,
    `<Location /digest>\n  AuthType Digest\n  AuthName files\n  AuthDigestProvider file\n  AuthUserFile ${dir}/digest.users\n  Require valid-user\n</Location>`,
  ].join('\n')

const md5 = (text: string): string => createHash('md5').update(text).digest('hex')

export async function startApache(): Promise<ApacheDav> {
  const dir = await mkdtemp(join(tmpdir(), 'offramp-apache-'))
  const port = await freePort()
  const give = (path: string): Promise<void> => (isRoot ? chown(path, NOBODY, NOBODY) : Promise.resolve())
  await give(dir)
  for (const folder of ['root', 'lock']) {
    await mkdir(join(dir, folder))
    await give(join(dir, folder))
  }
  const accounts = new Set<string>()
  const account = async (name: string): Promise<void> => {
    accounts.add(name)
    await mkdir(join(dir, 'root', name), { recursive: true })
    await give(join(dir, 'root', name))
    const lines = (of: (account: string) => string): string => [...accounts].map((one) => `${of(one)}\n`).join('')
    await writeFile(
      join(dir, 'basic.users'),
      lines((one) => `${one}:{SHA}${createHash('sha1').update('secret').digest('base64')}`),
    )
    await writeFile(
      join(dir, 'digest.users'),
      lines((one) => `${one}:files:${md5(`${one}:files:secret`)}`),
    )
  }
  await account('anna')
  await writeFile(join(dir, 'httpd.conf'), config(dir, port))
  const running: GuardedProcess = await startGuarded({
    command: [PROGRAM, '-DFOREGROUND', '-f', join(dir, 'httpd.conf')],
    dir,
    env: { HOME: dir },
    ...(isRoot ? { uid: NOBODY } : {}),
  })
  await untilAnswers(port, () => running.output())
  return {
    url: `http://127.0.0.1:${port}/`,
    port,
    root: join(dir, 'root'),
    account,
    async stop() {
      await running.kill()
      await rm(dir, { recursive: true, force: true })
    },
  }
}
