import type { IncomingMessage, ServerResponse } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'
import { gzipSync } from 'node:zlib'
import { readBody } from '../../serve/read-body.ts'
import type { Reply } from '../../serve/reply.ts'
import { httpDate, send } from '../../serve/send.ts'
import { replacementFor } from '../faults/effects.ts'
import { exchange } from '../token/endpoint.ts'
import { tokenErrorReply } from '../token/oauth-error.ts'
import { isMetadata, metadataToken, signerOf, signJwt } from '../token/sign-jwt.ts'
import { type Answer, answerCall, onWire } from './answer.ts'
import { isBatch, runBatch } from './batch.ts'
import { errorReply, GoogleError } from './errors.ts'
import { isPhoto, photoReply } from './photo.ts'
import type { WorkspaceState } from './state.ts'

interface Exchange {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly method: string
  readonly path: string
  readonly query: URLSearchParams
}

const TOKEN_PATHS = new Set(['/token', '/oauth2/token', '/oauth2/v4/token'])
const nothing = (): void => {}

/** Answers one request. Never throws. */
export async function handle(state: WorkspaceState, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = request.url ?? '/'
  state.http.count++
  const mark = url.indexOf('?')
  response.on('error', () => response.destroy())
  const exchanged: Exchange = {
    request,
    response,
    method: request.method ?? 'GET',
    path: mark < 0 ? url : url.slice(0, mark),
    query: new URLSearchParams(mark < 0 ? '' : url.slice(mark + 1)),
  }
  try {
    await finish(state, exchanged, await answerOf(state, exchanged))
  } catch (error) {
    // A client that goes away in the middle is no failure of the emulator; anything else must be seen.
    if (!request.destroyed && !response.destroyed) state.violations.note(`the emulator itself failed: ${String(error)}`)
    response.destroy()
  }
}

async function answerOf(state: WorkspaceState, exchanged: Exchange): Promise<Answer> {
  const { request, method, path, query } = exchanged
  if (isPhoto(path)) return answerPhoto(state, exchanged)
  if (TOKEN_PATHS.has(path)) return answerToken(state, exchanged)
  if (isBatch(path)) return answerBatch(state, exchanged)
  if (signerOf(path) === undefined && !isMetadata(path)) return answerCall(state, { method, path, query, headers: request.headers })
  try {
    return { reply: await answerOther(state, exchanged), effect: undefined, leave: nothing }
  } catch (error) {
    if (!(error instanceof GoogleError)) throw error
    return { reply: errorReply(error), effect: undefined, leave: nothing }
  }
}

const tooLarge = (): GoogleError => new GoogleError(413, { message: 'Request Entity Too Large', reason: 'uploadTooLarge' })

const count = (state: WorkspaceState, method: string): void => {
  state.requests.set(method, (state.requests.get(method) ?? 0) + 1)
}

/** Of a batch as a whole: faults are told apart by its own path; its parts meet those of theirs. */
async function answerBatch(state: WorkspaceState, { request, method, path }: Exchange): Promise<Answer> {
  count(state, 'batch')
  try {
    const body = await readBody(request, tooLarge)
    const effect = state.faults.next({ method, url: path, mailbox: undefined })
    const instead = effect && replacementFor(effect, { state, mailbox: 'a batch', api: 'gmail' })
    const reply = instead ?? runBatch(request.headers, body, (call) => answerCall(state, call))
    return { reply, effect: instead ? undefined : onWire(effect), leave: nothing }
  } catch (error) {
    if (!(error instanceof GoogleError)) throw error
    return { reply: errorReply(error), effect: undefined, leave: nothing }
  }
}

async function answerOther(state: WorkspaceState, { request, path }: Exchange): Promise<Reply> {
  const signer = signerOf(path)
  const body = await readBody(request, tooLarge)
  if (signer !== undefined) {
    count(state, 'signJwt')
    return signJwt(state, signer, { authorization: request.headers.authorization, body })
  }
  count(state, 'metadata')
  return metadataToken(state, request.headers)
}

function answerPhoto(state: WorkspaceState, { request, method, path }: Exchange): Answer {
  count(state, 'photo')
  const effect = state.faults.next({ method, url: path, mailbox: undefined })
  const instead = effect && replacementFor(effect, { state, mailbox: 'pictures', api: 'people' })
  const reply = instead ?? photoReply(state, path, request.headers.authorization)
  return { reply, effect: undefined, leave: nothing }
}

async function answerToken(state: WorkspaceState, { request, method, path }: Exchange): Promise<Answer> {
  const form = new URLSearchParams((await readBody(request, tooLarge)).toString())
  count(state, 'token')
  if (request.headers.authorization !== undefined) state.violations.note('Authorization sent to the token endpoint')
  const effect = state.faults.next({ method, url: path, mailbox: undefined })
  const instead = effect && replacementFor(effect, { state, mailbox: 'the token endpoint', api: 'admin' })
  if (instead) return { reply: instead, effect: undefined, leave: nothing }
  const reply =
    method === 'POST'
      ? exchange(state, form)
      : tokenErrorReply({ status: 400, error: 'invalid_request', description: 'Required parameter is missing: grant_type' })
  const harmless = effect === undefined || effect.kind === 'truncate-gzip' || effect.kind === 'poison-message'
  return { reply, effect: harmless || effect.kind === 'quota' || effect.kind === 'token-error' ? undefined : effect, leave: nothing }
}

async function finish(state: WorkspaceState, { request, response }: Exchange, { reply, effect, leave }: Answer): Promise<void> {
  const wait = state.latencyMs + (typeof effect === 'object' && effect.kind === 'delay' ? effect.ms : 0)
  response.on('close', leave)
  if (wait > 0) await pause(wait)
  await send(effect === 'truncate-gzip' ? truncated(reply) : reply, {
    request,
    response,
    headers: {
      date: httpDate(state.now()),
      'cache-control': 'private',
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'SAMEORIGIN',
      server: 'ESF',
      vary: 'Origin, X-Origin, Referer',
    },
    effect: effect === 'truncate-gzip' ? undefined : effect,
    leaving: leave,
  })
}

/** Half of a gzip stream under a length that is true: nothing but the bytes themselves tells that there should be more. */
function truncated(reply: Reply): Reply {
  const zipped = gzipSync(Buffer.concat(reply.body))
  return {
    ...reply,
    body: [zipped.subarray(0, Math.floor(zipped.length / 2))],
    headers: { ...reply.headers, 'content-encoding': 'gzip' },
  }
}
