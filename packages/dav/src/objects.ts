import type { Call, Receipt } from '@offramp/core'
import type { DavClient } from './client.ts'
import type { Desk } from './desk.ts'
import { MEDIA } from './desk.ts'
import { isRefusal } from './faults.ts'
import { memoOf } from './memo.ts'
import { type DavResponse, textOf } from './multistatus.ts'
import { notStored } from './not-stored.ts'
import { type Tree, writeXml } from './write-xml.ts'

/** An object as it stands. */
export interface Standing {
  readonly bytes: Uint8Array
  readonly etag: string | undefined
}

/** Address and facts of one object of a collection. */
export interface Listed {
  readonly name: string
  readonly etag: string | undefined
  /** Bytes, as the server counts them. */
  readonly size: number
}

/** Radicale 3.1 tells sizes in listings of a collection only, and not in a multiget. */
interface Seen extends Omit<Listed, 'size'> {
  readonly size: number | undefined
}

/** Nextcloud serves every card as 3.0 unless it is asked for 4.0 by name. */
const accept = ({ kind, settings }: Desk): string =>
  kind === 'contact' && settings.choices?.contacts?.version === '4.0' ? 'text/vcard; version=4.0' : (MEDIA[kind].split(';')[0] ?? '')

/** Undefined where there is nothing. */
export async function readObject(desk: Desk, path: string, call: Call): Promise<Standing | undefined> {
  try {
    const answer = await desk.client.send({ method: 'GET', href: path, asks: 'look', headers: { accept: accept(desk) } }, call)
    const parts: Uint8Array[] = []
    for await (const part of answer.body) parts.push(part)
    return { bytes: Buffer.concat(parts), etag: answer.headers['etag'] }
  } catch (thrown) {
    if (isRefusal(thrown, 404, 410)) return undefined
    throw thrown
  }
}

const decoded = (part: string): string => {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}

/** Last part of an address, as receipts have it. */
export const nameIn = (path: string): string => decoded(path.split('/').at(-1) ?? '')

export const pathTo = (place: string, name: string): string => place + encodeURIComponent(name).replaceAll('%40', '@')

function seenOf(client: DavClient, response: DavResponse): Seen | undefined {
  const path = client.pathOf(response.href)
  const size = textOf(response, 'D:getcontentlength')
  if (path === undefined || path.endsWith('/') || response.status === 404) return undefined
  return { name: nameIn(path), etag: textOf(response, 'D:getetag'), size: size === undefined || size === '' ? undefined : Number(size) }
}

export function listedOf(client: DavClient, response: DavResponse): Listed | undefined {
  const seen = seenOf(client, response)
  return seen && { ...seen, size: seen.size ?? 0 }
}

const FACTS: Tree = { 'D:getetag': '', 'D:getcontentlength': '' }

interface Multiget {
  readonly place: string
  readonly names: readonly string[]
  /** Given each object's text, where it is asked for. */
  readonly data?: (name: string, text: string) => void
}

async function report(desk: Desk, { place, names, data }: Multiget, call: Call): Promise<readonly Seen[]> {
  const isCard = desk.kind === 'contact'
  const content = isCard ? 'CR:address-data' : 'C:calendar-data'
  const prop: Tree = data === undefined ? FACTS : { ...FACTS, [content]: '' }
  const body = writeXml(isCard ? 'CR:addressbook-multiget' : 'C:calendar-multiget', {
    'D:prop': prop,
    'D:href': names.map((name) => pathTo(place, name)),
  })
  const found: Seen[] = []
  await desk.client.multistatus(
    { method: 'REPORT', href: place, body, asks: 'look' },
    (response) => {
      const seen = seenOf(desk.client, response)
      if (seen === undefined || response.props.size === 0) return
      const text = data === undefined ? '' : (response.props.get(content)?.text ?? '')
      // Radicale 3.1 serves exactly the bytes that its listings count.
      found.push(data === undefined ? seen : { ...seen, size: seen.size ?? Buffer.byteLength(text) })
      data?.(seen.name, text)
    },
    call,
  )
  return found
}

/** What stands in a collection under these names; those that are not there are left out. */
export async function multiget(desk: Desk, asked: Multiget, call: Call): Promise<readonly Listed[]> {
  const found = await report(desk, asked, call)
  if (asked.data !== undefined || found.every(({ size }) => size !== undefined))
    return found.map((seen) => ({ ...seen, size: seen.size ?? 0 }))
  // One more question tells the sizes of all.
  const told = await report(desk, { place: asked.place, names: found.map(({ name }) => name), data: () => {} }, call)
  const sizes = new Map(told.map(({ name, size }) => [name, size]))
  return found.map((seen) => ({ ...seen, size: seen.size ?? sizes.get(seen.name) ?? 0 }))
}

/** Addresses of objects of one UID in a collection. Servers that cannot search answer with nothing. */
export const withUidIn = (desk: Desk, place: string, uid: string, call: Call): Promise<readonly string[]> =>
  objectsWith(desk, { place, property: 'UID', text: uid }, call)

interface Sought {
  readonly place: string
  readonly property: string
  /** The whole value, or a part of it, as servers see fit. */
  readonly text: string
  /** Of events: only such as take place within it. Milliseconds since the Unix epoch. */
  readonly during?: { readonly from: number; readonly to: number } | undefined
}

const utc = (ms: number): string => new Date(ms).toISOString().replaceAll(/[-:]|\.\d+/g, '')

/** Addresses of objects with a property of this text. */
export async function objectsWith(desk: Desk, { place, property, text, during }: Sought, call: Call): Promise<readonly string[]> {
  const isCard = desk.kind === 'contact'
  const match = { '@collation': 'i;octet', '#text': text }
  const range: Tree = during === undefined ? {} : { 'C:time-range': { '@start': utc(during.from), '@end': utc(during.to) } }
  const component = desk.kind === 'task' ? 'VTODO' : 'VEVENT'
  const filter: Tree = isCard
    ? { 'CR:filter': { 'CR:prop-filter': { '@name': property, 'CR:text-match': match } } }
    : {
        'C:filter': {
          'C:comp-filter': {
            '@name': 'VCALENDAR',
            'C:comp-filter': { '@name': component, ...range, 'C:prop-filter': { '@name': property, 'C:text-match': match } },
          },
        },
      }
  const body = writeXml(isCard ? 'CR:addressbook-query' : 'C:calendar-query', { 'D:prop': FACTS, ...filter })
  const paths: string[] = []
  try {
    await desk.client.multistatus(
      { method: 'REPORT', href: place, depth: '1', body, asks: 'look' },
      ({ href, status }) => {
        const path = desk.client.pathOf(href)
        if (path !== undefined && !path.endsWith('/') && status !== 404) paths.push(path)
      },
      call,
    )
  } catch (thrown) {
    if (!isRefusal(thrown, 400, 403, 404, 405, 410, 415, 501)) throw thrown
  }
  return paths
}

export interface Written {
  readonly etag: string | undefined
  /** The server says that it has changed what it was given. */
  readonly repaired: boolean
}

interface Write {
  readonly path: string
  readonly bytes: Uint8Array
  /** The state that is written over; absent: there must be nothing. */
  readonly over?: string | undefined
}

/** One PUT, silent, and never over what nobody has looked at. */
export async function writeObject(desk: Desk, { path, bytes, over }: Write, call: Call): Promise<Written> {
  const answer = await desk.client.send(
    {
      method: 'PUT',
      href: path,
      body: bytes,
      asks: 'put',
      headers: {
        'content-type': MEDIA[desk.kind],
        prefer: 'handling=strict',
        ...(over === undefined ? { 'if-none-match': '*' } : { 'if-match': over }),
        ...desk.silence.headers,
      },
    },
    call,
  )
  // A page that says "200 OK" in HTML has stored nothing. Nextcloud calls the nothing that it answers with 201 and 204 HTML as well (PHP's default).
  const isPage = answer.status === 200 && /html/i.test(answer.headers['content-type'] ?? '')
  if (!/^(200|201|204)$/.test(String(answer.status)) || isPage) throw notStored(desk.client.host)
  return { etag: answer.headers['etag'], repaired: answer.headers['x-sabre-ew-gross'] !== undefined }
}

export function receiptOf(
  listed: Pick<Listed, 'name' | 'size'>,
  facts: { place: string; hash: string | undefined; etag: string | undefined },
): Receipt {
  const memo = memoOf(facts.etag)
  return {
    place: facts.place,
    locator: listed.name,
    size: listed.size,
    ...(facts.hash === undefined ? {} : { hash: facts.hash }),
    ...(memo === undefined ? {} : { memo }),
  }
}
