import type { IncomingMessage } from 'node:http'

const MOST = 4 * 1024 * 1024

/** A request's body, at most 4 MB: what `tooLarge` makes is thrown above that. */
export async function readBody(request: IncomingMessage, tooLarge: () => Error): Promise<Buffer> {
  const pieces: Buffer[] = []
  let size = 0
  for await (const piece of request) {
    if (!Buffer.isBuffer(piece)) continue
    size += piece.length
    if (size > MOST) throw tooLarge()
    pieces.push(piece)
  }
  return Buffer.concat(pieces)
}
