import type { OnReadOpts } from 'node:net'
import { lend } from './lent.ts'

/** Bytes that are gathered before they are handed on. */
const PIECE = 128 * 1024
/** The most that TLS gives at a time (RFC 8446, 5.1). */
const MOST_AT_ONCE = 16_384

interface Memory {
  readonly bytes: Buffer
  /** Parts of it that have not come back. */
  out: number
  isFull: boolean
}

interface Pieces {
  readonly onread: OnReadOpts
  /** Hands on what has come so far. */
  flush(): void
}

/**
 * What comes off a connection, read right into pieces that are handed on as they are, and lent. A usual connection makes a buffer, an event and a round
 * through a parser of each 16 kB that TLS gives, which costs more than deciphering them; and new memory of this size for each piece costs as much
 * again, since V8 then collects all of its garbage every few dozen of them.
 */
export function pieces(take: (piece: Buffer) => void): Pieces {
  const free: Memory[] = []
  const fresh = (): Memory => ({ bytes: Buffer.allocUnsafeSlow(PIECE), out: 0, isFull: false })
  let memory = fresh()
  let from = 0
  let to = 0
  let isDue = false

  const flush = (): void => {
    isDue = false
    if (to === from) return
    const lender = memory
    const piece = memory.bytes.subarray(from, to)
    from = to
    lender.out++
    take(lend(piece, () => comeBack(lender)))
  }
  const comeBack = (lender: Memory): void => {
    lender.out--
    if (lender.isFull && lender.out === 0) free.push(lender)
  }
  const turnOver = (): void => {
    memory.isFull = true
    if (memory.out === 0) free.push(memory)
    memory = free.pop() ?? fresh()
    memory.isFull = false
    from = 0
    to = 0
  }
  const buffer = (): Buffer => {
    if (PIECE - to < MOST_AT_ONCE) turnOver()
    return memory.bytes.subarray(to)
  }
  const callback = (bytes: number): boolean => {
    to += bytes
    if (PIECE - to < MOST_AT_ONCE) flush()
    else if (!isDue) {
      isDue = true
      // Once everything that has arrived by now is here.
      setImmediate(flush)
    }
    return true
  }
  return { onread: { buffer, callback }, flush }
}
