import { giveBack } from '@offramp/wire'
import { wrongSize } from './content.ts'

export interface Reader {
  /** So many bytes, as they come. Throws where there are fewer. */
  parts(size: number, seen: (part: Uint8Array) => void): AsyncIterable<Uint8Array>
  pass(size: number, seen: (part: Uint8Array) => void): Promise<void>
  expectEnd(size: number): Promise<void>
  close(): Promise<void>
}

/** One stream, taken in pieces. What was lent is given back once the next is asked for. */
export function makeReader(body: AsyncIterable<Uint8Array>): Reader {
  const iterator = body[Symbol.asyncIterator]()
  let whole: Uint8Array = new Uint8Array()
  let rest = whole
  let came = 0
  const next = async (): Promise<boolean> => {
    giveBack(whole)
    const { done, value } = await iterator.next()
    if (done === true) return false
    whole = value
    rest = value
    came += value.length
    return true
  }
  async function* parts(size: number, seen: (part: Uint8Array) => void): AsyncGenerator<Uint8Array> {
    for (let left = size; left > 0; ) {
      if (rest.length === 0) {
        if (!(await next())) throw wrongSize(came + left, came)
        continue
      }
      const part = rest.subarray(0, left)
      rest = rest.subarray(part.length)
      left -= part.length
      seen(part)
      yield part
    }
  }
  return {
    parts,
    async pass(size, seen) {
      for await (const part of parts(size, seen)) void part
    },
    async expectEnd(size) {
      while (rest.length === 0 && (await next())) {}
      if (rest.length > 0) throw wrongSize(size, size + rest.length)
    },
    close: async () => void (await iterator.return?.()),
  }
}
