import type { IncomingHttpHeaders } from 'node:http'
import type { CommonEffect } from '../../faults/rule.ts'
import type { Reply } from '../../serve/reply.ts'
import { type Account, findAccount } from '../directory/account.ts'
import { driveOff } from '../drive/errors.ts'
import { replacementFor } from '../faults/effects.ts'
import type { WorkspaceEffect } from '../faults/rule.ts'
import { serviceOf } from '../limits/api-quotas.ts'
import { costOf, driveCostOf } from '../limits/costs.ts'
import type { Grant } from '../token/mint.ts'
import type { Asked } from './asked.ts'
import {
  apiDisabled,
  errorReply,
  forbidden,
  GoogleError,
  insufficientScopes,
  invalidCredentials,
  noCredentials,
  noMailService,
  notACalendarUser,
} from './errors.ts'
import { checkManners, checkParameters } from './manners.ts'
import { type Found, findRoute } from './routes.ts'
import { showReply } from './show.ts'
import type { WorkspaceState } from './state.ts'

/** A request, of its own or within a batch. */
export interface Call {
  readonly method: string
  /** Without query. */
  readonly path: string
  readonly query: URLSearchParams
  readonly headers: IncomingHttpHeaders
}

/** An answer, what goes wrong with it on the wire, and the way to say that it has left. */
export interface Answer {
  readonly reply: Reply
  readonly effect: CommonEffect | 'truncate-gzip' | undefined
  readonly leave: () => void
}

const nothing = (): void => {}

/** Token, manners, quotas, faults and method of one request. Never throws: an error of the emulator itself is a 500 and a violation. */
export function answerCall(state: WorkspaceState, call: Call): Answer {
  let leave = nothing
  try {
    return pass(state, call, (given) => {
      leave = given
    })
  } catch (error) {
    if (error instanceof GoogleError) return { reply: errorReply(error), effect: undefined, leave }
    const message = `the emulator itself failed: ${error instanceof Error ? error.stack : String(error)}`
    state.violations.note(message)
    return { reply: errorReply(new GoogleError(500, { message, reason: 'backendError' })), effect: undefined, leave }
  }
}

function pass(state: WorkspaceState, call: Call, inside: (leave: () => void) => void): Answer {
  const grant = grantOf(state, call)
  const found = findRoute(call.path)
  if (!found) {
    state.violations.note(`the emulator knows no ${call.method} ${call.path}`)
    throw new GoogleError(404, { message: 'Not Found', reason: 'notFound' })
  }
  const { route } = found
  const caller = findAccount(state, grant.sub)
  if (!caller) throw invalidCredentials()
  const mailbox = route.api === 'admin' ? undefined : caller.address
  const method = route.counted?.(call.query) ?? route.method
  state.requests.set(method, (state.requests.get(method) ?? 0) + 1)
  state.ticks(method, mailbox)
  checkManners(state, call, { route, mailbox })
  const payer = call.query.get('quotaUser') ?? header(call, 'x-goog-quota-user') ?? state.registration.clientEmail
  const leave = charge(state, found, { mailbox, payer, method })
  inside(leave)
  const url = `${call.path}${call.query.size === 0 ? '' : `?${call.query}`}`
  const effect = state.faults.next({ method: call.method, url, mailbox: caller.address })
  if (effect?.kind === 'poison-message') state.poisoned.add(`${caller.address}/${found.names['id'] ?? ''}`)
  const instead = effect && replacementFor(effect, { state, mailbox: caller.address, api: route.api })
  if (instead) return { reply: instead, effect: undefined, leave }
  const asked = understood(state, call, { found, grant, caller })
  return { reply: showReply(route, asked, route.answer(asked)), effect: onWire(effect), leave }
}

const header = (call: Call, name: string): string | undefined => {
  const value = call.headers[name]
  return typeof value === 'string' ? value : undefined
}

/** What of a fault is done to the answer on its way. */
export function onWire(effect: WorkspaceEffect | undefined): Answer['effect'] {
  switch (effect?.kind) {
    case 'truncate-gzip':
      return 'truncate-gzip'
    case 'quota':
    case 'poison-message':
    case 'token-error':
      return undefined
    default:
      return effect
  }
}

/** Whom the request's token speaks for. A token that was refused, and comes again, is a client that does not listen. */
function grantOf(state: WorkspaceState, call: Call): Extract<Grant, { readonly as: 'user' }> {
  const authorization = call.headers.authorization ?? ''
  const token = /^Bearer (\S+)$/i.exec(authorization)?.[1] ?? ''
  const grant = state.mint.read(token)
  if (grant?.as === 'user' && state.now() < grant.expiresAt) return grant
  const refusedAt = state.refusedTokens.get(token)
  if (refusedAt === undefined) state.refusedTokens.set(token, state.now())
  else if (state.now() - refusedAt > state.raceMs)
    state.violations.note(token === '' ? 'called without a token, repeatedly' : 'used a token again after it had been refused')
  throw authorization === '' ? noCredentials() : invalidCredentials()
}

function charge(
  state: WorkspaceState,
  { route }: Found,
  { mailbox, payer, method }: { readonly mailbox: string | undefined; readonly payer: string; readonly method: string },
): () => void {
  if (route.told === true) return nothing
  if (route.api === 'drive') {
    state.apiQuotas.enter('drive', payer, driveCostOf(method))
    return nothing
  }
  if (route.api === 'calendar' || route.api === 'people' || route.api === 'tasks') {
    state.apiQuotas.enter(route.api, payer)
    return nothing
  }
  if (mailbox !== undefined) return state.quotas.enter({ mailbox, payer, units: costOf(route.method, state.table) })
  state.quotas.query(route.method.startsWith('userUsageReport') ? 'reports' : 'directory', payer)
  return nothing
}

function understood(
  state: WorkspaceState,
  call: Call,
  { found, grant, caller }: { readonly found: Found; readonly grant: Extract<Grant, { readonly as: 'user' }>; readonly caller: Account },
): Asked {
  const { route, names } = found
  const service = serviceOf(route.api)
  if (state.disabledApis.has(route.api)) throw apiDisabled(service, state.registration.projectNumber)
  if (!route.scopes.some((scope) => grant.scopes.has(scope))) throw insufficientScopes(service, route.method)
  if (call.method !== (route.verb ?? 'GET')) {
    state.violations.note(`wrote to the source: ${call.method} ${route.method}`)
    throw forbidden('The emulated domain is only read.')
  }
  if (route.api === 'admin' && !caller.admin) throw forbidden('Not Authorized to access this resource/API')
  if (route.api === 'gmail') {
    const user = names['user'] ?? ''
    if (user !== 'me' && findAccount(state, user) !== caller) throw forbidden(`Delegation denied for ${caller.address}`)
    if (!caller.gmail) throw noMailService()
  }
  // Whoever is suspended keeps no access, whatever token is out.
  if (route.api !== 'admin' && caller.suspended) throw invalidCredentials()
  if (route.api === 'calendar' && !caller.calendar) throw notACalendarUser()
  if (route.api === 'drive' && !caller.drive) throw driveOff()
  checkParameters(route, call.query)
  return {
    state,
    method: route.method,
    path: call.path,
    names,
    query: call.query,
    headers: call.headers,
    account: caller,
    scopes: grant.scopes,
  }
}
