import type { NextcloudProcess } from '../lab/nextcloud-process.ts'
import { startNextcloudProcess } from '../lab/nextcloud-process.ts'
import { radicaleStore, startRadicale } from '../servers/radicale.ts'
import { rawDav } from '../servers/raw-dav.ts'
import { BUSY } from './scene.ts'

/** An object as it truly stands, whoever wrote it. */
export interface Stored {
  /** For `edit` and `remove`. */
  readonly path: string
  readonly text: string
}

/** The server to which calendars, contacts and tasks go, seen without the connector. */
export interface GroupwareEnd {
  readonly name: string
  /** What the proxy stands before. */
  readonly port: number
  readonly path: string
  readonly passwords: Readonly<Record<string, string>>
  stored(login: string): Promise<readonly Stored[]>
  /** As a person does it with another program. */
  edit(login: string, path: string, text: string): Promise<void>
  remove(login: string, path: string): Promise<void>
  /** From now on it asks for patience, where it can. While Redis may lose its data nobody knows that it has. */
  throttle(): Promise<void>
  /** Mails that left, and writes that nobody's own client made for its own account. */
  noise(): Promise<{ readonly mails: number; readonly foreign: number }>
  violations(): Promise<readonly string[]>
  /** For the evidence. */
  faults(): Promise<string>
  stop(): Promise<void>
}

export interface EndUser {
  readonly login: string
  readonly address: string
}

/** A real Radicale: what stands is read out of its own files. */
export async function radicaleEnd(users: readonly EndUser[]): Promise<GroupwareEnd> {
  const server = await startRadicale({ users: Object.fromEntries(users.map(({ login }) => [login, `secret of ${login}`])) })
  const raw = (login: string) => rawDav({ url: server.url, user: login, pass: server.users[login] ?? '' })
  return {
    name: 'Radicale',
    port: server.port,
    path: '/',
    passwords: server.users,
    stored: async (login) =>
      (await radicaleStore(server, login)).flatMap(({ folder, objects }) =>
        [...objects].map(([name, text]) => ({ path: `/${login}/${folder}/${encodeURIComponent(name)}`, text })),
      ),
    edit: (login, path, text) => raw(login).put(path, text),
    remove: (login, path) => raw(login).remove(path),
    // It knows neither mail nor other people's calendars.
    noise: async () => ({ mails: 0, foreign: 0 }),
    throttle: async () => undefined,
    violations: async () => [],
    faults: async () => 'no faults of its own',
    stop: () => server.stop(),
  }
}

/** What a Nextcloud does on a bad day. */
const BAD_CLOUD = [
  { method: 'PUT', when: { every: 41 }, effect: { kind: 'status' as const, status: 500, body: 'html' as const } },
  { method: 'PUT', when: { every: 59 }, effect: { kind: 'reset' as const } },
  { method: 'REPORT', when: { every: 37 }, effect: { kind: 'status' as const, status: 502, body: 'html' as const } },
  { method: 'REPORT', when: { every: 43 }, effect: { kind: 'truncate' as const, bytes: 100 } },
]

/** An emulated Nextcloud that sends invitations: everybody can be invited, by the address at the source. */
export async function nextcloudEnd(users: readonly EndUser[], seed: number): Promise<GroupwareEnd> {
  const cloud = await startNextcloudProcess({
    seed,
    scheme: 'http',
    users: users.map(({ login, address }) => ({ id: login, email: address })),
    settings: { sendInvitations: 'yes' },
    limits: BUSY,
    faults: BAD_CLOUD,
  })
  const { port, pathname } = new URL(cloud.url)
  return {
    name: 'Nextcloud',
    port: Number(port),
    path: pathname,
    passwords: cloud.passwords,
    stored: (login) => standing(cloud, login),
    edit: (login, path, text) => cloud.user(login).write(path, text),
    remove: (login, path) => cloud.user(login).remove(path),
    noise: async () => ({
      mails: (await cloud.mails()).length,
      foreign: (await cloud.writes()).filter(({ by, user, home }) => by === 'scheduling' || user !== home).length,
    }),
    throttle: async () => {
      await cloud.faults.add({ method: 'PUT', when: { every: 2 }, times: 3, effect: { kind: 'throttle', retryAfter: 2 } })
      await cloud.faults.add({ method: 'PUT', when: { every: 3 }, times: 2, effect: { kind: 'throttle', status: 503, retryAfter: 2 } })
    },
    violations: () => cloud.violations(),
    faults: async () =>
      Object.entries((await cloud.stats()).faults)
        .map(([sort, count]) => `${count} x ${sort}`)
        .join(', '),
    stop: () => cloud.stop(),
  }
}

const standing = async (cloud: NextcloudProcess, login: string): Promise<readonly Stored[]> =>
  [...(await cloud.user(login).stored('calendars')), ...(await cloud.user(login).stored('addressbooks'))].map(({ path, text }) => ({
    path,
    text,
  }))
