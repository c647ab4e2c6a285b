import type { Clock, Log } from '@offramp/core'

export interface EveryOptions {
  readonly clock: Clock
  readonly signal: AbortSignal
  readonly log: Log
  /** For the log. */
  readonly what: string
}

/** Does `work` every `ms` milliseconds until the signal aborts. A failure is logged once in a row and does not end it. Never rejects. */
export async function everyWhile(ms: number, options: EveryOptions, work: () => Promise<void>): Promise<void> {
  const { clock, signal, log, what } = options
  let failing = false
  while (!signal.aborted) {
    try {
      await work()
      failing = false
    } catch (thrown) {
      if (!failing)
        log.warn({ state: what, error: thrown instanceof Error ? thrown.name : 'unknown' }, 'a look at the board failed; trying again')
      failing = true
    }
    await clock.sleep(ms, { signal }).catch(() => {})
  }
}
