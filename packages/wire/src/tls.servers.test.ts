import { createServer as createPlain } from 'node:http'
import { createServer } from 'node:https'
import { type AddressInfo, connect } from 'node:net'
import { fastClock, MemoryGate } from '@offramp/conformance'
import { asFault, type Log, silentLog } from '@offramp/core'
import { makeAuthority } from '@offramp/emulators'
import { afterEach, expect, test } from 'vitest'
import type { WireRequest } from './request.ts'
import { makeWire, type WireOptions } from './wire.ts'

const closing: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
})

async function secureServer(notAfter = Date.now() + 3_600_000) {
  const authority = await makeAuthority()
  const { cert, key } = await authority.issue({ hosts: ['localhost'], notBefore: notAfter - 86_400_000, notAfter })
  const server = createServer({ cert, key }, (request, response) => {
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ authorization: request.headers.authorization }))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  closing.push(() => {
    server.closeAllConnections()
    server.close()
  })
  return { ca: authority.ca, port: (server.address() as AddressInfo).port }
}

/** A proxy that tunnels, and remembers to where and with which headers. */
async function tunnel() {
  const seen: string[] = []
  const proxy = createPlain()
  proxy.on('connect', (request, socket, head) => {
    seen.push(`${request.url} ${JSON.stringify(request.headers)}`)
    const port = Number(request.url?.split(':')[1])
    const onward = connect(port, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection Established\r\n\r\n')
      onward.write(head)
      onward.pipe(socket).pipe(onward)
    })
    for (const each of [onward, socket]) each.on('error', () => onward.destroy())
    closing.push(() => onward.destroy())
  })
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve))
  closing.push(() => {
    proxy.closeAllConnections()
    proxy.close()
  })
  return { url: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`, seen }
}

function wireWith(options: Partial<WireOptions>) {
  const clock = fastClock(50)
  const wire = makeWire({ gate: new MemoryGate(clock), log: silentLog, clock, userAgent: 'test', classify: () => undefined, ...options })
  closing.push(() => wire.close())
  return wire
}

function written() {
  const lines: string[] = []
  const write = (_fields: object, message: string) => void lines.push(message)
  const log: Log = { debug: write, info: write, warn: write, error: write }
  return { log, lines }
}

const request = (port: number): WireRequest => ({
  method: 'GET',
  url: `https://localhost:${port}/`,
  headers: { authorization: 'Bearer s3cret' },
  quota: { key: 'q' },
  weight: 1,
  about: 'a test',
  expects: 'json',
  reads: 'whole',
  maxBytes: 1_000,
  tries: 1,
})

const call = () => ({ signal: new AbortController().signal })

test('a server is trusted by the authority that was given, and by nothing less', async () => {
  const { ca, port } = await secureServer()
  expect((await wireWith({ ca }).send(request(port), call())).status).toBe(200)
  const { log, lines } = written()
  // Once, although it could be asked again: the same certificate would come.
  const fault = await wireWith({ log })
    .send({ ...request(port), tries: 4 }, call())
    .catch(asFault)
  expect(lines).toEqual(['A request failed.'])
  expect(fault).toMatchObject({ reach: 'call', message: expect.stringContaining('signed by nobody trusted here') })
})

test('an expired certificate is refused, and named as that', async () => {
  const { ca, port } = await secureServer(Date.now() - 3_600_000)
  const fault = await wireWith({ ca }).send(request(port), call()).catch(asFault)
  expect(fault).toMatchObject({ reach: 'call', message: expect.stringContaining('certificate has expired') })
})

test('a proxy tunnels: it sees the host, and neither headers nor token', async () => {
  const { ca, port } = await secureServer()
  const { url, seen } = await tunnel()
  const answer = await wireWith({ ca, proxy: url }).send(request(port), call())
  expect(await answer.json()).toEqual({ authorization: 'Bearer s3cret' })
  expect(seen).toEqual([expect.stringContaining(`localhost:${port}`)])
  expect(seen.join()).not.toContain('s3cret')
})
