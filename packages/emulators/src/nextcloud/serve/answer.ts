import type { IncomingHttpHeaders } from 'node:http'
import type { CommonEffect } from '../../faults/rule.ts'
import type { Reply } from '../../serve/reply.ts'
import { expireTrash } from '../calendars/trash.ts'
import type { Late } from '../dav/asked.ts'
import { answerDav } from '../dav/route.ts'
import { replacementFor } from '../faults/effects.ts'
import type { CloudEffect } from '../faults/rule.ts'
import { fileSegments } from '../files/asked.ts'
import { type Blob, EMPTY } from '../files/blob.ts'
import { breakOffPut } from '../files/put.ts'
import type { FileReply } from '../files/read.ts'
import { answerApi } from '../ocs/route.ts'
import { welcome } from '../users/furnish.ts'
import type { CloudUser } from '../users/user.ts'
import { authenticate, isByPassword } from './authenticate.ts'
import { DavError, errorReply } from './errors.ts'
import { isApi, plainPage } from './plain-pages.ts'
import type { CloudState } from './state.ts'

/** The head of a request. */
export interface Head {
  readonly method: string
  /** Without query. */
  readonly path: string
  readonly query: URLSearchParams
  readonly headers: IncomingHttpHeaders
  /** The address that it comes from. */
  readonly from?: string
}

/** A request, read whole. */
export interface Call extends Head {
  readonly body: Buffer
  /** The body of a PUT of a file, which is on disk. */
  readonly upload?: Blob
  /** What it sets going is done later than it is answered. */
  readonly late?: Late
}

/** An answer, what goes wrong with it on the wire, how long it waits, and the way to say that it has left. */
export interface Answer {
  readonly reply: FileReply
  readonly effect: CloudEffect | undefined
  readonly waitMs: number
  readonly leave: () => void
}

/** A request that has come in, before its body has: who asks, or what is answered without looking any further. */
export interface Arrival {
  readonly viewer: CloudUser | undefined
  readonly effect: CloudEffect | undefined
  readonly instead: Reply | undefined
  readonly waitMs: number
  readonly leave: () => void
}

const nothing = (): void => {}

/** Who asks, what goes wrong, and what the answer is. Never throws: an error of the emulator itself is a 500 and a violation. */
export const answerCall = (state: CloudState, call: Call): Answer => complete(state, call, arrive(state, call))

/** Looks at a request's head. Never throws. */
export function arrive(state: CloudState, head: Head): Arrival {
  let leave = nothing
  const isSlowed = head.path.startsWith('/remote.php') || isApi(head.path)
  const waitMs = isSlowed ? state.bruteForce.delay(state.now(), head.from) : 0
  const refused = (error: unknown): Arrival => ({ viewer: undefined, effect: undefined, instead: replyOf(state, error), waitMs, leave })
  try {
    const page = plainPage(state, head)
    if (page) return { viewer: undefined, effect: undefined, instead: page, waitMs: 0, leave }
    if (state.settings.maintenance)
      throw new DavError(503, { message: 'System is in maintenance mode.', exception: 'OCA\\DAV\\Exception\\ServerMaintenanceMode' })
    if (!isApi(head.path) && !fileSegments(head.path, '')) throw new DavError(404, `File not found: ${head.path}`)
    const viewer = authenticate(state, head)
    welcome(state, viewer, isByPassword(viewer, head.headers.authorization))
    leave = state.manners.enter(viewer.id)
    count(state, head)
    const url = head.query.size === 0 ? head.path : `${head.path}?${head.query}`
    const effect = state.faults.next({ method: head.method, url, mailbox: viewer.id.toLowerCase() })
    if (effect?.kind === 'cut') return { viewer, effect, instead: { status: 500, body: [] }, waitMs, leave }
    return { viewer, effect, instead: effect && replacementFor(effect, state, viewer.id), waitMs, leave }
  } catch (error) {
    return refused(error)
  }
}

function count(state: CloudState, { method, path }: Head): void {
  const sort = isApi(path) ? `${method} ocs` : `${method} ${fileSegments(path, '')?.[0] ?? ''}`
  state.requests.set(sort, (state.requests.get(sort) ?? 0) + 1)
}

/** Answers a request whose body is here. Never throws. */
export function complete(state: CloudState, call: Call, arrival: Arrival): Answer {
  const { viewer, effect, instead, waitMs, leave } = arrival
  const answer = (reply: FileReply): Answer => ({ reply, effect: instead && effect?.kind !== 'cut' ? undefined : effect, waitMs, leave })
  if (instead || !viewer) return answer(instead ?? { status: 500, body: [] })
  try {
    expireTrash(state, viewer)
    return answer(
      disturbed(reply(state, viewer, { ...call, ...emptied(call, effect), ...(effect?.kind === 'late' && { late: effect }) }), effect),
    )
  } catch (error) {
    return answer(replyOf(state, error))
  }
}

/** The body of a PUT has broken off after so many bytes. Never throws: nobody hears of it. */
export function breakOff(state: CloudState, viewer: CloudUser | undefined, { came, ...head }: Head & { readonly came: Blob }): void {
  const segments = fileSegments(head.path, viewer?.id ?? '') ?? []
  if (!viewer || !(segments[0] === 'files' || segments[0] === 'groupfolders') || segments[1] !== viewer.id) return
  try {
    breakOffPut({ state, viewer, by: 'client', ...head, segments, body: Buffer.alloc(0) }, came)
  } catch (error) {
    if (!(error instanceof DavError)) state.violations.note(`the emulator itself failed: ${String(error)}`)
  }
}

function reply(state: CloudState, viewer: CloudUser, call: Call): FileReply {
  const { method, path, headers, body, query, upload, late } = call
  if (isApi(path)) return answerApi(state, viewer, call)
  const segments = fileSegments(path, viewer.id) ?? []
  return answerDav({
    state,
    viewer,
    by: 'client',
    method,
    path,
    segments,
    headers,
    body,
    query,
    ...(upload && { upload }),
    ...(late && { late }),
  })
}

/** What arrives of a body where a proxy loses it. */
const emptied = (call: Call, effect: CloudEffect | undefined): Partial<Call> =>
  effect?.kind === 'zero-bytes' ? { body: Buffer.alloc(0), ...(call.upload && { upload: EMPTY }) } : {}

function replyOf(state: CloudState, error: unknown): Reply {
  if (error instanceof DavError) return errorReply(error)
  const message = `the emulator itself failed: ${error instanceof Error ? error.stack : String(error)}`
  state.violations.note(message)
  return errorReply(new DavError(500, message))
}

function disturbed(given: FileReply, effect: CloudEffect | undefined): FileReply {
  // Whatever it was, the server has done it, or is about to; a proxy has lost patience.
  if (effect?.kind === 'late' && given.status < 300)
    return {
      status: effect.status ?? 504,
      body: [Buffer.from('<html><body><h1>504 Gateway Time-out</h1></body></html>\n')],
      type: 'text/html',
    }
  if (effect?.kind !== 'wrong-etag' || given.headers?.['etag'] === undefined) return given
  const wrong = '"00000000000000000000000000000000"'
  return { ...given, headers: { ...given.headers, etag: wrong, ...(given.headers['oc-etag'] !== undefined && { 'oc-etag': wrong }) } }
}

/** What an effect does on the wire, where it does anything there. */
export function onWire(effect: CloudEffect | undefined): CommonEffect | 'cut' | undefined {
  switch (effect?.kind) {
    case 'cut':
      return 'cut'
    case 'wrong-etag':
    case 'pretend':
    case 'zero-bytes':
    case 'late':
    case 'xml-bomb':
      return undefined
    default:
      return effect
  }
}
