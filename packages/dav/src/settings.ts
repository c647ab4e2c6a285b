import { Fault } from '@offramp/core'
import type { Choices } from '@offramp/formats'

/** How accounts are opened. Secrets are looked up when they are needed and never kept with the settings. */
export type DavAuth =
  /** Each account's own password, or better an app password: Nextcloud answers those six times as fast. */
  | { readonly kind: 'password'; readonly secret: (account: string) => Promise<string> }
  /** The same by RFC 7616, where the server asks for it: the password itself does not travel. */
  | { readonly kind: 'digest'; readonly secret: (account: string) => Promise<string> }
  /** A Cyrus proxy or admin (`proxyservers`, `admins`), who acts for each account by the header `Authorize-As`. */
  | { readonly kind: 'proxy'; readonly user: string; readonly secret: () => Promise<string> }
  /** `Authorization: Bearer`: OIDC, or a Nextcloud app password. Asked before each request, since tokens are short-lived. */
  | { readonly kind: 'bearer'; readonly token: (account: string) => Promise<string> }

export interface DavTimeouts {
  /** Milliseconds until an answer must have begun. Default 60,000. */
  readonly head?: number
  /** Milliseconds for a whole exchange. Default 300,000. */
  readonly total?: number
}

export interface SilenceSettings {
  /**
   * `auto`: the method that the server is known for, proved by a canary; it leaves nothing behind in events. `client-agent`: every guest of every
   * event is marked SCHEDULE-AGENT=CLIENT. That works on servers of RFC 6638 which have no other method, and it stays in the events: changes
   * that people make to them later mail nobody either, until their program removes the mark. Default `auto`.
   */
  readonly method?: 'auto' | 'client-agent'
  /**
   * A mail address that you can read and nobody minds. With it, the canary is also written once *without* the method, to see that the check can
   * fail; that sends one invitation to this address. Needed for servers that Offramp does not know. Absent: an address under `.invalid`,
   * and no counter-check.
   */
  readonly sink?: string
}

/** What it takes to reach a server. */
export interface HostSettings {
  readonly name: string
  /** `https://cloud.example.org`, or the path of the DAV root where it is not found from there. */
  readonly url: string
  /** PEM of an authority to trust beside the public ones. */
  readonly ca?: string
  /** `http://proxy:3128`. */
  readonly proxy?: string
  readonly auth: DavAuth
  readonly timeouts?: DavTimeouts
  /** Requests to this host in flight at once, by all workers together. Default 16. */
  readonly connections?: number
  /** Requests of one account in flight at once. Default 4. */
  readonly connectionsPerAccount?: number
}

export interface DavSettings extends HostSettings {
  readonly silence?: SilenceSettings
  /** Bytes of one event, task or card, where the server does not announce its limit. */
  readonly sizeLimit?: number
  /**
   * Where attachments go that do not fit into their event: a folder of the account's own files over WebDAV. `{account}` stands for the login. On
   * Nextcloud known by itself (`Calendar attachments`). Absent elsewhere: they are left out, and listed as a loss.
   */
  readonly fileSpace?: string
  readonly choices?: Choices
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: exactly these must not get into a header
const CONTROL = /[\u0000-\u001f\u007f]/

/** A line end in a login or password would end the header that it stands in: refused before anything is sent. */
export function refuseControlCharacters(what: string, value: string): void {
  if (value !== '' && !CONTROL.test(value)) return
  const why = value === '' ? 'is empty' : 'contains a control character (a line end, a tab or NUL)'
  throw new Fault({
    reach: 'account',
    code: 'dav-bad-login',
    message: `The ${what} ${why}; it was not sent.`,
    remedy: `Correct the ${what} in the mapping or in the secret; a line end at the end of a secret file is the usual cause.`,
  })
}

/** The address as a URL; a broken one stops the run. */
export function baseOf({ url, name }: Pick<HostSettings, 'url' | 'name'>): URL {
  const base = URL.parse(url)
  if (base !== null && /^https?:$/.test(base.protocol) && base.username === '' && base.password === '') return base
  throw new Fault({
    reach: 'run',
    code: 'dav-bad-url',
    message: `The url of ${name} is no address of a server, or holds a login.`,
    remedy: 'Write it as https://cloud.example.org, and logins into the table of mappings.',
  })
}

/** Said in every report while it is so. */
export function cautionOf(settings: DavSettings): string | undefined {
  const said: string[] = []
  const url = URL.parse(settings.url)
  if (url?.protocol === 'http:')
    said.push(`Calendars, contacts and passwords travel to ${url.host} unencrypted, because its address begins with http:.`)
  if (settings.silence?.method === 'client-agent')
    said.push('Every guest is marked SCHEDULE-AGENT=CLIENT, so that changes which people make to moved events later notify nobody.')
  return said.length === 0 ? undefined : said.join(' ')
}
