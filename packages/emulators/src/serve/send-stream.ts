import { once } from 'node:events'
import { setTimeout as pause } from 'node:timers/promises'
import type { Reply } from './reply.ts'
import { drained, type Sending } from './send.ts'

/** Where a body is broken off, and how. */
function breakAt(effect: Sending['effect'], size: number): number {
  if (effect?.kind === 'reset') return effect.afterBytes ?? 0
  if (effect?.kind === 'truncate') return effect.bytes
  return size
}

/** Sends what is too much to be held at once, or what a fault makes of it. Gives the number of bytes of the body that were sent. */
export async function sendStream(reply: Reply, stream: NonNullable<Reply['stream']>, sending: Sending): Promise<number> {
  const { response, effect, leaving } = sending
  if (effect?.kind === 'hang') {
    await once(response, 'close')
    return 0
  }
  if (effect?.kind === 'reset' && effect.afterBytes === undefined) {
    response.socket?.destroy()
    return 0
  }
  const type = reply.type === undefined ? {} : { 'content-type': reply.type }
  const closing = effect?.kind === 'truncate' ? { connection: 'close' } : {}
  response.writeHead(reply.status, { ...sending.headers, ...reply.headers, ...type, ...closing, 'content-length': stream.size })
  const most = breakAt(effect, stream.size)
  let sent = 0
  for (const whole of stream.pieces()) {
    const piece = whole.subarray(0, most - sent)
    sent += piece.length
    if (piece.length > 0 && !response.write(piece) && !response.destroyed) await drained(response)
    if (effect?.kind === 'drip') await pause(effect.everyMs)
    if (response.destroyed || sent >= most) break
  }
  if (effect?.kind === 'reset' && sent < stream.size) response.socket?.destroy()
  else if (effect?.kind === 'truncate' && sent < stream.size) response.socket?.end()
  else {
    leaving()
    response.end()
  }
  return sent
}
