import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { readAll, specimen } from '@offramp/conformance'
import { afterEach, expect, test } from 'vitest'
import { calendar, davEndpoint, faultOf, soon } from '../../../test/servers/dav-desk.ts'
import { objectName } from './names.ts'
import { REPAIRED } from './put-new.ts'
import type { DavSettings } from './settings.ts'

type Answer = { readonly status: number; readonly headers?: Record<string, string>; readonly body?: string } | 'cut'

const closing: (() => Promise<unknown> | undefined)[] = []
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

interface Asked {
  readonly method: string
  readonly path: string
  readonly authorization: string | undefined
}

const NAMES = 'xmlns:d="DAV:" xmlns:c="urn:ietf:params:xml:ns:caldav"'

const props = (path: string, inner: string): string =>
  `<d:response><d:href>${path}</d:href><d:propstat><d:prop>${inner}</d:prop><d:status>HTTP/1.1 200 OK</d:status></d:propstat></d:response>`

const multistatus = (...responses: readonly string[]): Answer => ({
  status: 207,
  headers: { 'content-type': 'application/xml' },
  body: `<?xml version="1.0"?><d:multistatus ${NAMES}>${responses.join('')}</d:multistatus>`,
})

/** A server that finds a home and lists one calendar, and else does what a case wants. */
function usual({ method, path }: Asked): Answer {
  if (method === 'OPTIONS') return { status: 200, headers: { dav: '1, calendar-access' } }
  if (method !== 'PROPFIND') return { status: 404 }
  if (path === '/p/') return multistatus(props('/p/', '<c:calendar-home-set><d:href>/h/</d:href></c:calendar-home-set>'))
  if (path === '/h/')
    return multistatus(props('/h/tasks/', `<d:resourcetype><d:collection/><c:calendar/></d:resourcetype><d:displayname>T</d:displayname>`))
  return multistatus(props(path, '<d:current-user-principal><d:href>/p/</d:href></d:current-user-principal>'))
}

async function serve(behaves: (asked: Asked) => Answer | undefined): Promise<{ url: string; asked: Asked[] }> {
  const asked: Asked[] = []
  const server = createServer((request: IncomingMessage, response: ServerResponse) => {
    request.resume()
    request.on('end', () => {
      const one = { method: request.method ?? '', path: request.url ?? '', authorization: request.headers.authorization }
      asked.push(one)
      const answer = behaves(one) ?? usual(one)
      if (answer === 'cut')
        return void response.writeHead(207, { 'content-type': 'application/xml' }).write('<d:multistatus', () => request.socket.destroy())
      response.writeHead(answer.status, answer.headers).end(answer.body ?? '')
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  closing.push(
    () =>
      new Promise<void>((resolve) => {
        server.closeAllConnections()
        server.close(() => resolve())
      }),
  )
  const address = server.address()
  return { url: `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}/`, asked }
}

const connect = (url: string, more: Partial<DavSettings> = {}) => {
  const endpoint = davEndpoint(url, more)
  closing.unshift(() => endpoint.close?.())
  return endpoint.connect('anna', 'task', soon())
}

const first = async <T>(all: AsyncIterable<T>): Promise<T | undefined> => {
  for await (const one of all) return one
  return undefined
}

const HOME = calendar('Tasks')
const place = { id: '/h/tasks/', name: 'T' }
const item = specimen('task', HOME, 1)

test('a redirect to another host is refused, and the password stays here', async () => {
  const elsewhere = await serve(() => undefined)
  const here = await serve(({ path }) =>
    path.startsWith('/.well-known') ? { status: 302, headers: { location: `${elsewhere.url}dav/` } } : undefined,
  )
  expect(await faultOf(connect(here.url))).toMatchObject({ reach: 'account', code: 'dav-redirected' })
  expect(elsewhere.asked).toEqual([])
})

test('a home at another host is not followed either', async () => {
  const elsewhere = await serve(() => undefined)
  const home = `<c:calendar-home-set><d:href>${elsewhere.url}h/</d:href></c:calendar-home-set>`
  const here = await serve(({ path }) => (path === '/p/' ? multistatus(props('/p/', home)) : undefined))
  expect(await faultOf(connect(here.url))).toMatchObject({ reach: 'account', code: 'dav-not-found' })
  expect(elsewhere.asked).toEqual([])
})

test('redirects in a circle end', async () => {
  const { url, asked } = await serve(({ path }) => ({ status: 301, headers: { location: path } }))
  expect(await faultOf(connect(url))).toMatchObject({ reach: 'account', code: 'dav-not-found' })
  expect(asked.length).toBeLessThan(20)
})

test('no DAV server at all is told in words', async () => {
  const page = { status: 200, headers: { 'content-type': 'text/html' }, body: '<html>It works</html>' }
  const { url } = await serve(() => page)
  expect(await faultOf(connect(url))).toMatchObject({
    reach: 'account',
    code: 'dav-not-found',
    remedy: expect.stringContaining('remote.php/dav'),
  })
})

test('a page with 200 is no confirmation of a write, and no content', async () => {
  const page = { status: 200, headers: { 'content-type': 'text/html' }, body: '<html>Please sign in</html>' }
  const { url } = await serve(({ method }) => (method === 'PUT' || method === 'GET' ? page : undefined))
  const destination = await connect(url)
  expect(await faultOf(destination.put(place, item, undefined, soon()))).toMatchObject({ reach: 'call', code: 'dav-not-stored' })
  expect(await faultOf(readAll(destination.read({ place: place.id, locator: 'a.ics', size: 1 }, soon())))).toMatchObject({
    reach: 'call',
  })
})

test('a write that the server confirms and does not show afterwards is unknown, and never arrived', async () => {
  const { url } = await serve(({ method }) => (method === 'PUT' ? { status: 201 } : method === 'REPORT' ? multistatus() : undefined))
  const destination = await connect(url)
  expect(await faultOf(destination.put(place, item, undefined, soon()))).toMatchObject({ reach: 'call', code: 'dav-vanished' })
  expect(await destination.putMany?.(place, [item, specimen('task', HOME, 2)], soon())).toMatchObject([
    { reach: 'call' },
    { reach: 'call' },
  ])
})

test('a listing that breaks off is a fault, and never a short listing', async () => {
  const { url } = await serve(({ method, path }) => (method === 'PROPFIND' && path === '/h/tasks/' ? 'cut' : undefined))
  const destination = await connect(url)
  expect(await faultOf(first(destination.walk({ place: place.id }, soon())))).toMatchObject({ reach: 'call' })
})

test('what stands there is written over only in the state in which it was seen', async () => {
  const body = Buffer.from(await readAll(item.body(soon())))
  const { url } = await serve(({ method }) => {
    if (method === 'GET') return { status: 200, headers: { etag: '"1"', 'content-type': 'text/calendar' }, body: body.toString() }
    if (method === 'PUT') return { status: 412 }
    return undefined
  })
  const destination = await connect(url)
  const hash = (await destination.hashOf?.(item.body(soon()))) ?? ''
  const over = { place: place.id, locator: objectName(item.naturalKey, 'task'), size: 1, hash, memo: 'x' }
  const changed = specimen('task', HOME, 2, { naturalKey: item.naturalKey })
  expect(await destination.put(place, changed, over, soon())).toMatchObject({ kept: 'changed' })
})

test('a server that stores something else than it was given, and gives no ETag, is noticed', async () => {
  const stored = (body: string) => async () => {
    const path = `${place.id}${objectName(item.naturalKey, 'task')}`
    const { url } = await serve(({ method }) => {
      if (method === 'PUT') return { status: 201 }
      if (method === 'GET') return { status: 200, headers: { etag: '"1"', 'content-type': 'text/calendar' }, body }
      const size = `<d:getetag>"1"</d:getetag><d:getcontentlength>${body.length}</d:getcontentlength>`
      return method === 'REPORT' ? multistatus(props(path, size)) : undefined
    })
    const answer = await (await connect(url)).put(place, item, undefined, soon())
    return 'kept' in answer ? answer.kept : answer.losses
  }
  const whole = Buffer.from(await readAll(item.body(soon()))).toString()
  expect(await stored(whole.replace('PRODID:', 'PRODID:x').replace('END:VTODO\r\n', 'SEQUENCE:0\r\nEND:VTODO\r\n'))()).toBeUndefined()
  expect(await stored(whole.replace('SUMMARY:Specimen 1', 'SUMMARY:Specimen'))()).toEqual([REPAIRED])
})

test('what a server without ETags has stored is asked for in one request for all of a batch', async () => {
  const items = [1, 2, 3].map((nth) => specimen('task', HOME, nth))
  const bodies = await Promise.all(items.map(async (one) => Buffer.from(await readAll(one.body(soon()))).toString()))
  const shown = items.map(({ naturalKey }, nth) => {
    const text = nth === 2 ? (bodies[nth] ?? '').replace('SUMMARY:Specimen 3', 'SUMMARY:Specimen') : bodies[nth]
    const facts = `<d:getetag>"${nth}"</d:getetag><d:getcontentlength>${text?.length}</d:getcontentlength>`
    return props(`${place.id}${objectName(naturalKey, 'task')}`, `${facts}<c:calendar-data><![CDATA[${text}]]></c:calendar-data>`)
  })
  const { url, asked } = await serve(({ method, path }) => {
    if (method === 'PUT') return { status: 201 }
    if (method === 'REPORT') return multistatus(...shown)
    if (method !== 'GET') return undefined
    const nth = items.findIndex(({ naturalKey }) => path.endsWith(objectName(naturalKey, 'task')))
    return {
      status: 200,
      headers: { 'content-type': 'text/calendar' },
      body: bodies[nth]?.replace('SUMMARY:Specimen 3', 'SUMMARY:Specimen') ?? '',
    }
  })
  const receipts = await (await connect(url)).putMany?.(place, items, soon())
  expect(receipts?.map((one) => 'losses' in one && one.losses)).toEqual([false, false, [REPAIRED]])
  expect(asked.filter(({ method }) => method === 'REPORT')).toHaveLength(1)
  // Only that which is not what was sent is looked at alone.
  expect(asked.filter(({ method }) => method === 'GET')).toHaveLength(1)
})

test('a secret is not looked up for each request, and at once when the one before is refused', async () => {
  let [secret, looked] = ['old', 0]
  const { url, asked } = await serve(({ authorization }) =>
    authorization === `Basic ${Buffer.from(`anna:${secret}`).toString('base64')}` ? undefined : { status: 401 },
  )
  const look = async (): Promise<string> => {
    looked++
    return secret
  }
  const auth = { kind: 'password' as const, secret: look }
  const destination = await connect(url, { auth })
  expect([looked, asked.length]).toEqual([1, 3])
  secret = 'new'
  expect(await first(destination.walk({ place: place.id }, soon()))).toBeUndefined()
  expect(looked).toBe(2)
  const before = asked.length
  const wrong = connect(url, { auth: { ...auth, secret: async () => 'wrong' } })
  expect(await faultOf(wrong)).toMatchObject({ reach: 'account' })
  // The same secret again is not tried again: servers lock accounts for that.
  expect(asked.length - before).toBe(1)
})
