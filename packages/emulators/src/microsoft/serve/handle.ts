import type { IncomingMessage, ServerResponse } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'
import { readBody } from '../../serve/read-body.ts'
import type { Reply } from '../../serve/reply.ts'
import { send } from '../../serve/send.ts'
import { isOnWire } from '../faults/effects.ts'
import type { FaultEffect } from '../faults/rule.ts'
import { parsePrefer } from '../odata/prefer.ts'
import { parseQuery } from '../odata/query.ts'
import { aadsts } from '../token/aadsts.ts'
import { tokenErrorReply } from '../token/endpoint.ts'
import type { Claims } from '../token/jwt.ts'
import { answerAsked, replaced } from './answer.ts'
import type { Asked } from './asked.ts'
import { badRequest, expiredToken, GraphError, invalidToken } from './errors.ts'
import { pathParts } from './path.ts'
import { errorReply, graphHeaders, idsOf, type RequestIds } from './send.ts'
import type { TenantState } from './tenant-state.ts'

/** What all of a request's stages need to know. */
interface Exchange {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly ids: RequestIds
  readonly path: string
  readonly rawQuery: string
  /** `https://host:port`, as the client called it. */
  readonly origin: string
}

const VERSION = '/v1.0'
const TOKEN_PATH = /^\/([^/]+)\/oauth2\/v2\.0\/token$/

/** Answers one request: login, limits, faults, then the route. Never throws. */
export async function handle(state: TenantState, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = request.url ?? '/'
  const mark = url.indexOf('?')
  const exchange: Exchange = {
    request,
    response,
    ids: idsOf(request),
    path: mark < 0 ? url : url.slice(0, mark),
    rawQuery: mark < 0 ? '' : url.slice(mark + 1),
    origin: `https://${request.headers.host ?? 'localhost'}`,
  }
  response.on('error', () => response.destroy())
  const tenant = TOKEN_PATH.exec(exchange.path)?.[1]
  try {
    if (tenant === undefined) await handleGraph(state, exchange)
    else await handleToken(state, exchange, tenant)
  } catch (error) {
    // A client that goes away in the middle is no failure of the emulator; anything else must be seen.
    if (!request.destroyed && !response.destroyed) state.violations.note(`the emulator itself failed: ${String(error)}`)
    response.destroy()
  }
}

async function handleToken(state: TenantState, exchange: Exchange, tenant: string): Promise<void> {
  const { request } = exchange
  const form = new URLSearchParams((await readBody(request, tooLarge)).toString())
  state.counting.asked('token', undefined)
  state.counting.tokens += 1
  if (request.headers.authorization !== undefined) state.violations.note('Authorization sent to the token endpoint')
  state.limiter.notice('the token endpoint')
  const effect = state.faults.next({ method: request.method ?? 'GET', url: exchange.path, mailbox: undefined })
  const url = `${exchange.origin}${exchange.path}`
  const answer = (): Reply => {
    if (effect?.kind === 'aadsts') return tokenErrorReply(aadsts(effect.code, state.token.registration.clientId), state.now())
    if (request.method !== 'POST') return tokenErrorReply(aadsts(900144, 'grant_type'), state.now())
    return (
      replaced(state, { effect, key: 'the token endpoint' }, exchange.ids) ?? state.token.answer({ tenant, url, form, now: state.now() })
    )
  }
  await finish(state, exchange, { reply: answer(), effect, leave: () => {}, applied: undefined })
}

const tooLarge = (): GraphError => new GraphError(413, 'RequestEntityTooLarge', 'The request body is too large.')

interface Ending {
  readonly reply: Reply
  readonly effect: FaultEffect | undefined
  readonly leave: () => void
  readonly applied: string | undefined
}

async function finish(state: TenantState, exchange: Exchange, ending: Ending): Promise<void> {
  const { request, response, ids } = exchange
  const { effect, leave } = ending
  const wait = state.latencyMs + (effect?.kind === 'delay' ? effect.ms : 0)
  response.on('close', leave)
  if (wait > 0) await pause(wait)
  const onWire = effect && isOnWire(effect) ? effect : undefined
  const bytes = await send(ending.reply, {
    request,
    response,
    headers: graphHeaders(ending.reply, ids, { now: state.now(), applied: ending.applied }),
    effect: onWire,
    leaving: leave,
  })
  state.counting.answered(ending.reply.status, bytes)
}

function claimsOf(state: TenantState, request: IncomingMessage): Claims {
  const header = request.headers.authorization
  if (header === undefined || header === '') throw invalidToken('Access token is empty.')
  const token = /^Bearer (\S+)$/i.exec(header)?.[1]
  if (token === undefined || token.split('.').length !== 3) throw invalidToken('IDX14100: JWT is not well formed, there are no dots (.).')
  const claims = state.mint.read(token)
  if (!claims) throw invalidToken('Access token validation failure. Invalid signature.')
  if (state.now() / 1000 >= claims.exp) throw expiredToken()
  return claims
}

async function askedOf(state: TenantState, exchange: Exchange): Promise<Asked> {
  const { request, path, rawQuery, origin } = exchange
  const claims = claimsOf(state, request)
  if (!path.startsWith(`${VERSION}/`)) throw badRequest(`Invalid version: ${path.split('/')[1] ?? ''}`)
  const rest = path.slice(VERSION.length)
  return {
    method: request.method ?? 'GET',
    parts: pathParts(rest),
    query: parseQuery(rawQuery),
    prefer: parsePrefer(request.headers['prefer'] === undefined ? undefined : String(request.headers['prefer'])),
    headers: request.headers,
    body: request.method === 'POST' ? await readBody(request, tooLarge) : Buffer.alloc(0),
    root: `${origin}${VERSION}`,
    path: rest,
    claims,
  }
}

async function handleGraph(state: TenantState, exchange: Exchange): Promise<void> {
  try {
    const asked = await askedOf(state, exchange)
    const { reply, effect, leave } = answerAsked(state, asked, exchange.ids)
    await finish(state, exchange, { reply, effect, leave, applied: asked.prefer.applied })
  } catch (error) {
    if (exchange.response.destroyed) return
    state.counting.asked('refused', undefined)
    const shown =
      error instanceof GraphError
        ? error
        : new GraphError(500, 'InternalServerError', `The emulator failed: ${error instanceof Error ? error.stack : String(error)}`)
    await finish(state, exchange, {
      reply: errorReply(shown, exchange.ids, state.now()),
      effect: undefined,
      leave: () => {},
      applied: undefined,
    })
  }
}
