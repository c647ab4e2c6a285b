import { type Call, Fault } from '@offramp/core'
import type { DavClient } from './client.ts'
import { isRefusal } from './faults.ts'
import { type DavResponse, hrefIn, hrefsIn } from './multistatus.ts'
import { ask, writeXml } from './write-xml.ts'

/** Which of the two protocols. */
export type Way = 'caldav' | 'carddav'

/** Where one account is at home on a server. */
export interface Home {
  readonly way: Way
  /** Path of the collection that holds calendars or address books. */
  readonly path: string
  readonly principal: string
  /** Under which addresses it is invited, mail addresses first: `mailto:anna@example.org`. */
  readonly addresses: readonly string[]
  /** Where invitations arrive. Absent: the server does not deliver any. */
  readonly inbox: string | undefined
  readonly defaultCollection: string | undefined
}

/**
 * Where servers have their DAV root when `/.well-known` does not say so: Nextcloud without its web server's rule answers 404 there. In order:
 * Nextcloud and ownCloud, SOGo, Zimbra and Cyrus, SabreDAV's Baikal, Radicale.
 */
const USUAL = ['/remote.php/dav/', '/SOGo/dav/', '/dav/', '/dav.php/', '/'] as const

const MOST_REDIRECTS = 5

/** Statuses and faults that say "not here", and nothing else. */
const isElsewhere = (thrown: unknown): boolean =>
  isRefusal(thrown, 400, 403, 404, 405, 410, 415, 501) ||
  (thrown instanceof Fault && /^(dav-no-multistatus|dav-bad-xml|dav-bad-multistatus|http-wrong-content|http-too-long)$/.test(thrown.code))

/** One address's properties. Redirects are followed within the host; the password never goes to another one. */
export async function lookAt(client: DavClient, path: string, names: readonly string[], call: Call): Promise<DavResponse | undefined> {
  let href = path
  for (let hops = 0; ; hops++) {
    try {
      let found: DavResponse | undefined
      const body = writeXml('D:propfind', ask(...names))
      await client.multistatus({ method: 'PROPFIND', href, body, asks: 'discover' }, (response) => (found ??= response), call)
      return found
    } catch (thrown) {
      if (!isRefusal(thrown, 301, 302, 303, 307, 308)) throw thrown
      const next = client.pathOf(new URL(thrown.said.href ?? '', client.urlOf(href)).href)
      if (next === undefined) throw elsewhere(client)
      if (hops >= MOST_REDIRECTS) throw lost(client)
      href = next
    }
  }
}

async function principalOf(client: DavClient, path: string, call: Call): Promise<string | undefined> {
  try {
    const found = await lookAt(client, path, ['D:current-user-principal', 'D:principal-URL'], call)
    const href = found && (hrefIn(found, 'D:current-user-principal') ?? hrefIn(found, 'D:principal-URL'))
    return href === undefined ? undefined : client.pathOf(href)
  } catch (thrown) {
    if (isElsewhere(thrown)) return undefined
    throw thrown
  }
}

/** In the order in which they are asked; each once. */
function* roots(base: URL, way: Way): Generator<string> {
  const own = base.pathname
  if (own !== '/') yield own.endsWith('/') ? own : `${own}/`
  yield `/.well-known/${way}`
  const below = own === '/' ? '' : own.replace(/\/$/, '')
  for (const path of USUAL) yield below + path
  if (below !== '') yield* USUAL
}

const HOME: Readonly<Record<Way, string>> = { caldav: 'C:calendar-home-set', carddav: 'CR:addressbook-home-set' }

/** Finds the account's calendars or address books from the server's address alone. */
export async function discover(client: DavClient, base: URL, way: Way, call: Call): Promise<Home> {
  const asked = new Set<string>()
  for (const root of roots(base, way)) {
    if (asked.has(root)) continue
    asked.add(root)
    const principal = await principalOf(client, root, call)
    if (principal === undefined) continue
    const home = await homeOf(client, principal, way, call)
    if (home !== undefined) return home
  }
  throw lost(client)
}

async function homeOf(client: DavClient, principal: string, way: Way, call: Call): Promise<Home | undefined> {
  const names = [
    HOME[way],
    'C:calendar-user-address-set',
    'C:schedule-inbox-URL',
    'CR:principal-address',
    'C:schedule-default-calendar-URL',
  ]
  const found = await lookAt(client, principal, names, call).catch((thrown: unknown) => {
    if (isElsewhere(thrown)) return undefined
    throw thrown
  })
  const path = found && client.pathOf(hrefIn(found, HOME[way]) ?? '\0')
  if (found === undefined || path === undefined || hrefIn(found, HOME[way]) === undefined) return undefined
  const addresses = hrefsIn(found, 'C:calendar-user-address-set')
  const inbox = way === 'caldav' ? inHost(client, hrefIn(found, 'C:schedule-inbox-URL')) : undefined
  return {
    way,
    path: folder(path),
    principal,
    addresses: [...addresses.filter(isMail), ...addresses.filter((address) => !isMail(address))],
    inbox,
    defaultCollection: await defaultOf(client, { way, path: folder(path), inbox }, call),
  }
}

const isMail = (address: string): boolean => /^mailto:/i.test(address)

const folder = (path: string): string => (path.endsWith('/') ? path : `${path}/`)

const inHost = (client: DavClient, href: string | undefined): string | undefined => (href === undefined ? undefined : client.pathOf(href))

/** RFC 6638 keeps it at the inbox; the other at the home (calendarserver's carddav). */
async function defaultOf(client: DavClient, home: Pick<Home, 'way' | 'path' | 'inbox'>, call: Call): Promise<string | undefined> {
  const at = home.way === 'caldav' ? home.inbox : home.path
  const name = home.way === 'caldav' ? 'C:schedule-default-calendar-URL' : 'CR:default-addressbook-URL'
  if (at === undefined) return undefined
  const found = await lookAt(client, at, [name], call).catch((thrown: unknown) => {
    if (isElsewhere(thrown)) return undefined
    throw thrown
  })
  const path = inHost(client, found && hrefIn(found, name))
  return path === undefined ? undefined : folder(path)
}

const lost = (client: DavClient): Fault =>
  new Fault({
    reach: 'account',
    code: 'dav-not-found',
    message: `No calendars or address books were found at ${client.host} for ${client.account}.`,
    remedy:
      'Write the path of its DAV root into `url` (Nextcloud: https://host/remote.php/dav; SOGo: https://host/SOGo/dav), and check that the account may use them.',
  })

const elsewhere = (client: DavClient): Fault =>
  new Fault({
    reach: 'account',
    code: 'dav-redirected',
    message: `${client.host} sends us to another host for the calendars of ${client.account}. The password was not sent there.`,
    remedy: 'If that host is yours, write its address as `url` of this destination.',
  })
