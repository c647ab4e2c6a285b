import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from './free-port.ts'
import { type GuardedProcess, startGuarded } from './guarded-process.ts'
import { untilAnswers } from './until-answers.ts'

export interface RadicaleOptions {
  /** Login -> password. Default: `anna` / `secret`. */
  readonly users?: Readonly<Record<string, string>>
  /** Bytes of one request. Default 100 MB. */
  readonly maxBytes?: number
}

/** A real Radicale on loopback, in a folder of its own, gone with the process that started it. */
export interface Radicale {
  readonly url: string
  readonly port: number
  readonly users: Readonly<Record<string, string>>
  /** Its store: one folder a collection, one file an object. */
  readonly store: string
  pid(): number
  kill(): Promise<void>
  restart(): Promise<void>
  stop(): Promise<void>
}

const PROGRAM = '/usr/bin/radicale'

export const haveRadicale = (): boolean => existsSync(PROGRAM)

const config = (dir: string, port: number, maxBytes: number): string =>
  [
    `[server]\nhosts = 127.0.0.1:${port}\nmax_content_length = ${maxBytes}\nmax_connections = 100`,
    `[auth]\ntype = htpasswd\nhtpasswd_filename = ${dir}/users\nhtpasswd_encryption = plain\ndelay = 0`,
    `[rights]\ntype = owner_only\n[storage]\nfilesystem_folder = ${dir}/store\n[logging]\nlevel = error\n`,
  ].join('\n')

export async function startRadicale(options: RadicaleOptions = {}): Promise<Radicale> {
  const dir = await mkdtemp(join(tmpdir(), 'offramp-radicale-'))
  const port = await freePort()
  const users = options.users ?? { anna: 'secret' }
  await mkdir(join(dir, 'store'))
  await writeFile(join(dir, 'config'), config(dir, port, options.maxBytes ?? 100_000_000))
  await writeFile(
    join(dir, 'users'),
    Object.entries(users)
      .map(([name, pass]) => `${name}:${pass}\n`)
      .join(''),
  )
  let running: GuardedProcess | undefined
  const start = async (): Promise<void> => {
    const process = await startGuarded({ command: [PROGRAM, '--config', join(dir, 'config')], dir, env: { HOME: dir } })
    running = process
    await untilAnswers(port, () => process.output())
  }
  await start()
  return {
    url: `http://127.0.0.1:${port}/`,
    port,
    users,
    store: join(dir, 'store'),
    pid: () => running?.pid ?? 0,
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

/** A collection as its folder shows it. */
export interface StoredCollection {
  readonly folder: string
  /** What `.Radicale.props` holds: `D:displayname`, `ICAL:calendar-color`. */
  readonly props: Readonly<Record<string, string>>
  /** Name of the file -> text. */
  readonly objects: ReadonlyMap<string, string>
}

/** Everything of one account, read from Radicale's own files. */
export async function radicaleStore(server: Radicale, user: string): Promise<readonly StoredCollection[]> {
  const root = join(server.store, 'collection-root', user)
  const found: StoredCollection[] = []
  for (const folder of await readdir(root).catch(() => [])) {
    if (folder.startsWith('.')) continue
    const path = join(root, folder)
    const names = (await readdir(path)).filter((name) => !name.startsWith('.'))
    const objects = new Map<string, string>()
    for (const name of names) objects.set(name, await readFile(join(path, name), 'utf8'))
    const props: unknown = JSON.parse(await readFile(join(path, '.Radicale.props'), 'utf8').catch(() => '{}'))
    found.push({ folder, objects, props: Object.fromEntries(Object.entries(props ?? {}).map(([key, value]) => [key, String(value)])) })
  }
  return found
}
