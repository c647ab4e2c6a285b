import { retryAfterOf } from '../../faults/retry-after.ts'
import type { CommonEffect } from '../../faults/rule.ts'
import type { Reply } from '../../serve/reply.ts'
import { serviceOf } from '../limits/api-quotas.ts'
import { errorReply, GoogleError, invalidCredentials, quotaExceeded } from '../serve/errors.ts'
import type { Route } from '../serve/routes.ts'
import type { WorkspaceState } from '../serve/state.ts'
import { tokenErrorReply } from '../token/oauth-error.ts'
import type { WorkspaceEffect } from './rule.ts'

const HTML =
  '<!DOCTYPE html><html lang=en><meta charset=utf-8><title>Error 502 (Server Error)!!1</title><p><b>502.</b> <ins>That’s an error.</ins><p>The server encountered a temporary error and could not complete your request.</html>'
const SIGN_IN =
  '<!doctype html><html lang="en-US"><head><title>Gmail: Sign in - Google Accounts</title></head><body><form action="https://accounts.google.com/signin"><input name="identifier"></form></body></html>'

const NAMES: Readonly<Record<number, readonly [reason: string, message: string]>> = {
  400: ['badRequest', 'Bad Request'],
  403: ['forbidden', 'Forbidden'],
  404: ['notFound', 'Requested entity was not found.'],
  408: ['requestTimeout', 'Request Timeout'],
  410: ['gone', 'Gone'],
  429: ['rateLimitExceeded', 'Rate Limit Exceeded'],
  500: ['backendError', 'Internal error encountered.'],
  502: ['backendError', 'Bad Gateway'],
  503: ['backendError', 'The service is currently unavailable.'],
  504: ['backendError', 'The request timed out.'],
}

const plain = (status: number, body: string, type: string): Reply => ({ status, body: [Buffer.from(body)], type })

function statusReply(effect: Extract<CommonEffect, { readonly kind: 'status' }>): Reply {
  if (effect.body === 'empty') return { status: effect.status, body: [] }
  if (effect.body === 'html') return plain(effect.status, HTML, 'text/html; charset=UTF-8')
  if (effect.body === 'text') return plain(effect.status, 'upstream connect error or disconnect/reset before headers', 'text/plain')
  const [reason, message] = NAMES[effect.status] ?? ['backendError', 'Unknown Error']
  return errorReply(new GoogleError(effect.status, { message: effect.message ?? message, reason: effect.code ?? reason }))
}

interface Scene {
  readonly state: WorkspaceState
  readonly mailbox: string
  /** Whose words are used. */
  readonly api: Route['api']
}

function quotaReply(effect: Extract<WorkspaceEffect, { readonly kind: 'quota' }>, { state, mailbox, api }: Scene): Reply {
  const code = effect.status ?? 429
  const service = api === 'admin' ? 'gmail.googleapis.com' : serviceOf(api)
  switch (effect.sort) {
    case 'user':
      if (api !== 'gmail') {
        const reason = code === 403 ? 'userRateLimitExceeded' : 'rateLimitExceeded'
        return errorReply(new GoogleError(code, { message: 'Rate Limit Exceeded', reason, domain: 'usageLimits', form: 'classic' }))
      }
      return errorReply(state.quotas.shut(mailbox, effect.ms ?? 1_000, code))
    case 'concurrent':
      return errorReply(new GoogleError(429, { message: 'Too many concurrent requests for user', reason: 'rateLimitExceeded' }))
    case 'front': {
      const facts = { service, project: state.registration.projectNumber }
      return errorReply(quotaExceeded(code, 'Queries per minute per user', facts))
    }
    default:
      return errorReply(new GoogleError(403, { message: 'Daily Limit Exceeded', reason: 'dailyLimitExceeded', domain: 'usageLimits' }))
  }
}

/** What an effect answers instead; undefined where it only disturbs the wire, or the method itself. */
export function replacementFor(effect: WorkspaceEffect, scene: Scene): Reply | undefined {
  switch (effect.kind) {
    case 'throttle': {
      const { header, seconds = 0 } = retryAfterOf(effect, scene.state.now())
      if (seconds > 0) scene.state.quotas.told(scene.mailbox, seconds * 1000)
      const status = effect.status ?? 429
      const [reason, message] = NAMES[status] ?? ['rateLimitExceeded', 'Rate Limit Exceeded']
      const reply = errorReply(new GoogleError(status, { message, reason: effect.code ?? reason }))
      return header === undefined ? reply : { ...reply, headers: { ...reply.headers, 'retry-after': header } }
    }
    case 'status':
      return statusReply(effect)
    case 'sign-in-page':
      return plain(200, SIGN_IN, 'text/html; charset=UTF-8')
    case 'expired-token':
      return errorReply(invalidCredentials())
    case 'quota':
      return quotaReply(effect, scene)
    case 'token-error':
      return tokenErrorReply({ status: effect.status ?? 400, error: effect.error, description: effect.description ?? effect.error })
    default:
      return undefined
  }
}
