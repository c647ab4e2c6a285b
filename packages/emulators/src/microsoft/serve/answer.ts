import { retryAfterOf } from '../../faults/retry-after.ts'
import type { Reply } from '../../serve/reply.ts'
import { DRIVES } from '../drive/download.ts'
import { replacementFor } from '../faults/effects.ts'
import type { FaultEffect } from '../faults/rule.ts'
import { unitCost } from '../limits/directory.ts'
import type { Verdict } from '../limits/limiter.ts'
import { parsePrefer } from '../odata/prefer.ts'
import { parseQuery } from '../odata/query.ts'
import type { Asked } from './asked.ts'
import { type BatchAnswer, type BatchItem, runBatch } from './batch.ts'
import { accessDenied, GraphError, throttled } from './errors.ts'
import { checkManners } from './manners.ts'
import { pathParts } from './path.ts'
import { answerRoute, findRoute } from './router.ts'
import { errorReply, type RequestIds } from './send.ts'
import { findAccount, type TenantState } from './tenant-state.ts'

/** An answer, what goes wrong with it on the wire, and the way to say that it has left. */
export interface Answer {
  readonly reply: Reply
  readonly effect: FaultEffect | undefined
  readonly leave: () => void
}

const nothing = () => {}

/** A reply, or the error that was thrown instead. An error of the emulator itself is a 500, and a violation so that no test passes over it. */
function asReply(state: TenantState, ids: RequestIds, make: () => Reply): Reply {
  try {
    return make()
  } catch (error) {
    if (error instanceof GraphError) return errorReply(error, ids, state.now())
    const text = `the emulator itself failed: ${error instanceof Error ? error.stack : String(error)}`
    state.violations.note(text)
    return errorReply(new GraphError(500, 'InternalServerError', text), ids, state.now())
  }
}

/** Limits, faults and route of one request, or of a batch's. */
export function answerAsked(state: TenantState, asked: Asked, ids: RequestIds): Answer {
  if (asked.parts[0] === '$batch') {
    state.counting.asked('batch', undefined)
    const answerOne = (item: BatchItem) => answerInner(state, { asked, item }, ids)
    return { reply: asReply(state, ids, () => runBatch(asked, answerOne, state.limits.concurrent)), effect: undefined, leave: nothing }
  }
  let answer: Answer | undefined
  const reply = asReply(state, ids, () => {
    answer = answerOne(state, asked, ids)
    return answer.reply
  })
  return answer ?? { reply, effect: undefined, leave: nothing }
}

function answerOne(state: TenantState, asked: Asked, ids: RequestIds): Answer {
  const found = findRoute(state, asked)
  const files = 'units' in found ? found : undefined
  const mailbox = 'user' in found && found.user !== undefined ? findAccount(state, found.user)?.address : undefined
  state.counting.asked(found.kind, mailbox ?? files?.owner)
  checkManners(state, { asked, kind: found.kind, mailbox })
  state.ticks(found.kind, mailbox ?? files?.owner)
  const verdict: Verdict = mailbox === undefined ? { allowed: true, leave: nothing } : state.limiter.enter(mailbox)
  if (!verdict.allowed) return { reply: errorReply(limitError(verdict), ids, state.now()), effect: undefined, leave: nothing }
  const charge = files ? chargeDrives(state, files.units) : mailbox === undefined ? chargeDirectory(state, asked, found.kind) : undefined
  if (charge?.refusal) return { reply: errorReply(charge.refusal, ids, state.now()), effect: undefined, leave: nothing }
  const url = `/v1.0${asked.path}${asked.query.raw === '' ? '' : `?${asked.query.raw}`}`
  const effect = state.faults.next({ method: asked.method, url, mailbox: mailbox ?? files?.owner })
  const reply = asReply(state, ids, () => {
    const instead = replaced(state, { effect, key: mailbox ?? (files ? DRIVES : DIRECTORY) }, ids)
    if (instead) return instead
    if (asked.method !== 'GET' && found.kind !== 'translate') {
      state.violations.note(`wrote to the source: ${asked.method} (${found.kind})`)
      throw accessDenied()
    }
    return answerRoute(state, asked, found)
  })
  const charged = charge === undefined ? reply : { ...reply, headers: { ...charge.headers, ...reply.headers } }
  return { reply: charged, effect, leave: verdict.leave }
}

/** Drives and sites: by resource units, of the tenant as a whole. */
function chargeDrives(
  state: TenantState,
  units: number,
): { readonly refusal?: GraphError; readonly headers: Readonly<Record<string, string>> } {
  state.limiter.notice(DRIVES)
  const charge = state.files.meter.take(units, state.now())
  if (charge.retryAfter === undefined) return { headers: charge.headers }
  state.limiter.told(DRIVES, charge.retryAfter)
  const headers = { ...charge.headers, 'retry-after': String(charge.retryAfter) }
  return { refusal: new GraphError(429, 'activityLimitReached', 'The request has been throttled', headers), headers }
}

/** The directory and the reports have limits of their own. */
function chargeDirectory(
  state: TenantState,
  asked: Asked,
  kind: string,
): { readonly refusal?: GraphError; readonly headers: Readonly<Record<string, string>> } {
  const key = kind === 'report' ? 'the reports' : DIRECTORY
  state.limiter.notice(key)
  if (kind === 'report') {
    const wait = state.reports.take(state.now())
    if (wait === undefined) return { headers: {} }
    const seconds = Math.ceil(wait / 1000)
    state.limiter.told(key, seconds)
    return { refusal: throttled('TooManyRequests', 'Too many requests for this report.', seconds), headers: {} }
  }
  const charge = state.units.take(unitCost(asked.query, kind === 'users' ? 2 : 1), state.now())
  if (charge.allowed) return { headers: charge.headers }
  state.limiter.told(key, charge.retryAfter)
  const headers = { ...charge.headers, 'retry-after': String(charge.retryAfter) }
  return { refusal: new GraphError(429, 'TooManyRequests', 'Too many requests. Please retry after a delay.', headers), headers }
}

const DIRECTORY = 'the directory'

/** An inner request goes the way of a single one; it has its own `Prefer`. Faults on the wire are for single ones only. */
function answerInner(
  state: TenantState,
  { asked, item }: { readonly asked: Asked; readonly item: BatchItem },
  ids: RequestIds,
): BatchAnswer {
  const mark = item.url.indexOf('?')
  const path = mark < 0 ? item.url : item.url.slice(0, mark)
  let leave = nothing
  const reply = asReply(state, ids, () => {
    const answer = answerOne(
      state,
      {
        ...asked,
        method: item.method,
        parts: pathParts(path),
        query: parseQuery(mark < 0 ? '' : item.url.slice(mark + 1)),
        prefer: parsePrefer(item.headers['prefer']),
        headers: { ...item.headers, 'user-agent': asked.headers['user-agent'] },
        body: item.body,
        path,
      },
      ids,
    )
    leave = answer.leave
    return answer.reply
  })
  return { reply, leave: () => leave() }
}

function limitError(verdict: Extract<Verdict, { readonly allowed: false }>): GraphError {
  const text =
    verdict.why === 'concurrency' ? 'Application is over its MailboxConcurrency limit.' : 'Application is over its request limit.'
  return throttled('ApplicationThrottled', text, verdict.retryAfter)
}

/** What a fault answers in place of the true answer, if it does; remembers how long it told `key` to stay away. */
export function replaced(
  state: TenantState,
  { effect, key }: { readonly effect: FaultEffect | undefined; readonly key: string },
  ids: RequestIds,
): Reply | undefined {
  if (!effect) return undefined
  if (effect.kind === 'throttle') {
    const { seconds } = retryAfterOf(effect, state.now())
    if (seconds !== undefined && seconds > 0) state.limiter.told(key, seconds)
  }
  const instead = replacementFor(effect, state.now())
  if (!instead) return undefined
  return 'error' in instead ? errorReply(instead.error, ids, state.now()) : instead.reply
}
