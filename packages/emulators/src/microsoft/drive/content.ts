import { createHash } from 'node:crypto'
import { hash32, randomFrom } from '../../generate/random.ts'
import { quickXorOf } from './quick-xor.ts'

/** Bytes of a file: held, or made from a seed wherever they are asked for, so that 250 GB cost nothing. The seed `zeros` makes zeros: a sparse file. */
export type Content = { readonly bytes: Buffer } | { readonly seed: string; readonly size: number }

const BLOCK = 65_536
const TABLE = 1_048_576
const ZEROS = Buffer.alloc(BLOCK)

let made: Buffer | undefined
function table(): Buffer {
  made ??= randomFrom('drive content').bytes(TABLE + BLOCK)
  return made
}

export const sizeOf = (content: Content): number => ('bytes' in content ? content.bytes.length : content.size)

function blockInto(block: Buffer, key: number, index: number): void {
  const start = hash32(key, index) % TABLE
  table().copy(block, 0, start, start + BLOCK)
  block.writeUInt32BE(key, 0)
  block.writeUInt32BE(index, 4)
}

/** The bytes in [from, to), a block at a time. All blocks may lie in the same memory: whoever takes one is done with it before the next. */
export function* piecesOf(content: Content, from = 0, to = sizeOf(content)): Generator<Buffer> {
  if ('bytes' in content) {
    if (to > from) yield content.bytes.subarray(from, to)
    return
  }
  if (content.seed === 'zeros') {
    for (let at = from; at < to; at += BLOCK) yield ZEROS.subarray(0, Math.min(BLOCK, to - at))
    return
  }
  const key = hash32(content.seed)
  const block = Buffer.allocUnsafeSlow(BLOCK)
  for (let at = from; at < to; ) {
    const index = Math.floor(at / BLOCK)
    const begin = index * BLOCK
    const end = Math.min(begin + BLOCK, to)
    blockInto(block, key, index)
    yield block.subarray(at - begin, end - begin)
    at = end
  }
}

/** SHA-256, as hex. */
export function sha256Of(content: Content, from = 0, to = sizeOf(content)): string {
  const hash = createHash('sha256')
  for (const piece of piecesOf(content, from, to)) hash.update(piece)
  return hash.digest('hex')
}

/** What the service says the bytes hash to; nobody has ever seen it for files as large as these. Base64. */
export function hashOf(content: Content): string | undefined {
  return sizeOf(content) > MOST_HASHED ? undefined : quickXorOf(piecesOf(content))
}

const MOST_HASHED = 32 * 2 ** 20
