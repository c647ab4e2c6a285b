import type { IncomingMessage, ServerResponse } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'
import { httpDate, send } from '../../serve/send.ts'
import { type Answer, answerCall } from './answer.ts'
import { DavError, errorReply } from './errors.ts'
import type { CloudState } from './state.ts'

/** PHP's `post_max_size` and the proxy's limit. */
const MOST_BYTES = 512 * 1024 * 1024

/** Answers one request. Never throws. */
export async function handle(state: CloudState, request: IncomingMessage, response: ServerResponse): Promise<void> {
  response.on('error', () => response.destroy())
  try {
    await finish(state, { request, response }, await answerOf(state, request))
  } catch (error) {
    // A client that goes away in the middle is no failure of the emulator; anything else must be seen.
    if (!request.destroyed && !response.destroyed) state.violations.note(`the emulator itself failed: ${String(error)}`)
    response.destroy()
  }
}

async function answerOf(state: CloudState, request: IncomingMessage): Promise<Answer> {
  const url = request.url ?? '/'
  const mark = url.indexOf('?')
  const body = await readWhole(request)
  if (!body) return { reply: errorReply(new DavError(413, 'Request Entity Too Large')), effect: undefined, waitMs: 0, leave: () => {} }
  return answerCall(state, {
    method: request.method ?? 'GET',
    path: mark < 0 ? url : url.slice(0, mark),
    query: new URLSearchParams(mark < 0 ? '' : url.slice(mark + 1)),
    headers: request.headers,
    body,
  })
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

async function finish(
  state: CloudState,
  { request, response }: { readonly request: IncomingMessage; readonly response: ServerResponse },
  { reply, effect, waitMs, leave }: Answer,
): Promise<void> {
  response.on('close', leave)
  const wait = state.latencyMs + waitMs + (typeof effect === 'object' && effect.kind === 'delay' ? effect.ms : 0)
  if (wait > 0) await pause(wait)
  if (effect === 'cut') {
    response.socket?.destroy()
    return
  }
  const isHead = request.method === 'HEAD'
  await send(isHead ? { ...reply, body: [] } : reply, {
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
  })
}
