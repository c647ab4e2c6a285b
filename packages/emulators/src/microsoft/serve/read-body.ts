import type { IncomingMessage } from 'node:http'
import { GraphError } from './errors.ts'

const MOST = 4 * 1024 * 1024

/** A request's body, at most 4 MB. */
export async function readBody(request: IncomingMessage): Promise<Buffer> {
  const pieces: Buffer[] = []
  let size = 0
  for await (const piece of request) {
    if (!Buffer.isBuffer(piece)) continue
    size += piece.length
    if (size > MOST) throw new GraphError(413, 'RequestEntityTooLarge', 'The request body is too large.')
    pieces.push(piece)
  }
  return Buffer.concat(pieces)
}
