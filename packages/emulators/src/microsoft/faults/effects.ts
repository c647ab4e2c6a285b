import { retryAfterOf } from '../../faults/retry-after.ts'
import type { CommonEffect } from '../../faults/rule.ts'
import type { Reply } from '../../serve/reply.ts'
import { poisonError } from '../mail/poison.ts'
import { expiredToken, GraphError } from '../serve/errors.ts'
import type { FaultEffect } from './rule.ts'

/** An answer in place of the true one: an error in Graph's envelope, or a reply as it stands. */
export type Replacement = { readonly error: GraphError } | { readonly reply: Reply }

const HTML =
  '<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Strict//EN"><html><head><title>Service Unavailable</title></head><body><h2>Service Unavailable</h2><p>The service is unavailable.</p></body></html>'
const SIGN_IN =
  '<!DOCTYPE html><html dir="ltr" lang="en"><head><title>Sign in to your account</title></head><body><form method="post" action="/common/login"><input name="loginfmt"></form></body></html>'

const NAMES: Readonly<Record<number, readonly [string, string]>> = {
  400: ['BadRequest', 'The request is invalid.'],
  403: ['ErrorAccessDenied', 'Access is denied. Check credentials and try again.'],
  404: ['ErrorItemNotFound', 'The specified object was not found in the store.'],
  429: ['TooManyRequests', 'Too many requests.'],
  500: ['ErrorInternalServerTransientError', 'A transient error has occurred. Please try again.'],
  502: ['UnknownError', 'Bad gateway.'],
  503: ['serviceNotAvailable', 'The service is temporarily unavailable.'],
  504: ['UnknownError', 'The gateway timed out.'],
  507: ['quotaLimitReached', 'The quota limit has been reached.'],
  509: ['BandwidthLimitExceeded', 'The bandwidth limit has been exceeded.'],
}

function plain(status: number, body: string, type: string | undefined): Replacement {
  return { reply: { status, body: [Buffer.from(body)], ...(type !== undefined && { type }) } }
}

function statusReplacement(effect: Extract<FaultEffect, { readonly kind: 'status' }>): Replacement {
  if (effect.body === 'empty') return { reply: { status: effect.status, body: [] } }
  if (effect.body === 'html') return plain(effect.status, HTML, 'text/html; charset=us-ascii')
  if (effect.body === 'text') return plain(effect.status, 'IO error during request payload read', 'text/plain')
  const [code, message] = NAMES[effect.status] ?? ['UnknownError', 'An unknown error has occurred.']
  return { error: new GraphError(effect.status, effect.code ?? code, effect.message ?? message) }
}

/** What an effect answers instead; undefined where it only disturbs the wire. */
export function replacementFor(effect: FaultEffect, now: number): Replacement | undefined {
  switch (effect.kind) {
    case 'throttle': {
      const { header } = retryAfterOf(effect, now)
      const headers = header === undefined ? {} : { 'retry-after': header }
      const busy = effect.status === 503
      const [code, message] = busy
        ? ['serviceNotAvailable', 'The service is temporarily unavailable.']
        : ['ApplicationThrottled', 'Application is over its request limit.']
      return { error: new GraphError(busy ? 503 : 429, effect.code ?? code, message, headers) }
    }
    case 'status':
      return statusReplacement(effect)
    case 'sign-in-page':
      return plain(200, SIGN_IN, 'text/html; charset=utf-8')
    case 'poison': {
      const error = poisonError(effect.sort) ?? new GraphError(500, 'InternalServerError', 'Error while processing response.')
      return { error }
    }
    case 'mailbox-move':
      return { error: new GraphError(503, 'ErrorMailboxMoveInProgress', 'Mailbox move in progress. Try again later.') }
    case 'sync-state-lost':
      return {
        error: new GraphError(410, 'SyncStateNotFound', 'The sync state generation is not found; generation=518;[highest=523][521][520].'),
      }
    case 'expired-token':
      return { error: expiredToken() }
    default:
      return undefined
  }
}

const OFF_WIRE = new Set<FaultEffect['kind']>([
  'throttle',
  'status',
  'sign-in-page',
  'poison',
  'mailbox-move',
  'sync-state-lost',
  'expired-token',
  'aadsts',
])

/** Whether an effect leaves the answer as it is, and disturbs how it travels. */
export const isOnWire = (effect: FaultEffect): effect is CommonEffect => !OFF_WIRE.has(effect.kind)
