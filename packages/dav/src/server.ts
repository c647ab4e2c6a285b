import type { Call } from '@offramp/core'
import type { DavClient } from './client.ts'
import type { Home } from './discover.ts'

export type ServerKind = 'nextcloud' | 'owncloud' | 'cyrus' | 'radicale' | 'sogo' | 'zimbra' | 'other'

/** What answers at the other end. */
export interface Server {
  readonly kind: ServerKind
  /** Numbers of its version, the first first; empty where it does not say. */
  readonly version: readonly number[]
  /** For people: `Nextcloud 33.0.2`. */
  readonly says: string
  /** Words of its DAV header. */
  readonly abilities: ReadonlySet<string>
  /** Path under which a Nextcloud is installed, without a slash at its end. */
  readonly webRoot: string
}

/** It sends and delivers invitations by itself when events are written (RFC 6638). */
export const schedules = ({ abilities }: Server): boolean => abilities.has('calendar-auto-schedule')

export const numbersOf = (version: string): readonly number[] =>
  (/\d+(\.\d+)*/.exec(version)?.[0] ?? '').split('.').filter(Boolean).map(Number)

const NAMED: readonly (readonly [RegExp, ServerKind, string])[] = [
  [/cyrus-http\/([\d.]+)/i, 'cyrus', 'Cyrus'],
  [/sogo/i, 'sogo', 'SOGo'],
  [/zimbra/i, 'zimbra', 'Zimbra'],
  [/radicale/i, 'radicale', 'Radicale'],
]

/** Recognises the server by its own headers, and a Nextcloud by its address and its status page. */
export async function recognise(client: DavClient, home: Home, call: Call): Promise<Server> {
  const answer = await client.send({ method: 'OPTIONS', href: home.path, asks: 'discover' }, call)
  const header = (name: string): string => answer.headers[name] ?? ''
  const abilities = new Set(
    header('dav')
      .split(',')
      .map((word) => word.trim().toLowerCase()),
  )
  const signature = ['server', 'x-powered-by', 'via'].map(header).join(' ')
  const [, webRoot] = /^(.*)\/remote\.php\/(?:dav|caldav|carddav)\//.exec(home.path) ?? []
  if (webRoot !== undefined) return nextcloud(client, { abilities, webRoot }, call)
  for (const [pattern, kind, name] of NAMED) {
    const found = pattern.exec(signature) ?? (kind === 'sogo' ? /^(?:.*)\/SOGo\/dav\//.exec(home.path) : null)
    if (found !== null)
      return { kind, version: numbersOf(found[1] ?? ''), says: [name, found[1]].filter(Boolean).join(' '), abilities, webRoot: '' }
  }
  // Radicale 3.1 calls itself by Python's own web server, and has its page at /.web.
  if (/^WSGIServer/.test(header('server')) && (await isRadicale(client, call))) {
    return { kind: 'radicale', version: [], says: 'Radicale', abilities, webRoot: '' }
  }
  const called = header('server').slice(0, 60)
  return {
    kind: 'other',
    version: [],
    says: called === '' ? 'a server that does not say its name' : `a server that calls itself ${called}`,
    abilities,
    webRoot: '',
  }
}

async function isRadicale(client: DavClient, call: Call): Promise<boolean> {
  const answer = await client.send({ method: 'GET', href: '/.web/', asks: 'discover' }, call).catch(() => undefined)
  return answer !== undefined && /radicale/i.test(await answer.text())
}

/** `status.php` needs no login: productname and version. */
async function nextcloud(client: DavClient, known: Pick<Server, 'abilities' | 'webRoot'>, call: Call): Promise<Server> {
  const answer = await client
    .send({ method: 'GET', href: `${known.webRoot}/status.php`, asks: 'discover' }, call)
    .catch((thrown: unknown) => {
      call.signal.throwIfAborted()
      void thrown
      return undefined
    })
  const status = answer === undefined ? {} : factsOf(await answer.text())
  const version = String(status['versionstring'] ?? status['version'] ?? '')
  const kind = /owncloud/i.test(String(status['productname'] ?? '')) ? 'owncloud' : 'nextcloud'
  const name = kind === 'owncloud' ? 'ownCloud' : 'Nextcloud'
  return { kind, version: numbersOf(version), says: `${name} ${version}`.trim(), ...known }
}

function factsOf(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? Object.fromEntries(Object.entries(value)) : {}
  } catch {
    return {}
  }
}
