import { createHash } from 'node:crypto'
import type { Writable } from 'node:stream'
import { afterEach, describe, expect, test } from 'vitest'
import { type CuttingProxy, startCuttingProxy } from '../../../test/servers/cutting-proxy.ts'
import { type Dovecot, haveDovecot, startDovecot } from '../../../test/servers/dovecot.ts'
import { atom, makeWireClient, quoted, type WireClient } from './wire-client.ts'

/** Large literals go out in slices, so that TLS never holds a whole batch twice. What must hold whatever its size. */

const ANNA = 'anna@example.test'
const KIB = 1024
const SLICE = 256 * KIB

const running: (() => Promise<void> | void)[] = []
afterEach(async () => {
  for (const stop of running.splice(0).reverse()) await stop()
})

async function dovecot(): Promise<Dovecot> {
  const server = await startDovecot({ users: { [ANNA]: 'secret' } })
  running.push(() => server.stop())
  return server
}

async function client({ port, ca }: { readonly port: number; readonly ca?: string }): Promise<WireClient> {
  const made = makeWireClient({
    host: 'localhost',
    port,
    secure: ca !== undefined,
    ...(ca === undefined ? { doSTARTTLS: false } : { tls: { ca } }),
    auth: { user: ANNA, pass: 'secret' },
    logger: false,
    disableAutoIdle: true,
    disableAutoEnable: true,
  })
  await made.flow.connect()
  running.push(() => made.flow.close())
  return made
}

/** A message of exactly so many bytes, each line told from the next. */
function message(bytes: number): Buffer {
  const head = Buffer.from(`Subject: ${bytes} bytes\r\n\r\n`)
  const body = Buffer.alloc(bytes - head.length, '.')
  for (let at = 0; at + 66 < body.length; at += 66) body.write(`${at}`.padEnd(64, 'x').concat('\r\n'), at, 'latin1')
  return Buffer.concat([head, body])
}

const append = (to: WireClient, literals: readonly Buffer[]) =>
  to.exec('APPEND', [quoted('INBOX'), ...literals.map((value) => ({ type: 'LITERAL', value }) as const)], { literalPlus: true })

/** Writes to the client's socket: how large, and how much waited in it then. */
function watched({ flow }: WireClient): { readonly most: () => number; readonly waiting: () => number; readonly count: () => number } {
  const socket: Writable = Reflect.get(flow, 'writeSocket')
  const sizes: number[] = []
  let waiting = 0
  const write = socket.write.bind(socket)
  Reflect.set(socket, 'write', (chunk: Buffer | string, ...rest: readonly unknown[]) => {
    sizes.push(chunk.length)
    const answer: unknown = Reflect.apply(write, socket, [chunk, ...rest])
    waiting = Math.max(waiting, socket.writableLength)
    return answer
  })
  return { most: () => Math.max(...sizes), waiting: () => waiting, count: () => sizes.length }
}

const print = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex')

describe.skipIf(!haveDovecot())('a command that is sent in slices', () => {
  test('arrives byte by byte, around every edge of a slice, and the next command is understood', async () => {
    const server = await dovecot()
    const to = await client({ port: server.imapsPort, ca: server.ca })
    // The command before the literal shifts the edges by some bytes: so the sizes lie thick around them.
    const sizes = [SLICE - 80, SLICE - 50, SLICE - 40, SLICE - 30, SLICE - 1, SLICE, SLICE + 1, 2 * SLICE - 40, 2 * SLICE, 3 * SLICE + 7]
    const sent = sizes.map(message)
    for (const bytes of sent) {
      await append(to, [bytes])
      await to.exec('NOOP', [])
    }
    const raw = await server.raw(ANNA)
    const stored = await raw.messages('INBOX')
    raw.close()
    expect(stored.map(({ bytes }) => print(bytes))).toEqual(sent.map(print))
  })

  test('gives TLS one slice at a time and waits until that is on its way, however large the command', async () => {
    const server = await dovecot()
    const to = await client({ port: server.imapsPort, ca: server.ca })
    const seen = watched(to)
    const bytes = message(8 * KIB * KIB)
    await append(to, [bytes])
    expect(seen.most()).toBeLessThanOrEqual(SLICE)
    expect(seen.count()).toBeGreaterThanOrEqual(32)
    // What the socket takes before it says "wait", and one slice more.
    expect(seen.waiting()).toBeLessThanOrEqual(3 * SLICE)
    const raw = await server.raw(ANNA)
    expect((await raw.messages('INBOX')).map((one) => print(one.bytes))).toEqual([print(bytes)])
    raw.close()
  })

  test('is sent to its end when the server refuses it early, so that no rest of it is taken for another command', async () => {
    const server = await dovecot()
    const to = await client({ port: server.imapPort })
    const refused = to.exec('APPEND', [quoted('No/Such/Folder'), { type: 'LITERAL', value: message(6 * KIB * KIB) }], { literalPlus: true })
    await expect(refused).rejects.toThrow()
    const { command } = await to.exec('NOOP', [])
    expect(command).toBe('OK')
    expect((await to.exec('STATUS', [quoted('INBOX'), [atom('MESSAGES')]])).command).toBe('OK')
  })

  test('ends with the connection: cut or closed in the middle, nobody waits for ever', async () => {
    const server = await dovecot()
    const proxy: CuttingProxy = await startCuttingProxy({ port: server.imapPort })
    running.push(() => proxy.stop())
    proxy.next({ direction: 'up', afterBytes: 3 * KIB * KIB, how: 'cut' })
    const cut = await client({ port: proxy.port })
    await expect(append(cut, [message(8 * KIB * KIB)])).rejects.toThrow()
    // A server that takes nothing more: our own end closes, as at the end of a lease.
    proxy.next({ direction: 'up', afterBytes: 3 * KIB * KIB, how: 'stall' })
    const stalled = await client({ port: proxy.port })
    const writing = append(stalled, [message(16 * KIB * KIB)])
    const seen = expect(writing).rejects.toThrow()
    await expect.poll(() => proxy.suffered()).toBe(2)
    stalled.flow.close()
    await seen
    const raw = await server.raw(ANNA)
    expect(await raw.messages('INBOX')).toEqual([])
    raw.close()
  })
})
