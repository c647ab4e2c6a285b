import { constants, gunzipSync } from 'node:zlib'
import { Fault } from '@offramp/core'
import { brokenOff, type Exchange } from './exchange.ts'
import { redactUrl } from './redact.ts'
import type { WireRequest } from './request.ts'
import type { Watch } from './watch.ts'

/** An answer that says to be no longer than this is handed on in one piece: each piece passes several hands. Bytes. */
const ONE_PIECE = 256 * 1024

/** The body piece by piece, bounded in bytes and time, complete or a fault. `close` is called exactly when it ends, in any way. */
export async function* boundedBody(
  asked: WireRequest,
  answer: Exchange,
  on: { watch: Watch; close: () => void },
): AsyncGenerator<Uint8Array> {
  const announced = announcedLength(answer)
  const gathered: Uint8Array[] | undefined = announced !== undefined && announced <= ONE_PIECE ? [] : undefined
  let received = 0
  let ended = false
  try {
    for (;;) {
      on.watch.waiting()
      const parts = await answer.body.take()
      on.watch.arrived()
      if (parts.length === 0) break
      received = parts.reduce((sum, part) => sum + part.byteLength, received)
      if (received > asked.maxBytes) throw tooMuch(asked)
      if (gathered === undefined) yield* parts
      else gathered.push(...parts)
    }
    ended = true
    if (announced !== undefined && received !== announced) throw truncated(asked, received, announced)
    if (gathered !== undefined && gathered.length > 0) yield Buffer.concat(gathered, received)
  } catch (thrown) {
    throw brokenOff(asked, on.watch, thrown)
  } finally {
    // Whoever takes no more of it leaves the rest on the connection.
    if (!ended) answer.body.destroy()
    on.close()
  }
}

/** The whole body, decompressed. */
export async function wholeBody(asked: WireRequest, answer: Exchange, chunks: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const parts: Uint8Array[] = []
  for await (const chunk of chunks) parts.push(chunk)
  const [first, ...more] = parts
  // One piece is the rule; it is a buffer of its own already.
  const raw = Buffer.isBuffer(first) && more.length === 0 ? first : Buffer.concat(parts)
  if (answer.headers['content-encoding'] !== 'gzip') return raw
  try {
    return gunzipSync(raw, { maxOutputLength: asked.maxBytes })
  } catch (thrown) {
    if (thrown instanceof RangeError) throw tooMuch(asked)
    throw new Fault({ reach: 'call', code: 'http-truncated', message: `${name(asked)} ended in the middle of its compression.` })
  }
}

/** Most bytes that the start of an error's body may unfold to. */
const MOST_ERROR_BYTES = 1_048_576

/** The start of an error's body, decompressed: Radicale compresses these as well, and the words decide what becomes of an item. */
export function errorWords({ headers }: Pick<Exchange, 'headers'>, raw: Buffer): Buffer {
  if (headers['content-encoding'] !== 'gzip') return raw
  try {
    return gunzipSync(raw, { finishFlush: constants.Z_SYNC_FLUSH, maxOutputLength: MOST_ERROR_BYTES })
  } catch {
    return Buffer.alloc(0)
  }
}

function announcedLength(answer: Exchange): number | undefined {
  const said = answer.headers['content-length']
  return said !== undefined && /^\d+$/.test(said) ? Number(said) : undefined
}

const name = (asked: WireRequest): string => `The answer of ${redactUrl(asked.url)} (${asked.about})`

const tooMuch = (asked: WireRequest): Fault =>
  new Fault({
    reach: 'call',
    code: 'http-too-long',
    message: `${name(asked)} is longer than the ${asked.maxBytes} bytes that are allowed.`,
  })

const truncated = (asked: WireRequest, received: number, announced: number): Fault =>
  new Fault({
    reach: 'call',
    code: 'http-truncated',
    message: `${name(asked)} ended after ${received} of ${announced} bytes.`,
    connection: true,
  })

/** A fault where a 2xx answer is not what was asked for: an HTML page in place of data must never become content. */
export function wrongSort(asked: WireRequest, answer: Exchange): Fault | undefined {
  const type = (answer.headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase() ?? ''
  const encoding = answer.headers['content-encoding'] ?? 'identity'
  const strange =
    (asked.expects === 'json' && type !== '' && !/[/+]json$/.test(type)) || (asked.expects === 'bytes' && type === 'text/html')
  if (strange) {
    const message = `${name(asked)} is ${type} where ${asked.expects === 'json' ? 'JSON' : 'content'} was asked: a sign-in page, or a proxy in between.`
    return new Fault({ reach: 'call', code: 'http-wrong-content', message })
  }
  if (encoding === 'identity' || (encoding === 'gzip' && asked.reads === 'whole')) return undefined
  return new Fault({
    reach: 'call',
    code: 'http-wrong-content',
    message: `${name(asked)} is compressed as ${encoding}, which was not asked.`,
  })
}
