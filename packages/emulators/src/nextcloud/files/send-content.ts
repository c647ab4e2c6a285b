import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'
import type { CommonEffect } from '../../faults/rule.ts'
import { drained, type Headers, type Sending } from '../../serve/send.ts'
import { slices } from './blob.ts'
import type { Content, FileReply } from './read.ts'

/** Sends an answer whose body is read from disk while it goes, or what a fault makes of it. */
export async function sendContent(reply: FileReply, content: Content, sending: Sending): Promise<void> {
  const { response, request, effect } = sending
  if (effect?.kind === 'hang') {
    await once(response, 'close')
    return
  }
  const length = content.to - content.from
  const headers: Headers = { ...sending.headers, ...reply.headers, 'content-length': length }
  if (reply.type !== undefined) headers['content-type'] = reply.type
  const most = mostOf(effect)
  if (most === undefined) {
    response.socket?.destroy()
    return
  }
  response.writeHead(reply.status, most < length ? { ...headers, connection: 'close' } : headers)
  if (request.method !== 'HEAD') await write(response, { ...content, to: Math.min(content.to, content.from + most) }, effect)
  if (most < length && request.method !== 'HEAD') {
    if (effect?.kind === 'reset') response.socket?.destroy()
    else response.socket?.end()
    return
  }
  sending.leaving()
  response.end()
}

/** How many bytes get through; undefined: not even the head. */
function mostOf(effect: CommonEffect | undefined): number | undefined {
  if (effect?.kind === 'truncate') return effect.bytes
  if (effect?.kind === 'reset') return effect.afterBytes
  return Number.POSITIVE_INFINITY
}

async function write(response: ServerResponse, { blob, from, to }: Content, effect: CommonEffect | undefined): Promise<void> {
  const drip = effect?.kind === 'drip' ? effect : undefined
  for (const slice of slices(blob, from, to)) {
    const step = drip?.chunkBytes ?? slice.length
    for (let at = 0; at < slice.length && !response.destroyed; at += step) {
      if (!response.write(slice.subarray(at, at + step))) await drained(response)
      if (drip) await pause(drip.everyMs)
    }
    if (response.destroyed) return
  }
  if (to - from < blob.size) await new Promise<void>((resolve) => response.write('', () => resolve()))
}
