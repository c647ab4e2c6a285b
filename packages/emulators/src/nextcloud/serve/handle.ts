import { createHash } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'
import { httpDate, send } from '../../serve/send.ts'
import { fileSegments } from '../files/asked.ts'
import { type Blob, noteHash } from '../files/blob.ts'
import { hashAhead } from '../files/hash-ahead.ts'
import { algorithmsIn } from '../files/hashes.ts'
import { sendContent } from '../files/send-content.ts'
import { type Answer, type Arrival, arrive, breakOff, complete, type Head, onWire } from './answer.ts'
import { DavError, errorReply } from './errors.ts'
import type { CloudState } from './state.ts'

/** PHP's `post_max_size` and the proxy's limit. */
const MOST_BYTES = 512 * 1024 * 1024

interface Exchange {
  readonly request: IncomingMessage
  readonly response: ServerResponse
}

/** Answers one request. Never throws. */
export async function handle(state: CloudState, request: IncomingMessage, response: ServerResponse): Promise<void> {
  response.on('error', () => response.destroy())
  try {
    const head = headOf(request)
    const arrival = arrive(state, head)
    response.on('close', arrival.leave)
    const answer = await answerOf(state, { request, response }, { head, arrival })
    if (answer) await finish(state, { request, response }, answer)
  } catch (error) {
    // A client that goes away in the middle is no failure of the emulator; anything else must be seen.
    if (!request.destroyed && !response.destroyed) state.violations.note(`the emulator itself failed: ${String(error)}`)
    response.destroy()
  }
}

function headOf(request: IncomingMessage): Head {
  const url = request.url ?? '/'
  const mark = url.indexOf('?')
  return {
    method: request.method ?? 'GET',
    path: mark < 0 ? url : url.slice(0, mark),
    query: new URLSearchParams(mark < 0 ? '' : url.slice(mark + 1)),
    headers: request.headers,
    from: request.socket.remoteAddress ?? '127.0.0.1',
  }
}

interface Begun {
  readonly head: Head
  readonly arrival: Arrival
}

const STREAMED = new Set(['files', 'groupfolders', 'uploads'])

/** Undefined where the connection was broken on purpose. */
async function answerOf(state: CloudState, { request, response }: Exchange, { head, arrival }: Begun): Promise<Answer | undefined> {
  const { viewer, instead, effect } = arrival
  const cut = effect?.kind === 'cut' ? (effect.afterBytes ?? 0) : undefined
  const isStreamed = head.method === 'PUT' && STREAMED.has(fileSegments(head.path, '')?.[0] ?? '')
  if (cut !== undefined || (instead && head.method === 'PUT')) {
    const came = await pourAway(state, request, cut)
    if (!came) return complete(state, { ...head, body: Buffer.alloc(0) }, arrival)
    if (isStreamed) breakOff(state, viewer, { ...head, came })
    response.socket?.destroy()
    return undefined
  }
  const upload = isStreamed ? await readIntoSpool(state, request, (came) => breakOff(state, viewer, { ...head, came })) : undefined
  const body = upload ? Buffer.alloc(0) : await readWhole(request)
  if (!body) {
    const reply = errorReply(new DavError(413, 'Request Entity Too Large'))
    return { reply, effect: undefined, waitMs: 0, leave: arrival.leave }
  }
  if (viewer) await hashAhead(viewer, head)
  return complete(state, { ...head, body, ...(upload && { upload }) }, arrival)
}

/** Reads a body that nobody wants, or as much of it as is to come: then that. */
async function pourAway(state: CloudState, request: IncomingMessage, most: number | undefined): Promise<Blob | undefined> {
  const writer = state.spool.writer()
  let size = 0
  if (most !== 0)
    for await (const piece of request) {
      if (!Buffer.isBuffer(piece)) continue
      if (most !== undefined) writer.add(piece.subarray(0, most - size))
      size += piece.length
      if (most !== undefined && size >= most) break
    }
  if (most !== undefined) return writer.finish()
  writer.drop()
  return undefined
}

/** Throws where the client goes away in the middle, once what had come was told of. */
async function readIntoSpool(state: CloudState, request: IncomingMessage, onBroken: (came: Blob) => void): Promise<Blob> {
  const writer = state.spool.writer()
  const hashes = algorithmsIn(request.headers['x-hash']?.toString()).map((name) => ({ name, hash: createHash(name) }))
  try {
    for await (const piece of request) {
      if (!Buffer.isBuffer(piece)) continue
      writer.add(piece)
      for (const { hash } of hashes) hash.update(piece)
    }
    const blob = writer.finish()
    // Of no bytes there is one blob for all.
    if (blob.size > 0) for (const { name, hash } of hashes) noteHash(blob, name, hash.digest('hex'))
    return blob
  } catch (error) {
    onBroken(writer.finish())
    throw error
  }
}

async function readWhole(request: IncomingMessage): Promise<Buffer | undefined> {
  const pieces: Buffer[] = []
  let size = 0
  for await (const piece of request) {
    if (!Buffer.isBuffer(piece)) continue
    size += piece.length
    if (size <= MOST_BYTES) pieces.push(piece)
  }
  return size <= MOST_BYTES ? Buffer.concat(pieces) : undefined
}

async function finish(state: CloudState, { request, response }: Exchange, answer: Answer): Promise<void> {
  const { reply, waitMs, leave } = answer
  const effect = onWire(answer.effect)
  if (state.noDelays) state.waited.ms += waitMs
  const wait = state.latencyMs + (state.noDelays ? 0 : waitMs) + (typeof effect === 'object' && effect.kind === 'delay' ? effect.ms : 0)
  if (wait > 0) await pause(wait)
  if (effect === 'cut') {
    response.socket?.destroy()
    return
  }
  const sending = {
    request,
    response,
    headers: {
      date: httpDate(state.now()),
      'cache-control': 'no-store, no-cache, must-revalidate',
      'content-security-policy': "default-src 'none';",
      'x-request-id': 'emulated',
      server: 'Apache',
    },
    effect,
    leaving: leave,
  }
  if (reply.content) await sendContent(reply, reply.content, sending)
  else await send(request.method === 'HEAD' ? { ...reply, body: [] } : reply, sending)
}
