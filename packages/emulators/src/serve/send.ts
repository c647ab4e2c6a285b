import { once } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'
import { constants, gzipSync } from 'node:zlib'
import type { CommonEffect } from '../faults/rule.ts'
import type { Reply } from './reply.ts'
import { sendStream } from './send-stream.ts'

const ONE_PIECE = 256 * 1024
const WORTH_GZIP = 1_024

export type Headers = Record<string, string | number>

export interface Sending {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  /** Those of every answer; the reply's own come over them. */
  readonly headers: Headers
  /** Something that goes wrong on the wire. */
  readonly effect: CommonEffect | undefined
  /** Called just before the last byte leaves, so that whoever has read it is not counted as in flight any more. */
  readonly leaving: () => void
}

let dated: readonly [number, string] = [0, '']

/** The `Date` header, written once a second. */
export function httpDate(now: number): string {
  const second = Math.floor(now / 1000)
  if (dated[0] !== second) dated = [second, new Date(second * 1000).toUTCString()]
  return dated[1]
}

const sizeOf = (body: readonly Buffer[]): number => body.reduce((sum, piece) => sum + piece.length, 0)

/** Sends a reply, or what a fault makes of it. Gives the number of bytes of the body that were sent. */
export async function send(reply: Reply, sending: Sending): Promise<number> {
  const { request, response, effect } = sending
  if (reply.stream !== undefined) return sendStream(reply, reply.stream, sending)
  const asksGzip = /\bgzip\b/.test(String(request.headers['accept-encoding'] ?? ''))
  const plain = sizeOf(reply.body)
  const isReady = reply.headers?.['content-encoding'] !== undefined
  const zipped =
    asksGzip && plain >= WORTH_GZIP && effect === undefined && !isReady
      ? gzipSync(Buffer.concat(reply.body), { level: constants.Z_BEST_SPEED })
      : undefined
  const body = zipped ? [zipped] : reply.body
  const length = zipped?.length ?? plain
  const headers: Headers = { ...sending.headers, ...reply.headers, 'content-length': length }
  if (reply.type !== undefined) headers['content-type'] = reply.type
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
export const drained = (response: ServerResponse): Promise<void> =>
  new Promise((resolve) => {
    const done = (): void => {
      response.off('drain', done).off('close', done)
      resolve()
    }
    response.on('drain', done).on('close', done)
  })

async function disturbed(reply: Reply, headers: Headers, { response, effect, leaving }: Sending): Promise<number> {
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
  answer: { readonly status: number; readonly headers: Headers; readonly part: Buffer | undefined },
): Promise<number> {
  const { part } = answer
  if (part) {
    response.writeHead(answer.status, answer.headers)
    await new Promise<void>((resolve) => response.write(part, () => resolve()))
  }
  response.socket?.destroy()
  return part?.length ?? 0
}
