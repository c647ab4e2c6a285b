import { createServer, type IncomingHttpHeaders } from 'node:http'
import { fastClock, MemoryGate } from '@offramp/conformance'
import { asFault, type Fault, Fault as FaultError, silentLog } from '@offramp/core'
import { afterEach, describe, expect, test } from 'vitest'
import type { WireRequest } from './request.ts'
import { makeWire, type WireOptions } from './wire.ts'

interface Seen {
  readonly method: string
  readonly headers: IncomingHttpHeaders
  bytes: number
  whole: boolean
}

const open: { close(): Promise<void> | void }[] = []
afterEach(async () => {
  for (const each of open.splice(0)) await each.close()
})

/** Answers the nth request with this status once it has come whole; 0: never. */
async function serve(statusOf: (nth: number) => number) {
  const seen: Seen[] = []
  const server = createServer((request, response) => {
    const one: Seen = { method: request.method ?? '', headers: request.headers, bytes: 0, whole: false }
    const nth = seen.push(one)
    request.on('data', (chunk: Buffer) => {
      one.bytes += chunk.length
    })
    request.on('error', () => undefined)
    request.on('end', () => {
      one.whole = true
      if (statusOf(nth) > 0) response.writeHead(statusOf(nth)).end()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  open.push({
    close: () => {
      server.closeAllConnections()
      server.close()
    },
  })
  return { url: `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}/`, seen }
}

function lab(options: Partial<WireOptions> = {}) {
  const clock = fastClock(100)
  const wire = makeWire({ gate: new MemoryGate(clock), log: silentLog, clock, userAgent: 'test', classify: () => undefined, ...options })
  open.push(wire)
  return { wire, clock }
}

const call = () => ({ signal: new AbortController().signal })

async function* parts(...sizes: readonly number[]): AsyncGenerator<Uint8Array> {
  for (const size of sizes) yield new Uint8Array(size).fill(65)
}

const asking = (url: string, body: () => AsyncIterable<Uint8Array>, more: Partial<WireRequest> = {}): WireRequest => ({
  method: 'PUT',
  url,
  headers: { 'content-length': '300000' },
  body,
  quota: { key: 'q' },
  weight: 1,
  about: 'the files of anna',
  expects: 'any',
  reads: 'whole',
  maxBytes: 1_000,
  ...more,
})

const faultOf = async (promise: Promise<unknown>): Promise<Fault> =>
  asFault(
    await promise.then(
      () => new Error('It did not fail.'),
      (thrown: unknown) => thrown,
    ),
  )

describe.each([
  ['a usual connection', false],
  ['one of its own', true],
])('on %s', (_kind, large) => {
  const ask: typeof asking = (url, body, more) => asking(url, body, { large, ...more })

  test('a stream goes with its length, and in no transfer coding', async () => {
    const { url, seen } = await serve(() => 201)
    const answer = await lab().wire.send(
      ask(url, () => parts(100_000, 0, 199_999, 1)),
      call(),
    )
    expect(answer.status).toBe(201)
    expect(seen).toMatchObject([{ bytes: 300_000, whole: true, headers: { 'content-length': '300000' } }])
    expect(seen[0]?.headers['transfer-encoding']).toBeUndefined()
  })

  test('nothing at all is a body as well', async () => {
    const { url, seen } = await serve(() => 201)
    await lab().wire.send(
      ask(url, () => parts(), { headers: { 'content-length': '0' } }),
      call(),
    )
    expect(seen).toMatchObject([{ bytes: 0, whole: true, headers: { 'content-length': '0' } }])
  })

  test.each([
    ['shorter', [100_000]],
    ['longer', [200_000, 200_000]],
  ])('a body that is %s than announced never becomes whole', async (_, sizes) => {
    const { url, seen } = await serve(() => 201)
    expect(
      await faultOf(
        lab().wire.send(
          ask(url, () => parts(...sizes)),
          call(),
        ),
      ),
    ).toMatchObject({ reach: 'call', code: 'http-body-length' })
    expect(seen.filter(({ whole }) => whole)).toEqual([])
  })

  test('what ends a body is told as it was, and is no broken connection', async () => {
    const { url } = await serve(() => 201)
    const gone = new FaultError({ reach: 'item', code: 'source-gone', message: 'It was deleted meanwhile.', reason: 'gone' })
    async function* broken(): AsyncGenerator<Uint8Array> {
      yield* parts(1_000)
      throw gone
    }
    expect(await faultOf(lab().wire.send(ask(url, broken), call()))).toBe(gone)
  })

  test('each try opens the body anew, and what changes something is tried once', async () => {
    const { url, seen } = await serve((nth) => (nth === 1 ? 502 : 201))
    let opened = 0
    const body = () => {
      opened += 1
      return parts(300_000)
    }
    await faultOf(lab().wire.send(ask(url, body), call()))
    expect([opened, seen.length]).toEqual([1, 1])
    const { url: other } = await serve((nth) => (nth === 1 ? 502 : 201))
    await lab().wire.send(ask(other, body, { repeatable: true }), call())
    expect(opened).toBe(3)
  })

  test('a source may be slow for longer than a server may be silent', async () => {
    const { url } = await serve(() => 201)
    const { wire, clock } = lab({ timeouts: { headMs: 20_000, idleMs: 20_000, totalMs: 600_000 } })
    async function* slow(): AsyncGenerator<Uint8Array> {
      yield* parts(150_000)
      await clock.sleep(60_000, {})
      yield* parts(150_000)
    }
    expect((await wire.send(ask(url, slow), call())).status).toBe(201)
    const { url: deaf } = await serve(() => 0)
    expect(
      await faultOf(
        wire.send(
          ask(deaf, () => parts(300_000)),
          call(),
        ),
      ),
    ).toMatchObject({ code: 'http-timeout' })
  })
})

test('MOVE without a body announces no length', async () => {
  const { url, seen } = await serve(() => 201)
  const { body: _, headers: __, ...bare } = asking(url, () => parts())
  await lab().wire.send({ ...bare, method: 'MOVE', headers: { destination: `${url}to` } }, call())
  expect(seen).toMatchObject([{ method: 'MOVE', whole: true }])
  expect(seen[0]?.headers['content-length']).toBeUndefined()
  expect(seen[0]?.headers['transfer-encoding']).toBeUndefined()
})
