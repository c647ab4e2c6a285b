import type { IncomingHttpHeaders } from 'node:http'
import type { CommonEffect } from '../../faults/rule.ts'
import type { Reply } from '../../serve/reply.ts'
import { expireTrash } from '../calendars/trash.ts'
import { segmentsOf } from '../dav/paths.ts'
import { answerDav } from '../dav/route.ts'
import { replacementFor } from '../faults/effects.ts'
import type { CloudEffect } from '../faults/rule.ts'
import { answerOcs } from '../ocs/route.ts'
import { authenticate } from './authenticate.ts'
import { DavError, errorReply } from './errors.ts'
import { plainPage } from './plain-pages.ts'
import type { CloudState } from './state.ts'

/** A request, read whole. */
export interface Call {
  readonly method: string
  /** Without query. */
  readonly path: string
  readonly query: URLSearchParams
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
}

/** An answer, what goes wrong with it on the wire, how long it waits, and the way to say that it has left. */
export interface Answer {
  readonly reply: Reply
  readonly effect: CommonEffect | 'cut' | undefined
  readonly waitMs: number
  readonly leave: () => void
}

const nothing = (): void => {}

/** Who asks, what goes wrong, and what the answer is. Never throws: an error of the emulator itself is a 500 and a violation. */
export function answerCall(state: CloudState, call: Call): Answer {
  let leave = nothing
  const waitMs = call.path.startsWith('/remote.php') || call.path.startsWith('/ocs') ? state.bruteForce.delay(state.now()) : 0
  const refused = (error: DavError): Answer => ({ reply: errorReply(error), effect: undefined, waitMs, leave })
  try {
    const given = pass(state, call, (out) => {
      leave = out
    })
    return { ...given, waitMs, leave }
  } catch (error) {
    if (error instanceof DavError) return refused(error)
    const message = `the emulator itself failed: ${error instanceof Error ? error.stack : String(error)}`
    state.violations.note(message)
    return refused(new DavError(500, message))
  }
}

function pass(state: CloudState, call: Call, inside: (leave: () => void) => void): Pick<Answer, 'reply' | 'effect'> {
  const { method, path, query, headers, body } = call
  const page = plainPage(state, call)
  if (page) return { reply: page, effect: undefined }
  if (state.settings.maintenance)
    throw new DavError(503, { message: 'System is in maintenance mode.', exception: 'Sabre\\DAV\\Exception\\ServiceUnavailable' })
  const isOcs = path.startsWith('/ocs/')
  const segments = segmentsOf(path)
  if (!isOcs && !segments) throw new DavError(404, `File not found: ${path}`)
  const viewer = authenticate(state, headers)
  inside(state.manners.enter(viewer.id))
  const sort = isOcs ? `${method} ocs` : `${method} ${segments?.[0] ?? ''}`
  state.requests.set(sort, (state.requests.get(sort) ?? 0) + 1)
  expireTrash(state, viewer)
  const url = query.size === 0 ? path : `${path}?${query}`
  const effect = state.faults.next({ method, url, mailbox: viewer.id.toLowerCase() })
  if (effect?.kind === 'cut') return { reply: { status: 500, body: [] }, effect: 'cut' }
  const instead = effect && replacementFor(effect, state, viewer.id)
  if (instead) return { reply: instead, effect: undefined }
  try {
    const reply = isOcs
      ? answerOcs(state, viewer, call)
      : answerDav({ state, viewer, by: 'client', method, path, segments: segments ?? [], headers, body, query })
    return { reply: disturbed(reply, effect), effect: onWire(effect) }
  } catch (error) {
    if (!(error instanceof DavError)) throw error
    return { reply: errorReply(error), effect: onWire(effect) }
  }
}

function disturbed(reply: Reply, effect: CloudEffect | undefined): Reply {
  if (effect?.kind !== 'wrong-etag' || reply.headers?.['etag'] === undefined) return reply
  return { ...reply, headers: { ...reply.headers, etag: '"00000000000000000000000000000000"' } }
}

function onWire(effect: CloudEffect | undefined): CommonEffect | undefined {
  switch (effect?.kind) {
    case 'wrong-etag':
    case 'pretend':
    case 'cut':
      return undefined
    default:
      return effect
  }
}
