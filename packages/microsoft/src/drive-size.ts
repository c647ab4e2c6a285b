import { type Call, type Checksum, Fault } from '@offramp/core'
import { quickXor } from '@offramp/formats'
import { type BytesSource, extentOf } from './drive-bytes.ts'
import { DOWNLOAD } from './limits.ts'

/** How long a file really is. Costs one unit. A small one is asked for whole, since one without a single byte has no first. */
export async function measured(bytes: Pick<BytesSource, 'ask' | 'first' | 'about' | 'size'>, call: Call): Promise<number> {
  const answer = bytes.size <= DOWNLOAD.heldBytes ? await bytes.ask(0, undefined, call) : await bytes.first(call)
  answer.discard()
  return totalOf(answer, bytes.about)
}

function totalOf(answer: Parameters<typeof extentOf>[0], about: string): number {
  const { total } = extentOf(answer, 0)
  if (total !== undefined) return total
  throw new Fault({ reach: 'call', code: 'graph-no-length', message: `${about} comes without its length.` })
}

/** A small file whose announced size is not to be trusted, read whole: `bytes` is absent where it proves large after all. */
export interface Held {
  readonly size: number
  readonly bytes?: Buffer
  /** Its checksum is not the one that was announced. */
  readonly rewritten?: boolean
}

export async function heldBytes(bytes: Pick<BytesSource, 'ask' | 'about'>, announced: Checksum | undefined, call: Call): Promise<Held> {
  const answer = await bytes.ask(0, undefined, call)
  const size = totalOf(answer, bytes.about)
  if (size > DOWNLOAD.heldBytes * 2) {
    answer.discard()
    return { size }
  }
  const parts: Uint8Array[] = []
  const hash = quickXor()
  for await (const chunk of answer.body) {
    parts.push(chunk)
    hash.update(chunk)
  }
  return { size, bytes: Buffer.concat(parts), rewritten: announced !== undefined && hash.digest() !== announced.value }
}
