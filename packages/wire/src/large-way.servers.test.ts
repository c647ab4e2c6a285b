import { createHash } from 'node:crypto'
import { createServer as createPlain, type RequestListener } from 'node:http'
import { createServer } from 'node:https'
import { type AddressInfo, createServer as createRaw } from 'node:net'
import { fastClock, MemoryGate } from '@offramp/conformance'
import { asFault, silentLog } from '@offramp/core'
import { makeAuthority } from '@offramp/emulators'
import { afterEach, expect, test } from 'vitest'
import { giveBack } from './lent.ts'
import type { WireRequest } from './request.ts'
import { makeWire, type WireOptions } from './wire.ts'

const closing: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
})

const BYTES = Buffer.from(Uint32Array.from({ length: 1_000_003 }, (_, n) => Math.imul(n, 0x9e37_79b1)).buffer)
const sha = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

async function secure(answer: RequestListener) {
  const authority = await makeAuthority()
  const now = Date.now()
  const { cert, key } = await authority.issue({ hosts: ['localhost'], notBefore: now - 60_000, notAfter: now + 3_600_000 })
  const server = createServer({ cert, key }, answer)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  closing.push(() => {
    server.closeAllConnections()
    server.close()
  })
  return { ca: authority.ca, url: `https://localhost:${(server.address() as AddressInfo).port}/` }
}

/** One answer to whatever comes, and then the end of the connection. */
async function raw(...answer: readonly (string | Uint8Array)[]) {
  const server = createRaw((socket) => {
    socket.on('error', () => undefined)
    socket.once('data', () => {
      for (const part of answer) socket.write(part)
      socket.end()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  closing.push(() => server.close())
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
}

function wireWith(options: Partial<WireOptions> = {}) {
  const clock = fastClock(50)
  const wire = makeWire({ gate: new MemoryGate(clock), log: silentLog, clock, userAgent: 'test', classify: () => undefined, ...options })
  closing.push(() => wire.close())
  return wire
}

const request = (url: string, more: Partial<WireRequest> = {}): WireRequest => ({
  method: 'GET',
  url,
  headers: { authorization: 'Bearer s3cret' },
  quota: { key: 'q' },
  weight: 1,
  about: 'a test',
  expects: 'bytes',
  reads: 'stream',
  maxBytes: 100_000_000,
  large: true,
  tries: 1,
  ...more,
})

const lending = (signal = new AbortController().signal) => ({ signal, lends: true as const })

const failure = async (work: () => Promise<unknown>) =>
  asFault(
    await work().then(
      () => new Error('It did not fail.'),
      (thrown: unknown) => thrown,
    ),
  )

const all: RequestListener = (_, response) => void response.writeHead(200, { 'content-length': BYTES.length }).end(BYTES)

test.each([
  ['gives back each part at once', 0],
  ['gives back what it has held for a while', 5],
])('a reader that %s reads what was sent, in few pieces of memory', async (_, held) => {
  const { ca, url } = await secure(all)
  const answer = await wireWith({ ca }).send(request(url), lending())
  const hash = createHash('sha256')
  const kept: Uint8Array[] = []
  const memories = new Set<ArrayBufferLike>()
  for await (const part of answer.body) {
    memories.add(part.buffer)
    kept.push(part)
    while (kept.length > held) {
      const first = kept.shift()
      if (first === undefined) break
      hash.update(first)
      giveBack(first)
      // A second time is nobody's.
      giveBack(first)
    }
  }
  for (const part of kept) hash.update(part)
  expect(hash.digest('hex')).toBe(sha(BYTES))
  expect(memories.size).toBeLessThan(held + 12)
})

test('who never gives back reads what was sent as well', async () => {
  const { ca, url } = await secure(all)
  const parts: Uint8Array[] = []
  for await (const part of (await wireWith({ ca }).send(request(url), lending())).body) parts.push(part)
  expect(sha(Buffer.concat(parts))).toBe(sha(BYTES))
})

test('who does not lend is lent nothing', async () => {
  const { ca, url } = await secure(all)
  const answer = await wireWith({ ca }).send(request(url), { signal: new AbortController().signal })
  const parts: Uint8Array[] = []
  for await (const part of answer.body) {
    parts.push(part)
    giveBack(part)
  }
  expect(sha(Buffer.concat(parts))).toBe(sha(BYTES))
})

test('what is read goes on as it came, and is given back once it has left', async () => {
  const { ca, url } = await secure(all)
  let came: Promise<string> | undefined
  const sink = await secure((asked, response) => {
    const hash = createHash('sha256')
    asked.on('data', (part: Buffer) => hash.update(part))
    came = new Promise((resolve) => asked.on('end', () => resolve(hash.digest('hex'))))
    asked.on('end', () => response.writeHead(201, { 'content-length': 0 }).end())
  })
  const [from, to] = [wireWith({ ca }), wireWith({ ca: sink.ca })]
  const memories = new Set<ArrayBufferLike>()
  const body = async function* () {
    for await (const part of (await from.send(request(url), lending())).body) {
      memories.add(part.buffer)
      yield part
    }
  }
  const put = request(sink.url, {
    method: 'PUT',
    body,
    headers: { 'content-length': String(BYTES.length) },
    expects: 'any',
    reads: 'whole',
  })
  expect((await to.send(put, lending())).status).toBe(201)
  expect(await came).toBe(sha(BYTES))
  expect(memories.size).toBeLessThan(12)
})

test('a certificate that nobody trusts ends it', async () => {
  const { url } = await secure(all)
  expect(await failure(() => wireWith().send(request(url), lending()))).toMatchObject({ code: 'http-untrusted' })
})

test.each([true, false])("a name that is nobody's ends it (large: %s)", async (large) => {
  const nobodys = request('https://nobody.invalid/', { large })
  expect((await failure(() => wireWith().send(nobodys, lending()))).code).toMatch(/^http-(no-such-host|connection)$/)
})

test('a redirect is followed, and takes no secret to another host', async () => {
  const seen: unknown[] = []
  const plain = createPlain((asked, response) => {
    seen.push([asked.url, asked.headers.authorization])
    if (asked.url === '/') response.writeHead(307, { location: `http://localhost:${port}/there` }).end()
    else response.writeHead(200, { 'content-length': 2 }).end('ok')
  })
  await new Promise<void>((resolve) => plain.listen(0, '127.0.0.1', resolve))
  closing.push(() => plain.close())
  const { port } = plain.address() as AddressInfo
  expect(await (await wireWith().send(request(`http://127.0.0.1:${port}/`), lending())).text()).toBe('ok')
  expect(seen).toEqual([
    ['/', 'Bearer s3cret'],
    ['/there', undefined],
  ])
})

test('a refusal is what it is on any connection', async () => {
  const { ca, url } = await secure((_, response) => void response.writeHead(503, { 'content-type': 'text/plain' }).end('busy'))
  expect(await failure(() => wireWith({ ca }).send(request(url), lending()))).toMatchObject({ code: 'http-503' })
})

test('what breaks off in the middle gives all that had come before, and then says so', async () => {
  const url = await raw('HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n', BYTES.subarray(0, 300_000))
  const answer = await wireWith().send(request(url), lending())
  let came = 0
  const read = async () => {
    for await (const part of answer.body) came += part.length
  }
  expect(await failure(read)).toMatchObject({ code: 'http-connection', connection: true })
  expect(came).toBe(300_000)
})

test('what is no HTTP is no answer', async () => {
  expect(await failure(async () => wireWith().send(request(await raw('220 mail.example ESMTP\r\n\r\n')), lending()))).toMatchObject({
    reach: 'call',
    code: 'http-connection',
  })
})

test('who stops in the middle hangs up', async () => {
  let isClosed: Promise<void> | undefined
  const { ca, url } = await secure((asked, response) => {
    isClosed = new Promise((resolve) => asked.socket.on('close', () => resolve()))
    response.writeHead(200, { 'content-length': 10 * BYTES.length })
    response.write(BYTES)
  })
  const stop = new AbortController()
  const answer = await wireWith({ ca }).send(request(url), lending(stop.signal))
  const read = async () => {
    for await (const part of answer.body) if (part.length > 0) stop.abort(new Error('enough'))
  }
  expect((await failure(read)).message).toBe('enough')
  await isClosed
})

test('a server that falls silent is not waited for longer than allowed', async () => {
  const { ca, url } = await secure((_, response) => {
    response.writeHead(200, { 'content-length': 1_000_000 })
    response.write(BYTES.subarray(0, 1_000))
  })
  const answer = await wireWith({ ca }).send(request(url, { idleTimeoutMs: 5_000 }), lending())
  expect(await failure(async () => Buffer.from(await answer.text()))).toMatchObject({ code: 'http-timeout' })
})

test('a reader that is slow holds the server back', async () => {
  let sent = 0
  const { ca, url } = await secure((_, response) => {
    response.writeHead(200, { 'content-length': 50 * BYTES.length })
    const go = (): void => {
      while (sent < 50 && response.write(BYTES)) sent++
      sent++
      if (sent < 50) response.once('drain', go)
    }
    go()
  })
  const answer = await wireWith({ ca }).send(request(url), lending())
  const reading = answer.body[Symbol.asyncIterator]()
  await reading.next()
  // Long enough for all of it to come if nobody held it back; what the system itself holds is a few megabytes.
  await new Promise((resolve) => setTimeout(resolve, 300))
  expect(sent).toBeLessThan(10)
  await reading.return?.()
})

test('an answer that comes before all has been sent ends the sending, and is none if it confirms', async () => {
  const { url } = { url: await raw('HTTP/1.1 413 Content Too Large\r\nContent-Length: 0\r\n\r\n') }
  const body = async function* () {
    for (let n = 0; n < 100; n++) yield BYTES.subarray(0, 500_000)
  }
  const put = (to: string) =>
    request(to, { method: 'PUT', body, headers: { 'content-length': '50000000' }, expects: 'any', reads: 'whole' })
  expect((await failure(() => wireWith().send(put(url), lending()))).code).toMatch(/^http-(413|connection)$/)
  const early = await raw('HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n')
  expect(await failure(() => wireWith().send(put(early), lending()))).toMatchObject({ reach: 'call', code: 'http-connection' })
})
