import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { startNextcloudProcess } from '../lab/nextcloud-process.ts'
import { startApache } from '../servers/apache.ts'
import type { Ends } from './rclone-copy.ts'
import { familyCpu } from './watch-process.ts'

/** Of the one account that each of them has. */
export const LOGIN = 'person-1@example.test'

/** A server, empty, that lives as long as one measurement. */
export interface Place {
  readonly name: string
  /** As a project file names it, and as rclone does. */
  readonly url: string
  readonly folderUrl: string
  readonly ca?: string
  readonly password: string
  readonly vendor: Ends['vendor']
  /** Files that stand there, and their bytes. */
  count(): Promise<{ readonly files: number; readonly bytes: number }>
  /** Seconds of processor time of the server with all its processes so far. */
  cpu(): number
  stop(): Promise<void>
}

export async function nextcloud(): Promise<Place> {
  const cloud = await startNextcloudProcess({
    seed: 1,
    scheme: 'http',
    users: [{ id: LOGIN }],
    settings: { skeleton: 'no' },
    limits: { concurrent: 256 },
    quirks: { noDelays: true },
  })
  return {
    name: 'Nextcloud (emulated)',
    url: cloud.url,
    folderUrl: new URL(`remote.php/dav/files/${encodeURIComponent(LOGIN)}/`, cloud.url.replace(/\/?$/, '/')).href,
    password: cloud.passwords[LOGIN] ?? '',
    vendor: 'nextcloud',
    async count() {
      const files = (await cloud.user(LOGIN).files.tree()).filter(({ kind }) => kind === 'file')
      return { files: files.length, bytes: files.reduce((sum, { size }) => sum + size, 0) }
    },
    cpu: () => familyCpu(cloud.pid),
    stop: cloud.stop,
  }
}

export async function apache(): Promise<Place> {
  const server = await startApache()
  await server.account(LOGIN)
  return {
    name: 'Apache mod_dav',
    url: `${server.url}basic/{account}/`,
    folderUrl: `${server.url}basic/${encodeURIComponent(LOGIN)}/`,
    password: 'secret',
    vendor: 'other',
    async count() {
      const all = readdirSync(`${server.root}/${LOGIN}`, { recursive: true, withFileTypes: true })
      const files = all.filter((each) => each.isFile() && !each.parentPath.includes('/.DAV'))
      const bytes = execFileSync('du', ['-sb', '--apparent-size', `${server.root}/${LOGIN}`], { encoding: 'utf8' })
      return { files: files.length, bytes: Number(bytes.split('\t')[0]) }
    },
    cpu: () => familyCpu(Number(readFileSync(`${server.root}/../pid`, 'utf8'))),
    stop: server.stop,
  }
}
