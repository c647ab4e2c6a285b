import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { connect, type Socket } from 'node:net'
import { networkInterfaces } from 'node:os'
import { fastClock, MemoryGate } from '@offramp/conformance'
import { asFault, silentLog } from '@offramp/core'
import { afterEach, expect, test } from 'vitest'
import type { WireRequest } from './request.ts'
import { makeWire, type WireOptions } from './wire.ts'

const closing: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
})

const hasIpv6 = Object.values(networkInterfaces()).some((each) => each?.some(({ address }) => address === '::1'))

/** Resolves with whether the connection came about, once nothing more happens. */
const comes = (socket: Socket, ms: number): Promise<boolean> =>
  new Promise((resolve) => {
    socket.once('connect', () => resolve(true))
    socket.once('error', () => resolve(false))
    setTimeout(() => resolve(false), ms)
  })

/**
 * An address of IPv6 that answers nothing, as a network that drops packets does: a listener whose process is stopped, and whose queue is full,
 * so that the kernel drops every further SYN.
 */
async function blackHole(port: number): Promise<void> {
  const listen = `require('node:net').createServer(() => {}).listen({ host: '::1', port: ${port}, backlog: 1 }, () => console.log('up'))`
  const child: ChildProcess = spawn(process.execPath, ['-e', listen], { stdio: ['ignore', 'pipe', 'inherit'] })
  closing.push(() => child.kill('SIGKILL'))
  if (child.stdout) await once(child.stdout, 'data')
  child.kill('SIGSTOP')
  for (let n = 0; n < 20; n++) {
    const socket = connect({ host: '::1', port })
    socket.on('error', () => {})
    closing.push(() => socket.destroy())
    if (!(await comes(socket, 200))) return
  }
  throw new Error('The queue of the stopped listener does not fill.')
}

async function serve(): Promise<number> {
  const server = createServer((_, response) => response.writeHead(200, { 'content-type': 'application/json' }).end('{"over":"IPv4"}'))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  closing.push(
    () => server.closeAllConnections(),
    () => server.close(),
  )
  const address = server.address()
  return typeof address === 'object' && address !== null ? address.port : 0
}

function ask(port: number, addresses: readonly { readonly address: string; readonly family: number }[], large = false) {
  const clock = fastClock(50)
  const lookup: NonNullable<WireOptions['lookup']> = (_name, _options, done) => done(null, [...addresses])
  const wire = makeWire({ gate: new MemoryGate(clock), log: silentLog, clock, userAgent: 'test', classify: () => undefined, lookup })
  closing.push(() => wire.close())
  const request: WireRequest = {
    method: 'GET',
    url: `http://mail.intern.example:${port}/`,
    quota: { key: 'q' },
    weight: 1,
    about: 'a test',
    expects: 'json',
    reads: 'whole',
    maxBytes: 1_000,
    tries: 1,
    large,
  }
  return wire.send(request, { signal: new AbortController().signal, lends: true })
}

const SIX = { address: '::1', family: 6 }
const FOUR = { address: '127.0.0.1', family: 4 }

test.skipIf(!hasIpv6).each([false, true])('where IPv6 leads into a black hole, IPv4 is taken (large: %s)', async (large) => {
  const port = await serve()
  await blackHole(port)
  expect(await (await ask(port, [SIX, FOUR], large)).json()).toEqual({ over: 'IPv4' })
})

// Longer than the wire's patience on this clock (1.2 s), shorter than the connection's own (20 s), which no abort would end.
test.skipIf(!hasIpv6)(
  'where there is nothing but the black hole, the call ends in time and says so',
  async () => {
    const port = await serve()
    await blackHole(port)
    const fault = await ask(port, [SIX]).catch(asFault)
    expect(fault).toMatchObject({ reach: 'call', code: 'http-timeout', message: expect.stringContaining('Nothing came for') })
  },
  15_000,
)
