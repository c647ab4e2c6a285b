import type { Call } from '@offramp/core'
import type { WebDAVClient } from 'webdav'
import type { DavClient, DavRequest } from '../client.ts'
import { DavRefusal } from '../faults.ts'

/** Bytes of an answer that the generic client is handed: it holds all of it. */
const MOST_BYTES = 8 * 1024 * 1024

type Method = DavRequest['method']
const READS: readonly Method[] = ['PROPFIND', 'OPTIONS', 'GET', 'HEAD']

/** The request that is on its way, by the address that only it has. The package has one `fetch` for all of its clients. */
const ways = new Map<string, (url: URL, init: RequestInit) => Promise<Response>>()

let isPatched = false

/** Loaded where it is used: a worker needs none of it. */
async function load(): Promise<typeof import('webdav')> {
  const webdav = await import('webdav')
  if (isPatched) return webdav
  isPatched = true
  webdav.getPatcher().patch('fetch', async (...given: unknown[]) => {
    const [address, init] = given
    const url = new URL(String(address))
    const way = ways.get(url.host)
    if (way === undefined) throw new Error('No request leaves by this way.')
    return way(url, typeof init === 'object' && init !== null ? init : {})
  })
  return webdav
}

let count = 0

/**
 * The npm package `webdav`, a client that we have not written, on our own wire: for a second opinion on what a plain server is and shows. It only
 * reads. For writing it does not serve: it announces no length for streams, sends one on MOVE, and hands a consumed stream to its second try. It never
 * sees the password, follows no redirect, and is given no answer that is longer than some megabytes.
 */
export async function genericClient(
  client: DavClient,
  root: string,
  call: Call,
): Promise<{ readonly webdav: WebDAVClient; close(): void }> {
  const { createClient } = await load()
  const host = `offramp-${count++}.invalid`
  ways.set(host, (url, init) => pass(client, url, init, call))
  return { webdav: createClient(`http://${host}${root}`), close: () => void ways.delete(host) }
}

async function pass(client: DavClient, url: URL, init: RequestInit, call: Call): Promise<Response> {
  const method = READS.find((one) => one === init.method)
  if (method === undefined) throw new Error(`${init.method ?? 'A request'} is not for this client.`)
  const headers = Object.fromEntries([...new Headers(init.headers)].filter(([name]) => ['depth', 'content-type', 'accept'].includes(name)))
  const body = typeof init.body === 'string' ? { body: init.body } : {}
  try {
    const answer = await client.send(
      { method, href: url.pathname, asks: 'discover', headers, maxBytes: MOST_BYTES, any: true, ...body },
      call,
    )
    return new Response(await answer.text(), { status: answer.status, headers: answer.headers })
  } catch (thrown) {
    if (thrown instanceof DavRefusal && thrown.reach !== 'account') return new Response('', { status: thrown.said.status })
    throw thrown
  }
}
