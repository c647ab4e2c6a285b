import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'
import { constants, gzipSync } from 'node:zlib'
import type { FaultEffect } from '../faults/rule.ts'
import type { GraphError } from './errors.ts'
import { errorBody, JSON_TYPE, jsonReply, type Reply } from './reply.ts'

const DIAGNOSTIC = '{"ServerInfo":{"DataCenter":"West Europe","Slice":"E","Ring":"5","ScaleUnit":"003","RoleInstance":"AM2PEPF0001C4A1"}}'
const ONE_PIECE = 256 * 1024
const WORTH_GZIP = 1_024

/** What stands in the headers of every answer. */
export interface RequestIds {
  readonly requestId: string
  readonly clientRequestId: string
}

export function idsOf(request: IncomingMessage): RequestIds {
  const requestId = randomUUID()
  const given = request.headers['client-request-id']
  return { requestId, clientRequestId: typeof given === 'string' ? given : requestId }
}

export function errorReply(error: GraphError, ids: RequestIds, now: number): Reply {
  const date = new Date(now).toISOString().slice(0, 19)
  return jsonReply(errorBody(error.code, error.message, { ...ids, date }), error.status, error.headers)
}

export interface Sending {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly ids: RequestIds
  readonly applied: string | undefined
  /** Milliseconds since the Unix epoch, as the tenant sees it. */
  readonly now: number
  /** Something that goes wrong on the wire. */
  readonly effect: FaultEffect | undefined
  /** Called just before the last byte leaves, so that whoever has read it is not counted as in flight any more. */
  readonly leaving: () => void
}

let dated: readonly [number, string] = [0, '']

/** Written once a second. */
function httpDate(now: number): string {
  const second = Math.floor(now / 1000)
  if (dated[0] !== second) dated = [second, new Date(second * 1000).toUTCString()]
  return dated[1]
}

function headersOf(reply: Reply, sending: Sending, length: number): Record<string, string | number> {
  const headers: Record<string, string | number> = {
    date: httpDate(sending.now),
    'cache-control': 'private',
    'strict-transport-security': 'max-age=31536000',
    'request-id': sending.ids.requestId,
    'client-request-id': sending.ids.clientRequestId,
    'x-ms-ags-diagnostic': DIAGNOSTIC,
    vary: 'Accept-Encoding',
    ...reply.headers,
    'content-length': length,
  }
  if (reply.type !== undefined) headers['content-type'] = reply.type
  if (reply.type === JSON_TYPE) headers['odata-version'] = '4.0'
  if (sending.applied !== undefined) headers['preference-applied'] = sending.applied
  return headers
}

const sizeOf = (body: readonly Buffer[]): number => body.reduce((sum, piece) => sum + piece.length, 0)

/** Sends a reply, or what a fault makes of it. Gives the number of bytes of the body that were sent. */
export async function send(reply: Reply, sending: Sending): Promise<number> {
  const { request, response, effect } = sending
  const asksGzip = /\bgzip\b/.test(String(request.headers['accept-encoding'] ?? ''))
  const plain = sizeOf(reply.body)
  const zipped =
    asksGzip && plain >= WORTH_GZIP && effect === undefined
      ? gzipSync(Buffer.concat(reply.body), { level: constants.Z_BEST_SPEED })
      : undefined
  const body = zipped ? [zipped] : reply.body
  const length = zipped?.length ?? plain
  const headers = headersOf(reply, sending, length)
  if (zipped) headers['content-encoding'] = 'gzip'
  if (effect && effect.kind !== 'delay') return disturbed({ ...reply, body }, headers, sending)
  response.writeHead(reply.status, headers)
  if (length <= ONE_PIECE) {
    sending.leaving()
    response.end(body.length === 1 ? body[0] : Buffer.concat(body))
    return length
  }
  for (const piece of body) {
    if (!response.write(piece) && !response.destroyed) await drained(response)
    if (response.destroyed) break
  }
  sending.leaving()
  response.end()
  return length
}

/** A client may be slow for long: no listener is left behind by any of its pauses. */
const drained = (response: ServerResponse): Promise<void> =>
  new Promise((resolve) => {
    const done = (): void => {
      response.off('drain', done).off('close', done)
      resolve()
    }
    response.on('drain', done).on('close', done)
  })

async function disturbed(reply: Reply, headers: Record<string, string | number>, { response, effect, leaving }: Sending): Promise<number> {
  const whole = Buffer.concat(reply.body)
  switch (effect?.kind) {
    case 'hang':
      await once(response, 'close')
      return 0
    case 'reset':
      return reset(response, {
        status: reply.status,
        headers,
        part: effect.afterBytes === undefined ? undefined : whole.subarray(0, effect.afterBytes),
      })
    case 'truncate':
      response.writeHead(reply.status, { ...headers, connection: 'close' })
      await new Promise<void>((resolve) => response.write(whole.subarray(0, effect.bytes), () => resolve()))
      response.socket?.end()
      return Math.min(effect.bytes, whole.length)
    case 'drip':
      response.writeHead(reply.status, headers)
      for (let at = 0; at < whole.length && !response.destroyed; at += effect.chunkBytes) {
        response.write(whole.subarray(at, at + effect.chunkBytes))
        await pause(effect.everyMs)
      }
      break
    default:
      response.writeHead(reply.status, headers)
      response.write(whole)
  }
  leaving()
  response.end()
  return whole.length
}

async function reset(
  response: ServerResponse,
  answer: { readonly status: number; readonly headers: Record<string, string | number>; readonly part: Buffer | undefined },
): Promise<number> {
  const { part } = answer
  if (part) {
    response.writeHead(answer.status, answer.headers)
    await new Promise<void>((resolve) => response.write(part, () => resolve()))
  }
  response.socket?.destroy()
  return part?.length ?? 0
}
