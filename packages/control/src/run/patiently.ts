import { asFault, type Call, type Clock } from '@offramp/core'

export interface Patience {
  readonly clock: Clock
  /** Told before a wait, with its end in milliseconds since the Unix epoch. */
  readonly tellWait?: (why: string, until: number) => void
  /** How often in a row an end may be out of reach before that is the answer. Default 4. */
  readonly mostTroubles?: number
}

const MOST_TROUBLES = 4

/** Milliseconds before the first try again; doubled each time. */
const FIRST_REST = 500

/** A wait that is over at once must not spin. */
const SHORTEST_WAIT = 250

/**
 * Does `work`, and does it again where that is only a question of time: a gate that is shut is waited for however long it takes, an end that
 * does not answer is asked a few times. A wait is not a failure: only what is left is thrown. `work` must be safe to repeat.
 */
export async function patiently<T>(patience: Patience, call: Call, work: () => Promise<T>): Promise<T> {
  for (let troubles = 0; ; ) {
    try {
      return await work()
    } catch (thrown) {
      call.signal.throwIfAborted()
      const fault = asFault(thrown)
      const away = fault.reach === 'call' && fault.connection && ++troubles < (patience.mostTroubles ?? MOST_TROUBLES)
      if (fault.reach !== 'gate' && !away) throw thrown
      await waitOut(patience, { why: fault.message, until: fault.until ?? patience.clock.now() + FIRST_REST * 2 ** troubles }, call)
    }
  }
}

/** Waits, and says so. `until` in milliseconds since the Unix epoch. */
export async function waitOut(
  { clock, tellWait }: Patience,
  wait: { readonly why: string; readonly until: number },
  call: Call,
): Promise<void> {
  const now = clock.now()
  const until = Math.max(wait.until, now + SHORTEST_WAIT)
  tellWait?.(wait.why, until)
  await clock.sleep(until - now, call)
}
