import { randomBytes } from 'node:crypto'
import { type Call, type Clock, Fault } from '@offramp/core'
import type { DavClient } from '../client.ts'
import { lookAt } from '../discover.ts'
import { isRefusal } from '../faults.ts'
import { textOf } from '../multistatus.ts'
import { ask, writeXml } from '../write-xml.ts'
import type { DateWay } from './desk.ts'
import { FOLDER_BYTES } from './limits.ts'

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

/** Seconds since the Unix epoch, and what makes it one's own. */
const PROBE = /\/\.offramp-probe-([0-9a-f]{8})[0-9a-f]{12}\.tmp$/

/** Seconds after which the process that has written a probe has died over it: it takes half a dozen requests. */
const OLD_SECONDS = 20

interface At {
  readonly client: DavClient
  readonly root: string
  readonly clock: Clock
}

const secondsNow = (clock: Clock): number => Math.floor(clock.now() / 1000)

/** Writes an empty file of our own, looks what became of it, and removes it, with those of processes that died over it. Each server once in a process. */
export async function probe({ client, root, clock }: At, call: Call): Promise<Plain> {
  const options = await client.send({ method: 'OPTIONS', href: root, asks: 'discover' }, call)
  const signature = (options.headers['server'] ?? '').slice(0, 60)
  const since = secondsNow(clock).toString(16).padStart(8, '0')
  const href = `${root}.offramp-probe-${since}${randomBytes(6).toString('hex')}.tmp`
  await removeOld({ client, root, clock }, call)
  try {
    // It may have been written also where nobody hears of it.
    await put(client, href, call)
    const dates = await dateWay(client, href, call)
    const caseless = await isThere(client, root + href.slice(root.length).toUpperCase(), call)
    return { signature, dates, caseless, direct: WHOLE.test(signature) && (await refusesSecond(client, href, call)) }
  } finally {
    // Also where it was stopped meanwhile: nothing of it may stay.
    const last = call.signal.aborted ? { signal: AbortSignal.timeout(5_000) } : call
    await client.send({ method: 'DELETE', href, asks: 'remove' }, last).catch(() => undefined)
  }
}

async function removeOld({ client, root, clock }: At, call: Call): Promise<void> {
  const old: string[] = []
  const body = writeXml('D:propfind', ask('D:resourcetype'))
  await client.multistatus(
    { method: 'PROPFIND', href: root, depth: '1', body, asks: 'look', maxBytes: FOLDER_BYTES },
    ({ href }) => {
      const since = PROBE.exec(client.pathOf(href) ?? '')?.[1]
      if (since !== undefined && Number.parseInt(since, 16) < secondsNow(clock) - OLD_SECONDS) old.push(client.pathOf(href) ?? '')
    },
    call,
  )
  for (const href of old)
    await client.send({ method: 'DELETE', href, asks: 'remove' }, call).catch((thrown: unknown) => {
      if (!isRefusal(thrown) || thrown.reach === 'account') throw thrown
    })
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
  if (found === undefined)
    throw new Fault({
      reach: 'call',
      code: 'dav-probe-gone',
      message: `A file that was written to ${client.host} a moment ago (${client.account}) is gone. It is tried again.`,
    })
  return Date.parse(textOf(found, 'D:getlastmodified') ?? '') === SECONDS * 1000
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
