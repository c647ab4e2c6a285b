import { randomBytes } from 'node:crypto'
import type { Call } from '@offramp/core'
import type { DavClient } from '../client.ts'
import { lookAt } from '../discover.ts'
import { isRefusal } from '../faults.ts'
import { textOf } from '../multistatus.ts'
import { writeXml } from '../write-xml.ts'
import type { DateWay } from './desk.ts'

/** What a plain WebDAV server can do, which no interface tells. */
export interface Plain {
  readonly direct: boolean
  readonly dates: DateWay
  /** Names that differ only in case are one to it. */
  readonly caseless: boolean
  /** What it calls itself. */
  readonly signature: string
}

/** 2001-09-09 01:46:40 UTC: no server says so by chance. */
const SECONDS = 1_000_000_000

/** They write beside the file and rename it: nobody ever sees half of one (mod_dav_fs 2.4, nginx, and what is built on SabreDAV keep to it). */
const WHOLE = /^(apache|nginx|lighttpd)/i

/** Writes an empty file of our own, looks what became of it, and removes it. Each server once in a process. */
export async function probe(client: DavClient, root: string, call: Call): Promise<Plain> {
  const options = await client.send({ method: 'OPTIONS', href: root, asks: 'discover' }, call)
  const signature = (options.headers['server'] ?? '').slice(0, 60)
  const href = `${root}.offramp-${randomBytes(10).toString('hex')}.tmp`
  await put(client, href, call)
  try {
    const dates = await dateWay(client, href, call)
    const caseless = await isThere(client, root + href.slice(root.length).toUpperCase(), call)
    return { signature, dates, caseless, direct: WHOLE.test(signature) && (await refusesSecond(client, href, call)) }
  } finally {
    // Also where it was stopped meanwhile: nothing of it may stay.
    const last = call.signal.aborted ? { signal: AbortSignal.timeout(5_000) } : call
    await client.send({ method: 'DELETE', href, asks: 'remove' }, last).catch(() => undefined)
  }
}

const put = (client: DavClient, href: string, call: Call): Promise<unknown> =>
  client.send(
    {
      method: 'PUT',
      href,
      asks: 'upload',
      body: new Uint8Array(),
      headers: { 'content-length': '0', 'if-none-match': '*', 'x-oc-mtime': String(SECONDS) },
    },
    call,
  )

const isThere = async (client: DavClient, href: string, call: Call): Promise<boolean> => {
  try {
    return (await lookAt(client, href, ['D:resourcetype'], call)) !== undefined
  } catch (thrown) {
    if (isRefusal(thrown, 404, 410)) return false
    throw thrown
  }
}

const refusesSecond = (client: DavClient, href: string, call: Call): Promise<boolean> =>
  put(client, href, call).then(
    () => false,
    (thrown: unknown) => {
      if (isRefusal(thrown, 412)) return true
      throw thrown
    },
  )

async function isKept(client: DavClient, href: string, call: Call): Promise<boolean> {
  const found = await lookAt(client, href, ['D:getlastmodified'], call)
  return Date.parse((found && textOf(found, 'D:getlastmodified')) ?? '') === SECONDS * 1000
}

async function dateWay(client: DavClient, href: string, call: Call): Promise<DateWay> {
  if (await isKept(client, href, call)) return 'header'
  for (const way of ['D:lastmodified', 'D:getlastmodified'] as const) {
    await setDate(client, { href, way, ms: SECONDS * 1000 }, call).catch((thrown: unknown) => {
      if (!isRefusal(thrown) || thrown.reach === 'account') throw thrown
    })
    if (await isKept(client, href, call)) return way
  }
  return 'none'
}

/** PROPPATCH of the date. What the server makes of it is in the multistatus, which says little that can be relied on: look. */
export async function setDate(
  client: DavClient,
  { href, way, ms }: { readonly href: string; readonly way: 'D:lastmodified' | 'D:getlastmodified'; readonly ms: number },
  call: Call,
): Promise<void> {
  const text = way === 'D:lastmodified' ? String(Math.floor(ms / 1000)) : new Date(ms).toUTCString()
  const body = writeXml('D:propertyupdate', { 'D:set': { 'D:prop': { [way]: text } } })
  await client.send({ method: 'PROPPATCH', href, asks: 'date', body, headers: { 'content-type': 'application/xml; charset=utf-8' } }, call)
}
