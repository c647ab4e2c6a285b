import { type Call, type Clock, Fault } from '@offramp/core'

export interface TimeLimits {
  /** Milliseconds until the head of the answer. */
  readonly headMs: number
  /** Milliseconds between two chunks. */
  readonly idleMs: number
  /** Milliseconds for everything. */
  readonly totalMs: number
}

/** Time limits of one exchange. `signal` aborts with a fault when one passes, or with the call's own reason. */
export interface Watch {
  readonly signal: AbortSignal
  /** From here on the other end is being waited for; a caller who is slow to take the next chunk costs it nothing. */
  waiting(): void
  arrived(): void
  /** The last byte of the request has been taken: the head of the answer is waited for. */
  sent(): void
  /** Stops the watch. Safe to repeat. */
  end(): void
}

export function startWatch(limits: TimeLimits, what: string, around: { readonly clock: Clock; readonly call: Call }): Watch {
  const { clock, call } = around
  const stop = new AbortController()
  const timers = new AbortController()
  const end = clock.now() + limits.totalMs
  let allowed = limits.headMs
  let waitingSince: number | undefined = clock.now()
  const onAbort = () => stop.abort(call.signal.reason)
  if (call.signal.aborted) onAbort()
  call.signal.addEventListener('abort', onAbort, { once: true })

  const guard = async (): Promise<void> => {
    while (!timers.signal.aborted) {
      const now = clock.now()
      if (now >= end) return stop.abort(tooSlow(what, 'It took longer in all than', limits.totalMs))
      if (waitingSince !== undefined && now - waitingSince >= allowed) return stop.abort(tooSlow(what, 'Nothing came for', allowed))
      await clock.sleep(Math.min(end, (waitingSince ?? now) + allowed) - now, { signal: timers.signal })
    }
  }
  guard().catch(() => undefined)

  return {
    signal: stop.signal,
    waiting() {
      allowed = limits.idleMs
      waitingSince = clock.now()
    },
    arrived() {
      waitingSince = undefined
    },
    sent() {
      allowed = limits.headMs
      waitingSince = clock.now()
    },
    end() {
      // With a reason of our own: making the usual exception, with its stack, costs more than the timer.
      timers.abort('ended')
      call.signal.removeEventListener('abort', onAbort)
    },
  }
}

const tooSlow = (what: string, why: string, ms: number): Fault =>
  new Fault({ reach: 'call', code: 'http-timeout', message: `${what} timed out. ${why} ${Math.round(ms / 1000)} s.`, connection: true })
