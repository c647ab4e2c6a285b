import type { Call, Clock } from '@offramp/core'
import { SIGN_MS, WHOLE } from './limits.ts'

/**
 * Whether large files may go whole to a host that takes chunks as well. Whole costs the server half as much: chunks are stored, read again and stored
 * once more. But what breaks off is sent again from its first byte. So it is done where that is seconds, by what has been measured on the way there.
 */
export interface WholeWay {
  /** Bytes of the largest file that may ever go whole there. 0: none. */
  readonly most: number
  /**
   * Of those who come while nothing is known yet, the first goes on and finds out, and the others wait for what it finds; no longer than a second. Who is
   * through, or has failed, says so.
   */
  known(on: Waiting): Promise<void>
  through(): void
  fits(size: number): boolean
  /** So many bytes of one file have come from the source to the host in so many milliseconds. */
  took(bytes: number, ms: number): void
  arrived(how: 'whole' | 'in chunks'): void
  /** The server, or what stands before it, takes no body of so many bytes. */
  tooLarge(size: number): void
  /** A whole one broke off: the next files go in chunks, and more of them with each break in a row. */
  broke(): void
}

interface Waiting {
  readonly clock: Clock
  readonly call: Call
}

/** One for each host in a process, which many files share. */
export function makeWholeWay(most: number): WholeWay {
  let limit = most
  /** Bytes a millisecond, of one file among those that go at the same time. */
  let rate: number | undefined
  let breaks = 0
  let inChunks = 0
  let finding: PromiseWithResolvers<void> | undefined
  const ended = (): void => {
    finding?.resolve()
    finding = undefined
  }
  return {
    most,
    async known({ clock, call }) {
      if (rate !== undefined || inChunks > 0) return
      if (finding === undefined) {
        finding = Promise.withResolvers()
        return
      }
      const enough = new AbortController()
      const patience = clock.sleep(SIGN_MS, { signal: AbortSignal.any([call.signal, enough.signal]) }).catch(() => undefined)
      await Promise.race([finding.promise, patience])
      enough.abort()
      call.signal.throwIfAborted()
    },
    through() {
      if (rate === undefined) ended()
    },
    fits: (size) => size <= limit && inChunks === 0 && rate !== undefined && size / rate <= WHOLE.ms,
    took(bytes, ms) {
      if (bytes < WHOLE.measured) return
      const now = bytes / Math.max(1, ms)
      // What has become slower counts at once, and what has become faster by and by.
      rate = rate === undefined ? now : Math.min(now, (rate + now) / 2)
      ended()
    },
    arrived(how) {
      if (how === 'whole') breaks = 0
      else if (inChunks > 0) inChunks--
    },
    tooLarge(size) {
      limit = Math.min(limit, size - 1)
    },
    broke() {
      rate = undefined
      breaks++
      inChunks = 2 ** Math.min(breaks, WHOLE.mostBreaks)
    },
  }
}
