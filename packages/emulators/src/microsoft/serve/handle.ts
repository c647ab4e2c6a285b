import type { IncomingMessage, ServerResponse } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'
import { replacementFor, retryAfterOf } from '../faults/effects.ts'
import type { FaultEffect } from '../faults/rule.ts'
import type { Verdict } from '../limits/limiter.ts'
import { parsePrefer } from '../odata/prefer.ts'
import { parseQuery } from '../odata/query.ts'
import { aadsts } from '../token/aadsts.ts'
import { tokenErrorReply } from '../token/endpoint.ts'
import type { Claims } from '../token/jwt.ts'
import type { Asked } from './asked.ts'
import { accessDenied, badRequest, expiredToken, GraphError, invalidToken, throttled } from './errors.ts'
import { checkManners } from './manners.ts'
import { pathParts } from './path.ts'
import { readBody } from './read-body.ts'
import type { Reply } from './reply.ts'
import { answerRoute, findRoute } from './router.ts'
import { errorReply, idsOf, type RequestIds, send } from './send.ts'
import { findAccount, type TenantState } from './tenant-state.ts'

/** What all of a request's stages need to know. */
export interface Exchange {
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
  if (tenant !== undefined) await handleToken(state, exchange, decodeURIComponent(tenant))
  else await handleGraph(state, exchange)
}

async function handleToken(state: TenantState, exchange: Exchange, tenant: string): Promise<void> {
  const { request } = exchange
  const form = new URLSearchParams((await readBody(request)).toString())
  state.counting.asked('token', undefined)
  state.counting.tokens += 1
  if (request.headers.authorization !== undefined) state.violations.record('Authorization sent to the token endpoint')
  state.limiter.notice('the token endpoint')
  const effect = state.faults.next({ method: request.method ?? 'GET', url: exchange.path, mailbox: undefined })
  const url = `${exchange.origin}${exchange.path}`
  const answer = (): Reply => {
    if (effect?.kind === 'aadsts') return tokenErrorReply(aadsts(effect.code, state.token.registration.clientId), state.now())
    if (request.method !== 'POST') return tokenErrorReply(aadsts(900144, 'grant_type'), state.now())
    return replaced(state, exchange, { effect, key: 'the token endpoint' }) ?? state.token.answer({ tenant, url, form, now: state.now() })
  }
  await finish(state, exchange, { reply: answer(), effect, leave: () => {}, applied: undefined })
}

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
  const onWire = effect && replacementFor(effect, state.now()) === undefined && effect.kind !== 'aadsts' ? effect : undefined
  const bytes = await send(ending.reply, { request, response, ids, applied: ending.applied, effect: onWire, leaving: leave })
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
    body: request.method === 'POST' ? await readBody(request) : Buffer.alloc(0),
    root: `${origin}${VERSION}`,
    path: rest,
    claims,
  }
}

async function handleGraph(state: TenantState, exchange: Exchange): Promise<void> {
  try {
    const asked = await askedOf(state, exchange)
    const { reply, effect, leave } = answerAsked(state, exchange, asked)
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

interface Answer {
  readonly reply: Reply
  readonly effect: FaultEffect | undefined
  readonly leave: () => void
}

const asReply = (state: TenantState, ids: RequestIds, make: () => Reply): Reply => {
  try {
    return make()
  } catch (error) {
    if (error instanceof GraphError) return errorReply(error, ids, state.now())
    throw error
  }
}

/** Limits, faults and route of one request (or of one of a batch's). */
export function answerAsked(state: TenantState, exchange: Exchange, asked: Asked): Answer {
  const { ids } = exchange
  const found = findRoute(state, asked)
  const account = 'user' in found && found.user !== undefined ? findAccount(state, found.user) : undefined
  const mailbox = account?.address
  state.counting.asked(found.kind, mailbox)
  checkManners(state, exchange.request, { asked, kind: found.kind, mailbox })
  state.ticks(found.kind, mailbox)
  const verdict: Verdict = mailbox === undefined ? { allowed: true, leave: () => {} } : state.limiter.enter(mailbox)
  if (!verdict.allowed) {
    return { reply: errorReply(limitError(verdict), ids, state.now()), effect: undefined, leave: () => {} }
  }
  if (mailbox === undefined) state.limiter.notice('the directory')
  const effect = state.faults.next({
    method: asked.method,
    url: exchange.path + (exchange.rawQuery === '' ? '' : `?${exchange.rawQuery}`),
    mailbox,
  })
  const reply = asReply(state, ids, () => {
    const instead = replaced(state, exchange, { effect, key: mailbox ?? 'the directory' })
    if (instead) return instead
    if (asked.method !== 'GET' && found.kind !== 'translate') {
      state.violations.record(`wrote to the source: ${asked.method} (${found.kind})`)
      throw accessDenied()
    }
    return answerRoute(state, asked, found)
  })
  return { reply, effect, leave: verdict.leave }
}

function limitError(verdict: Extract<Verdict, { readonly allowed: false }>): GraphError {
  if (verdict.why === 'concurrency')
    return throttled('ApplicationThrottled', 'Application is over its MailboxConcurrency limit.', verdict.retryAfter)
  return throttled('ApplicationThrottled', 'Application is over its request limit.', verdict.retryAfter)
}

function replaced(
  state: TenantState,
  exchange: Exchange,
  { effect, key }: { readonly effect: FaultEffect | undefined; readonly key: string },
): Reply | undefined {
  if (!effect) return undefined
  if (effect.kind === 'throttle') {
    const { seconds } = retryAfterOf(effect, state.now())
    if (seconds !== undefined && seconds > 0) state.limiter.told(key, seconds)
  }
  const instead = replacementFor(effect, state.now())
  if (!instead) return undefined
  return 'error' in instead ? errorReply(instead.error, exchange.ids, state.now()) : instead.reply
}
