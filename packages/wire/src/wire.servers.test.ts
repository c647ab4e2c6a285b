import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { gzipSync } from 'node:zlib'
import { fastClock, MemoryGate } from '@offramp/conformance'
import { asFault, Fault, type Log } from '@offramp/core'
import { afterEach, expect, test } from 'vitest'
import type { WireRequest } from './request.ts'
import { tokenCache } from './token-cache.ts'
import { makeWire, type WireOptions } from './wire.ts'

type Answer = (request: IncomingMessage, response: ServerResponse, nth: number) => void

const open: { close(): Promise<void> }[] = []
afterEach(async () => {
  for (const each of open.splice(0)) await each.close()
})

async function serve(answer: Answer) {
  const seen: { readonly url: string; readonly headers: IncomingMessage['headers'] }[] = []
  const server = createServer((request, response) => {
    seen.push({ url: request.url ?? '', headers: request.headers })
    answer(request, response, seen.length)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  open.push({
    close: async () => {
      server.closeAllConnections()
      server.close()
    },
  })
  return { url: `http://127.0.0.1:${port}`, port, seen }
}

/** A wire on a clock that runs a hundred times as fast, with everything it logged. */
function lab(options: Partial<WireOptions> = {}) {
  const clock = fastClock(100)
  const gate = new MemoryGate(clock, { patienceMs: 20_000 })
  const lines: string[] = []
  const write = (fields: object, message: string) => void lines.push(JSON.stringify({ ...fields, message }))
  const log: Log = { debug: write, info: write, warn: write, error: write }
  const wire = makeWire({ gate, log, clock, userAgent: 'test', classify: () => undefined, ...options })
  open.push(wire)
  return { wire, gate, clock, lines, log }
}

const asking = (url: string, more: Partial<WireRequest> = {}): WireRequest => ({
  method: 'GET',
  url,
  quota: { key: 'q', concurrent: 1 },
  weight: 1,
  about: 'the mailbox of anna',
  expects: 'json',
  reads: 'whole',
  maxBytes: 100_000,
  ...more,
})

const call = () => ({ signal: new AbortController().signal })

const faultOf = async (promise: Promise<unknown>): Promise<Fault> => asFault(await promise.catch((thrown: unknown) => thrown))

const json = (response: ServerResponse, value: unknown, headers: Record<string, string> = {}) => {
  response.writeHead(200, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(value))
}

const inFlight = async (gate: MemoryGate): Promise<number> => (await gate.states())[0]?.inFlight ?? 0

test('a body is read whole, decompressed and parsed', async () => {
  const { url } = await serve((request, response) => {
    expect(request.headers['accept-encoding']).toBe('gzip')
    response.writeHead(200, { 'content-type': 'application/json;charset=utf-8', 'content-encoding': 'gzip' }).end(gzipSync('{"a":1}'))
  })
  const { wire, gate } = lab()
  expect(await (await wire.send(asking(url), call())).json()).toEqual({ a: 1 })
  expect(await inFlight(gate)).toBe(0)
})

test('a connection is used again after a request of WebDAV that has a body', async () => {
  const ports = new Set<number | undefined>()
  const { url } = await serve((request, response) => {
    ports.add(request.socket.remotePort)
    request.resume().once('end', () => json(response, {}))
  })
  const { wire } = lab()
  for (const method of ['REPORT', 'MKCOL', 'MKCALENDAR', 'REPORT', 'MKCOL', 'MKCALENDAR'] as const)
    await wire.send(asking(url, { method, body: '<a/>' }), call())
  // The next request may come before the connection is known to be free.
  expect(ports.size).toBeLessThanOrEqual(2)
})

test('what a server says about an error is read when it is compressed, as Radicale does, and nothing is made of what cannot be', async () => {
  const said: string[] = []
  const long = gzipSync(Array.from({ length: 5_000 }, (_, n) => `No such UID ${n * n} `).join(''))
  const half = long.subarray(0, long.length / 2)
  for (const body of [gzipSync('No such UID'), half, Buffer.from('no gzip')]) {
    const { url } = await serve((_, response) => response.writeHead(400, { 'content-encoding': 'gzip' }).end(body))
    const { wire } = lab({ classify: (facts) => void said.push(facts.body) })
    await faultOf(wire.send(asking(url), call()))
  }
  expect([said[0], said[1]?.slice(0, 11), said[2]]).toEqual(['No such UID', 'No such UID', ''])
})

test.each([500, 502, 504, 509])('a %i is tried again until it passes', async (status) => {
  const { url, seen } = await serve((_, response, nth) => (nth < 3 ? response.writeHead(status).end() : json(response, { nth })))
  expect(await (await lab().wire.send(asking(url), call())).json()).toEqual({ nth: 3 })
  expect(seen.length).toBe(3)
})

test('tries are counted, and the last failure is told without secrets', async () => {
  const { url, seen } = await serve((_, response) => response.writeHead(500).end('s3cret'))
  const { wire, lines, gate } = lab()
  const fault = await faultOf(wire.send(asking(`${url}/a?token=s3cret`, { tries: 2, headers: { authorization: 's3cret' } }), call()))
  expect([fault.reach, fault.code, seen.length]).toEqual(['call', 'http-500', 2])
  expect(fault.message + lines.join()).not.toContain('s3cret')
  expect(lines.length).toBe(2)
  expect(await inFlight(gate)).toBe(0)
})

test('what changes something is sent once', async () => {
  const { url, seen } = await serve((_, response) => response.writeHead(500).end())
  await faultOf(lab().wire.send(asking(url, { method: 'PUT', body: 'x' }), call()))
  expect(seen.length).toBe(1)
})

test('a reset in the middle of a whole body is tried again, in a stream it is the caller’s', async () => {
  const { url, seen } = await serve((request, response, nth) => {
    if (nth > 1 && request.url === '/whole') return json(response, { ok: true })
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': '100' }).write('{"ok":')
    setImmediate(() => request.socket.destroy())
  })
  const { wire, gate } = lab()
  expect(await (await wire.send(asking(`${url}/whole`), call())).json()).toEqual({ ok: true })
  const answer = await wire.send(asking(`${url}/stream`, { reads: 'stream' }), call())
  const fault = await faultOf(answer.text())
  expect([fault.reach, fault.connection]).toEqual(['call', true])
  expect(seen.length).toBe(3)
  expect(await inFlight(gate)).toBe(0)
})

test('nothing that listens is a connection fault after several tries', async () => {
  const { url } = await serve((_, response) => response.end())
  await open.pop()?.close()
  const fault = await faultOf(lab().wire.send(asking(url), call()))
  expect([fault.reach, fault.connection, fault.message]).toEqual(['call', true, expect.stringContaining('ECONNREFUSED')])
})

test('Retry-After shuts the gate for everyone and is waited for inside it', async () => {
  const { url, seen } = await serve((_, response, nth) =>
    nth === 1 ? response.writeHead(429, { 'retry-after': '10' }).end() : json(response, { nth }),
  )
  const { wire, clock } = lab()
  const began = clock.now()
  const both = await Promise.all([wire.send(asking(url), call()), wire.send(asking(url), call())])
  expect(clock.now() - began).toBeGreaterThanOrEqual(10_000)
  expect(both.map((each) => each.status)).toEqual([200, 200])
  expect(seen.length).toBe(3)
})

test('a wait that is longer than the gate’s patience is a gate fault with its time', async () => {
  const { url, seen } = await serve((_, response) => response.writeHead(503, { 'retry-after': '86400' }).end())
  const { wire, clock } = lab()
  const now = clock.now()
  const fault = await faultOf(wire.send(asking(url), call()))
  expect(fault.reach).toBe('gate')
  expect((fault.until ?? 0) - now).toBeGreaterThan(86_000_000)
  await faultOf(wire.send(asking(url), call()))
  expect(seen.length).toBe(1)
})

test('a 429 that does not say when waits longer each time, and in the end lets the caller go', async () => {
  const times: number[] = []
  const { wire, clock } = lab({ gate: new MemoryGate(fastClock(100), { patienceMs: 3_600_000 }) })
  const { url } = await serve((_, response) => {
    times.push(clock.now())
    response.writeHead(429).end()
  })
  const fault = await faultOf(wire.send(asking(url), call()))
  expect([fault.reach, fault.until === undefined]).toEqual(['gate', false])
  const waits = times.slice(1).map((time, index) => time - (times[index] ?? 0))
  expect(waits.length).toBe(5)
  expect(waits.at(-1)).toBeGreaterThan((waits[0] ?? 0) * 4)
})

test('a refused token is replaced once; refused again it is told', async () => {
  const { url, seen } = await serve((request, response) =>
    request.headers.authorization === 'Bearer token-2' && request.url === '/good' ? json(response, {}) : response.writeHead(401).end(),
  )
  const { wire, clock, log } = lab()
  let asked = 0
  const token = tokenCache(async () => ({ token: `token-${++asked}`, livesMs: 3_600_000 }), { clock, log })
  expect((await wire.send(asking(`${url}/good`, { token }), call())).status).toBe(200)
  const fault = await faultOf(wire.send(asking(`${url}/bad`, { token }), call()))
  expect([fault.code, seen.length]).toEqual(['http-401', 4])
})

test('a token does not travel to another host', async () => {
  const other = await serve((_, response) => json(response, {}))
  const { url } = await serve((request, response) =>
    request.url === '/same'
      ? response.writeHead(302, { location: '/here' }).end()
      : request.url === '/here'
        ? json(response, {})
        : response.writeHead(302, { location: `http://localhost:${other.port}/there` }).end(),
  )
  const { wire } = lab()
  const headers = { authorization: 'Bearer s3cret' }
  await wire.send(asking(`${url}/same`, { headers }), call())
  await wire.send(asking(`${url}/other`, { headers }), call())
  expect(other.seen.map((each) => [each.url, each.headers.authorization])).toEqual([['/there', undefined]])
})

test('a silence that the operator has set holds instead of every other limit', async () => {
  const { url } = await serve((request, response) => {
    if (request.url === '/idle') response.writeHead(200, { 'content-type': 'application/json' }).write('{')
  })
  const { wire } = lab({ silenceMs: 2_000 })
  const long = { tries: 1, headTimeoutMs: 300_000, idleTimeoutMs: 300_000 }
  for (const path of ['head', 'idle']) {
    const fault = await faultOf(wire.send(asking(`${url}/${path}`, long), call()))
    expect([fault.code, fault.connection, fault.message]).toEqual(['http-timeout', true, expect.stringContaining('Nothing came for 2 s')])
  }
})

const METADATA = '169.254.169.254'

/** Names as a resolver answers that may be lying: each answer in its turn, the last for ever. */
function names(table: Readonly<Record<string, readonly (readonly string[])[]>>) {
  const asked: string[] = []
  const lookup: WireOptions['lookup'] = (name, _options, done) => {
    const answers = table[name] ?? []
    const answer = answers[Math.min(asked.filter((each) => each === name).length, answers.length - 1)] ?? []
    asked.push(name)
    done(
      null,
      answer.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
    )
  }
  return { asked, lookup }
}

test.each([
  ['an address of the cloud’s metadata', [METADATA]],
  ['the same over IPv6', ['fd00:ec2::254']],
  ['the same in the clothes of IPv6', ['::ffff:169.254.169.254']],
  ['the same behind NAT64', ['64:ff9b::a9fe:a9fe']],
  ['one good address and one of them', ['127.0.0.1', METADATA]],
  ['this host', ['0.0.0.0']],
])('a name of the operator’s that leads to %s is not asked', async (_name, addresses) => {
  const { port, seen } = await serve((_, response) => json(response, {}))
  const { lookup, asked } = names({ 'provider.example': [addresses] })
  const fault = await faultOf(lab({ lookup }).wire.send(asking(`http://provider.example:${port}/`), call()))
  expect([fault.reach, fault.code, fault.connection]).toEqual(['call', 'http-untrusted', true])
  expect(asked).toHaveLength(1)
  expect(fault.message).toContain('where it must not (ERR_ADDRESS_REFUSED)')
  expect(seen.length).toBe(0)
})

test('a name of the operator’s may lead to this machine or its network, and is looked at again with every connection', async () => {
  const { port, seen } = await serve((_, response) => json(response, {}, { connection: 'close' }))
  const { lookup, asked } = names({ 'mail.intern.example': [['127.0.0.1'], [METADATA]] })
  const { wire } = lab({ lookup })
  const url = `http://mail.intern.example:${port}/`
  expect((await wire.send(asking(url), call())).status).toBe(200)
  const fault = await faultOf(wire.send(asking(url, { tries: 1 }), call()))
  expect(fault.message).toContain('ERR_ADDRESS_REFUSED')
  expect([asked.length, seen.length]).toEqual([2, 1])
})

test.each(['127.0.0.1', '10.1.2.3', '192.168.0.9', '172.31.0.1', '100.64.3.2', '::1', 'fd12::7', METADATA])(
  'a host out there cannot send us to %s, neither by a name nor by the address',
  async (address) => {
    const inner = await serve((_, response) => json(response, { secret: 1 }))
    const host = address.includes(':') ? `[${address}]` : address
    const { url, seen } = await serve((request, response) =>
      response
        .writeHead(302, { location: request.url === '/name' ? `http://reports.example:${inner.port}/` : `http://${host}:${inner.port}/` })
        .end(),
    )
    // The provider is out there as its name says; that it answers on loopback is the test's doing.
    const provider = url.replace('127.0.0.1', 'provider.example')
    const { lookup } = names({ 'provider.example': [['127.0.0.1']], 'reports.example': [[address]] })
    const { wire } = lab({ lookup })
    const byName = await faultOf(wire.send(asking(`${provider}/name`, { tries: 1 }), call()))
    expect(byName.message).toContain('ERR_ADDRESS_REFUSED')
    const byAddress = await faultOf(wire.send(asking(`${provider}/address`, { tries: 1 }), call()))
    expect([byAddress.code, byAddress.message]).toEqual(['http-redirect', expect.stringContaining('inside this network or machine')])
    expect([seen.length, inner.seen.length]).toEqual([2, 0])
  },
)

test('a name that no host has is told at once', async () => {
  const { lookup, asked } = names({ 'typo.example': [[]] })
  const { wire } = lab({ lookup })
  const fault = await faultOf(wire.send(asking('http://typo.example/'), call()))
  expect([fault.reach, fault.code, fault.connection, asked]).toEqual(['call', 'http-no-such-host', true, ['typo.example']])
})

test('a host that the operator put inside may redirect inside, and never to the metadata', async () => {
  const { url } = await serve((_, response) => response.writeHead(302, { location: `http://${METADATA}/latest/meta-data/` }).end())
  const fault = await faultOf(lab().wire.send(asking(url, { tries: 1 }), call()))
  expect(fault.code).toBe('http-redirect')
})

test.each(['127.0.0.1', '10.1.2.3', '::1', METADATA])(
  'an address that an answer has told is not asked at %s, by a name or by the address, and not without encryption',
  async (address) => {
    const inner = await serve((_, response) => json(response, { secret: 1 }))
    const host = address.includes(':') ? `[${address}]` : address
    const { lookup } = names({ 'pictures.example': [[address]] })
    const { wire } = lab({ lookup })
    const toldBy = 'http://provider.example'
    const byName = await faultOf(wire.send(asking(`http://pictures.example:${inner.port}/`, { tries: 1, toldBy }), call()))
    expect(byName.message).toContain('ERR_ADDRESS_REFUSED')
    const byAddress = await faultOf(wire.send(asking(`http://${host}:${inner.port}/`, { tries: 1, toldBy }), call()))
    expect([byAddress.reach, byAddress.code]).toEqual(['call', 'http-told-refused'])
    const plain = asking(`http://pictures.example:${inner.port}/`, { tries: 1, toldBy: 'https://provider.example' })
    expect((await faultOf(wire.send(plain, call()))).code).toBe('http-told-refused')
    expect((await faultOf(wire.send(asking('nonsense', { tries: 1, toldBy }), call()))).code).toBe('http-told-refused')
    expect(inner.seen).toEqual([])
  },
)

test('what a host that the operator put inside tells may be inside', async () => {
  const { url, seen } = await serve((_, response) => json(response, { ok: true }))
  const { wire } = lab()
  expect((await wire.send(asking(`${url}/picture`, { toldBy: url }), call())).status).toBe(200)
  expect(seen).toHaveLength(1)
})

test('redirects end', async () => {
  const { url, seen } = await serve((_, response) => response.writeHead(302, { location: '/again' }).end())
  expect((await faultOf(lab().wire.send(asking(url, { tries: 1 }), call()))).code).toBe('http-redirect')
  expect(seen.length).toBe(6)
})

test.each([
  ['json', 'text/html', true],
  ['bytes', 'text/html; charset=utf-8', true],
  ['bytes', 'text/plain', false],
  ['any', 'text/html', false],
  ['json', 'text/plain', true],
] as const)('asked for %s, an answer of %s is a fault: %s', async (expects, type, isFault) => {
  const { url } = await serve((_, response) => response.writeHead(200, { 'content-type': type }).end('<html>'))
  const result = lab().wire.send(asking(url, { expects, reads: 'stream', tries: 2 }), call())
  if (isFault) expect((await faultOf(result)).code).toBe('http-wrong-content')
  else expect(await (await result).text()).toBe('<html>')
})

test('a body shorter than announced is a fault', async () => {
  const { url } = await serve((request, response) => {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': '10' }).write('{}')
    setImmediate(() => request.socket.end())
  })
  expect((await faultOf(lab().wire.send(asking(url, { tries: 1 }), call()))).reach).toBe('call')
})

test('a body longer than allowed is a fault, also where it is compressed, and is not asked for again', async () => {
  const bomb = gzipSync(Buffer.alloc(1_000_000, ' '))
  const { url, seen } = await serve((request, response) =>
    request.url === '/bomb'
      ? response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' }).end(bomb)
      : response.writeHead(200, { 'content-type': 'application/json' }).end(Buffer.alloc(200_000, ' ')),
  )
  const { wire } = lab()
  expect((await faultOf(wire.send(asking(url), call()))).code).toBe('http-too-long')
  expect((await faultOf(wire.send(asking(`${url}/bomb`), call()))).code).toBe('http-too-long')
  expect(seen.length).toBe(2)
})

test('no head, a stalled body and a slow drip each meet their own limit', async () => {
  const { url } = await serve((request, response) => {
    if (request.url === '/hang') return
    response.writeHead(200, { 'content-type': 'application/json' }).write('[')
    if (request.url === '/stall') return
    const drip = setInterval(() => response.write(' '), 2)
    response.on('close', () => clearInterval(drip))
  })
  const { wire, gate } = lab()
  const limits = { tries: 1, headTimeoutMs: 20_000, idleTimeoutMs: 20_000, timeoutMs: 60_000 }
  for (const [path, says] of [
    ['/hang', 'Nothing came for 20 s'],
    ['/stall', 'Nothing came for 20 s'],
    ['/drip', 'longer in all than 60 s'],
  ] as const) {
    const fault = await faultOf(wire.send(asking(url + path, limits), call()))
    expect([fault.code, fault.message]).toEqual(['http-timeout', expect.stringContaining(says)])
  }
  expect(await inFlight(gate)).toBe(0)
})

test('a body that nobody reads gives its place back', async () => {
  const { url } = await serve((_, response) => response.writeHead(200, { 'content-type': 'application/json' }).end(Buffer.alloc(90_000)))
  const { wire, gate } = lab()
  const request = asking(url, { reads: 'stream', timeoutMs: 5_000 })
  await wire.send(request, call())
  expect(await inFlight(gate)).toBe(1)
  expect((await wire.send(request, call())).status).toBe(200)
  ;(await wire.send(request, call())).discard()
  expect(await inFlight(gate)).toBe(0)
})

test('an abort ends what is under way, with the caller’s own reason', async () => {
  const { url } = await serve(() => undefined)
  const { wire, gate } = lab()
  const stop = new AbortController()
  const patient = { headTimeoutMs: 36_000_000, timeoutMs: 36_000_000 }
  const sent = wire.send(asking(url, patient), { signal: stop.signal })
  setTimeout(() => stop.abort(new Error('lease lost')), 20)
  await expect(sent).rejects.toThrow('lease lost')
  expect(await inFlight(gate)).toBe(0)
})

test('the connector’s own verdict goes before the status, and an item’s is believed only after several tries', async () => {
  const { url, seen } = await serve((_, response) => response.writeHead(500).end('corrupt'))
  const classify = () => new Fault({ reach: 'item', reason: 'corrupt-at-source', code: 'x-corrupt', message: 'corrupt' })
  const fault = await faultOf(lab({ classify }).wire.send(asking(url, { tries: 3 }), call()))
  expect([fault.code, seen.length]).toEqual(['x-corrupt', 3])
})

test('the words of an error that came compressed are read as well, and a bomb among them is not', async () => {
  const said: string[] = []
  const classify = ({ body }: { readonly body: string }) => {
    said.push(body)
    return undefined
  }
  for (const body of [gzipSync('no-uid-conflict'), gzipSync(Buffer.alloc(50_000_000))]) {
    const { url } = await serve((_, response) => response.writeHead(409, { 'content-encoding': 'gzip' }).end(body))
    await faultOf(lab({ classify }).wire.send(asking(url), call()))
  }
  expect(said).toEqual(['no-uid-conflict', ''])
})
