import type { Seen } from '@offramp/conformance'

/** Plain HTTP with a pair of eyes: nothing of the connector, and no XML reader either. */
export interface RawDav {
  send(
    method: string,
    path: string,
    options?: RawOptions,
  ): Promise<{ readonly status: number; readonly text: string; readonly headers: Headers }>
  put(path: string, body: Uint8Array | string, headers?: Readonly<Record<string, string>>): Promise<void>
  move(from: string, to: string): Promise<void>
  remove(path: string): Promise<void>
  /** First visit, on which some servers make the account's home. */
  meet(home: string): Promise<void>
  /** Path of the account's calendars or address books, found as RFC 6764 says. */
  home(way: 'caldav' | 'carddav'): Promise<string>
  /** Collections below a path: their addresses and names. */
  collections(home: string): Promise<readonly { readonly path: string; readonly name: string }[]>
  /** Names of the objects in a collection. */
  objects(path: string): Promise<readonly string[]>
  /** Every object of every collection but those that the server makes by itself, with its text. */
  peek(home: string): Promise<readonly Seen[]>
}

/** What a Nextcloud makes by itself: cards of all accounts and of whom one has written to, and birthdays (seen with 32.0.1). */
const GENERATED = /\/(?:z-server-generated--|z-app-generated--|contact_birthdays\/)/

interface RawOptions {
  readonly body?: Uint8Array | string
  readonly headers?: Readonly<Record<string, string>>
}

const ENTITIES: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" }

const unescaped = (text: string): string =>
  text
    .replace(/<!\[CDATA\[([\s\S]*?)\]\]>/g, (_, inner: string) => inner.replaceAll('&', '&amp;'))
    .replace(/&#x?([0-9a-f]+);/gi, (whole, digits: string) => String.fromCodePoint(Number.parseInt(digits, whole.includes('x') ? 16 : 10)))
    .replace(/&(\w+);/g, (whole, name: string) => ENTITIES[name] ?? whole)

const LIST = '<?xml version="1.0"?><d:propfind xmlns:d="DAV:"><d:prop><d:displayname/><d:resourcetype/><d:getetag/></d:prop></d:propfind>'

const partsOf = (xml: string): readonly string[] =>
  [...xml.matchAll(/<(?:\w+:)?response[ >][\s\S]*?<\/(?:\w+:)?response>/g)].map(([part]) => part)

const inner = (part: string, name: string): string =>
  new RegExp(`<(?:\\w+:)?${name}[^>]*>([\\s\\S]*?)</(?:\\w+:)?${name}>`).exec(part)?.[1] ?? ''

export function rawDav({ url, user, pass }: { readonly url: string; readonly user: string; readonly pass: string }): RawDav {
  const authorization = `Basic ${Buffer.from(`${user}:${pass}`).toString('base64')}`
  const send: RawDav['send'] = async (method, path, { body, headers } = {}) => {
    const sent = typeof body === 'object' ? Buffer.from(body) : body
    const answer = await fetch(new URL(path, url), {
      method,
      redirect: 'manual',
      // One connection for each: a server that has just closed an idle one would fail a request that says nothing of it.
      headers: { authorization, connection: 'close', ...headers },
      ...(sent === undefined ? {} : { body: sent }),
    })
    return { status: answer.status, text: await answer.text(), headers: answer.headers }
  }
  const must: RawDav['send'] = async (method, path, options) => {
    const answer = await send(method, path, options)
    if (answer.status > 299) throw new Error(`${method} ${path}: ${answer.status} ${answer.text}`)
    return answer
  }
  const list = async (path: string): Promise<readonly string[]> => {
    const headers = { 'content-type': 'application/xml', depth: '1' }
    return partsOf((await must('PROPFIND', path, { body: LIST, headers })).text)
  }
  const pathIn = (part: string): string => new URL(unescaped(inner(part, 'href')).trim(), url).pathname
  const collections: RawDav['collections'] = async (home) =>
    (await list(home))
      .filter((part) => /<(?:\w+:)?(calendar|addressbook)(?:\s[^>]*)?\/>/.test(part))
      .map((part) => ({ path: pathIn(part), name: unescaped(inner(part, 'displayname')) }))
  const objects: RawDav['objects'] = async (path) =>
    (await list(path))
      .filter((part) => !/<(?:\w+:)?collection\s*\/>/.test(part))
      .map((part) => decodeURIComponent(pathIn(part).split('/').at(-1) ?? ''))
  const hrefIn = async (path: string, name: string): Promise<string | undefined> => {
    const body = `<?xml version="1.0"?><d:propfind xmlns:d="DAV:" xmlns:c="urn:ietf:params:xml:ns:caldav" xmlns:r="urn:ietf:params:xml:ns:carddav"><d:prop><${name}/></d:prop></d:propfind>`
    const { status, text, headers } = await send('PROPFIND', path, { body, headers: { 'content-type': 'application/xml', depth: '0' } })
    const onward = status > 300 && status < 400 ? headers.get('location') : null
    if (onward !== null) return hrefIn(new URL(onward, new URL(path, url)).pathname, name)
    const href = status === 207 ? unescaped(inner(inner(text, name.slice(2)), 'href')).trim() : ''
    return href === '' ? undefined : new URL(href, url).pathname
  }
  const home: RawDav['home'] = async (way) => {
    for (const root of [new URL(url).pathname, `/.well-known/${way}`, '/remote.php/dav/']) {
      const principal = await hrefIn(root, 'd:current-user-principal')
      const found = principal && (await hrefIn(principal, way === 'caldav' ? 'c:calendar-home-set' : 'r:addressbook-home-set'))
      if (found) return found
    }
    throw new Error(`No home was found at ${url}.`)
  }
  return {
    send,
    home,
    async put(path, body, headers = {}) {
      const type = path.endsWith('.vcf') ? 'text/vcard' : 'text/calendar'
      await must('PUT', path, { body, headers: { 'content-type': `${type}; charset=utf-8`, ...headers } })
    },
    move: async (from, to) => void (await must('MOVE', from, { headers: { destination: new URL(to, url).href, overwrite: 'F' } })),
    remove: async (path) => void (await must('DELETE', path)),
    meet: async (home) => void (await send('PROPFIND', home, { body: LIST, headers: { 'content-type': 'application/xml', depth: '0' } })),
    collections,
    objects,
    async peek(home) {
      const seen: Seen[] = []
      for (const { path, name } of await collections(home)) {
        if (GENERATED.test(path)) continue
        for (const locator of await objects(path)) {
          const { text, status } = await send('GET', path + encodeURIComponent(locator))
          if (status === 200) seen.push({ place: name, locator, body: Buffer.from(text, 'utf8'), traits: {} })
        }
      }
      return seen
    },
  }
}
