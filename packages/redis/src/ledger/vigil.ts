import type { Clock } from '@offramp/core'

/** Share of the lease's time after which its holder stops, renewed or not: the rest is left for differing clocks and a write under way. */
const SAFE_SHARE = 0.8

export interface VigilOptions {
  readonly clock: Clock
  /** Milliseconds that never run backwards. */
  readonly monotonic: () => number
  readonly ttlMs: number
  /** The signal's reason. */
  readonly reason: Error
}

/** A moment on two clocks. The later of both counts: the system's own may be set back, the monotonic one sleeps with a suspended machine. */
export interface Moment {
  readonly wall: number
  readonly monotonic: number
}

/**
 * Knows for how long a lease is surely ours: counted from the moment *before* the renewal was sent, since the store counts from a later
 * one. Asking `signal.aborted` looks at the time too: after a blocked event loop or a SIGSTOP, answers that were waiting run before any
 * timer does.
 */
export class Vigil {
  readonly signal: AbortSignal
  readonly #abort = new AbortController()
  readonly #options: VigilOptions
  #since: Moment
  #over = false

  constructor(options: VigilOptions, since: Moment) {
    this.#options = options
    this.#since = since
    this.signal = this.#abort.signal
    const aborted = () => this.lapsed()
    Object.defineProperty(this.signal, 'aborted', { get: aborted })
    Object.defineProperty(this.signal, 'throwIfAborted', {
      value: () => {
        if (aborted()) throw options.reason
      },
    })
  }

  /** The renewal that was sent at `since` has succeeded. Too late for a lease that has lapsed here meanwhile. */
  renewed(since: Moment): void {
    if (!this.lapsed()) this.#since = since
  }

  /** Milliseconds until the signal aborts. */
  remaining(): number {
    const { clock, monotonic, ttlMs } = this.#options
    return ttlMs * SAFE_SHARE - Math.max(clock.now() - this.#since.wall, monotonic() - this.#since.monotonic)
  }

  /** Whether it is over; aborts the signal if that is news. */
  lapsed(): boolean {
    if (!this.#over && this.remaining() <= 0) this.end()
    return this.#over
  }

  end(): void {
    if (this.#over) return
    this.#over = true
    this.#abort.abort(this.#options.reason)
  }

  /** Aborts the signal when the time comes. Returns once it has, or when `call.signal` aborts. */
  async watch(call: { readonly signal: AbortSignal }): Promise<void> {
    while (!call.signal.aborted && !this.lapsed())
      await this.#options.clock.sleep(Math.max(1, this.remaining()), call).catch(() => undefined)
  }
}
