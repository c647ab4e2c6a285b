import { firstLogin, startCyrus } from '../servers/cyrus.ts'
import { startRadicale } from '../servers/radicale.ts'
import { rawDav } from '../servers/raw-dav.ts'
import type { Prepared } from './bare-writer.ts'

export type Sort = 'event' | 'contact'

/** A server with an account for each login. */
export interface Place {
  readonly name: string
  readonly url: string
  readonly passwords: Readonly<Record<string, string>>
  /** Path of what holds the account's collections. */
  home(login: string, sort: Sort): string
  pid(): number
  stop(): Promise<void>
}

export async function radicale(logins: readonly string[]): Promise<Place> {
  const server = await startRadicale({ users: Object.fromEntries(logins.map((login) => [login, 'secret'])) })
  return { name: 'Radicale', url: server.url, passwords: server.users, home: (login) => `/${login}/`, pid: server.pid, stop: server.stop }
}

/** Its logins are the names without a domain. */
export async function cyrus(logins: readonly string[]): Promise<Place> {
  const names = logins.map((login) => login.split('@')[0]?.replace('-', '') ?? '')
  const users = Object.fromEntries(names.map((name) => [name, 'secret']))
  const server = await startCyrus({ users, dav: {} })
  for (const name of names) await firstLogin(server, name)
  return {
    name: 'Cyrus',
    url: `http://127.0.0.1:${server.httpPort}/`,
    passwords: users,
    home: (login, sort) => `/dav/${sort === 'event' ? 'calendars' : 'addressbooks'}/user/${login}/`,
    pid: server.pid,
    stop: server.stop,
  }
}

/** Takes every collection away that may be. */
export async function sweep(place: Place, sort: Sort, all: readonly Pick<Prepared, 'login'>[]): Promise<void> {
  for (const { login } of all) {
    const raw = rawDav({ url: place.url, user: login, pass: place.passwords[login] ?? '' })
    for (const { path } of await raw.collections(place.home(login, sort))) await raw.send('DELETE', path)
  }
}
