import { createHash } from 'node:crypto'
import { chown, mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { CloudFaultRule } from '@offramp/emulators'
import { startNextcloudProcess } from '../lab/nextcloud-process.ts'
import { startApache } from '../servers/apache.ts'
import { BUSY } from './scene.ts'

/** A file or folder as it truly stands, from the account's root, without a slash before it. */
export interface Standing {
  readonly path: string
  readonly folder: boolean
  /** Seconds since the Unix epoch. */
  readonly modified: number
  readonly sha256: string
}

/** The server to which files go, seen and touched without the connector. */
export interface FilesEnd {
  readonly name: string
  /** What the proxy stands before. */
  readonly port: number
  readonly path: string
  readonly passwords: Readonly<Record<string, string>>
  /** What the project file says of it. */
  readonly destination: object
  /** It keeps the dates of files and folders. */
  readonly dated: boolean
  stored(login: string): Promise<readonly Standing[]>
  /** As a person does it with another program. Folders above are made. */
  put(login: string, path: string, text: string): Promise<void>
  move(login: string, from: string, to: string): Promise<void>
  remove(login: string, path: string): Promise<void>
  /** Uploads in parts that nobody has ended. */
  leftovers(login: string): Promise<readonly string[]>
  /** The next upload of this account that is put together takes so long that a proxy says 504. Where files go as a whole, nothing. */
  assembleLate(login: string, ms: number): Promise<void>
  /** The server is at it for this account. */
  assembling(login: string): Promise<boolean>
  /** It has no bad days any more, but asks for patience. */
  throttle(): Promise<void>
  violations(): Promise<readonly string[]>
  /** For the evidence. */
  faults(): Promise<string>
  stop(): Promise<void>
}

/**
 * What a Nextcloud does on a bad day; it also puts files together only after it was given up, and nobody is killed for it. What makes a lane wait for a
 * quarter of a minute (lost connections, one after the other) it does not do for ever.
 */
const BAD_CLOUD: readonly CloudFaultRule[] = [
  { method: 'PUT', when: { every: 23 }, effect: { kind: 'status', status: 500, body: 'html' } },
  { method: 'PUT', when: { every: 37 }, times: 2, effect: { kind: 'reset' } },
  { method: 'POST', path: '/dav/bulk', when: { every: 7 }, effect: { kind: 'status', status: 502, body: 'html' } },
  { method: 'PROPFIND', when: { every: 43 }, times: 4, effect: { kind: 'truncate', bytes: 100 } },
  { method: 'MOVE', path: '/\\.file', when: { every: 5 }, times: 2, effect: { kind: 'late', ms: 1_500 } },
]

/** Not all at once, so that something is left on which to strike; and chunks below as small as servers take them. */
const SLOWLY = { connectionsPerAccount: 2 }

/** An emulated Nextcloud: large files go in chunks, small ones many at a time. */
export async function cloudEnd(logins: readonly string[], seed: number): Promise<FilesEnd> {
  const users = logins.map((id) => ({ id, email: id }))
  // On a busy machine a client may hear a second too late that it is to wait: who is told to wait for two must still do so.
  const cloud = await startNextcloudProcess({ seed, scheme: 'http', users, latencyMs: 2, limits: BUSY, faults: BAD_CLOUD })
  const { port, pathname } = new URL(cloud.url)
  const of = (login: string) => cloud.user(login)
  return {
    name: 'Nextcloud',
    port: Number(port),
    path: pathname,
    passwords: cloud.passwords,
    destination: { ...SLOWLY, files: { chunkMegabytes: 5 } },
    dated: true,
    stored: async (login) =>
      (await of(login).files.tree()).map(({ path, kind, modified, sha256 }) => ({ path, folder: kind === 'folder', modified, sha256 })),
    put: (login, path, text) => of(login).files.put(path, text),
    move: (login, from, to) => of(login).move(`files/${from}`, `files/${to}`),
    remove: (login, path) => of(login).remove(`files/${path}`),
    leftovers: async (login) => (await of(login).files.uploads()).map(({ id, chunks }) => `${id} (${chunks.length} chunks)`),
    assembleLate: (login, ms) =>
      cloud.faults.add({ method: 'MOVE', path: '/\\.file', mailbox: login, times: 1, effect: { kind: 'late', ms } }),
    assembling: async (login) => (await of(login).files.uploads()).some(({ assembling }) => assembling),
    throttle: async () => {
      await cloud.faults.clear()
      await cloud.faults.add({ method: 'PUT', when: { every: 2 }, times: 2, effect: { kind: 'throttle', retryAfter: 2 } })
      await cloud.faults.add({ method: 'POST', times: 1, effect: { kind: 'throttle', status: 503, retryAfter: 2 } })
    },
    violations: () => cloud.violations(),
    faults: async () =>
      Object.entries((await cloud.stats()).faults)
        .map(([sort, count]) => `${count} x ${sort}`)
        .join(', '),
    stop: () => cloud.stop(),
  }
}

async function onDisk(root: string, below = ''): Promise<readonly Standing[]> {
  const found: Standing[] = []
  for (const entry of await readdir(join(root, below), { withFileTypes: true })) {
    // Apache keeps properties in folders of its own.
    if (entry.name === '.DAV') continue
    const path = below === '' ? entry.name : `${below}/${entry.name}`
    const folder = entry.isDirectory()
    const modified = Math.floor((await stat(join(root, path))).mtimeMs / 1000)
    const sha256 = folder
      ? ''
      : createHash('sha256')
          .update(await readFile(join(root, path)))
          .digest('hex')
    found.push({ path, folder, modified, sha256 })
    if (folder) found.push(...(await onDisk(root, path)))
  }
  return found
}

/** A real Apache: what stands is read from its disk. Every file goes as a whole. */
export async function apacheEnd(logins: readonly string[]): Promise<FilesEnd> {
  const server = await startApache()
  await Promise.all(logins.map((login) => server.account(login)))
  const at = (login: string, path = ''): string => join(server.root, login, path)
  /** A person's folders are the server's as well. */
  const folderFor = async (path: string, login: string): Promise<void> => {
    await mkdir(dirname(path), { recursive: true })
    const { uid, gid } = await stat(at(login))
    await chown(dirname(path), uid, gid)
  }
  return {
    name: 'Apache',
    port: server.port,
    path: '/basic/{account}/',
    passwords: Object.fromEntries(logins.map((login) => [login, 'secret'])),
    destination: { ...SLOWLY, kind: 'webdav', chunkMegabytes: 5 },
    dated: false,
    stored: (login) => onDisk(at(login)),
    async put(login, path, text) {
      await folderFor(at(login, path), login)
      await writeFile(at(login, path), text)
    },
    async move(login, from, to) {
      await folderFor(at(login, to), login)
      await rename(at(login, from), at(login, to))
    },
    remove: (login, path) => rm(at(login, path)),
    leftovers: async () => [],
    assembleLate: async () => undefined,
    assembling: async () => true,
    throttle: async () => undefined,
    violations: async () => [],
    faults: async () => 'no faults of its own',
    stop: () => server.stop(),
  }
}
