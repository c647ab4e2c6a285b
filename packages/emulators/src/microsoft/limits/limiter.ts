import { SlidingWindow } from '../../limits/window.ts'

export interface LimiterSettings {
  readonly requests: number
  readonly perMs: number
  readonly concurrent: number
  /** Seconds. */
  readonly concurrencyRetryAfter: number
  readonly raceMs: number
  /** Milliseconds since the Unix epoch. */
  readonly now: () => number
  readonly violation: (text: string) => void
}

/** What the limiter says to a request. */
export type Verdict =
  | { readonly allowed: true; leave(): void }
  | { readonly allowed: false; readonly why: 'requests' | 'concurrency' /** Seconds. */; readonly retryAfter: number }

interface Counter {
  readonly window: SlidingWindow
  inFlight: number
  peak: number
  peakUsed: number
  refusedForConcurrency: number
  toldAt: number
  shutUntil: number
}

/** Refusals for concurrency that a client may see while it learns; more is a client that does not count. */
const LEARNING = 3

/** Outlook's quota, per application and mailbox: so many requests in a sliding window, so many at once. */
export class Limiter {
  readonly #settings: LimiterSettings
  readonly #counters = new Map<string, Counter>()

  constructor(settings: LimiterSettings) {
    this.#settings = settings
  }

  /** Counts a request about `key` (a mailbox). `leave` must be called when it has been answered. */
  enter(key: string): Verdict {
    const counter = this.#counter(key)
    const now = this.#settings.now()
    this.notice(key)
    const wait = counter.window.take(now)
    counter.peakUsed = Math.max(counter.peakUsed, counter.window.used(now))
    if (wait !== undefined) return this.#refuse(counter, 'requests', Math.ceil(wait / 1000))
    if (counter.inFlight >= this.#settings.concurrent) {
      counter.refusedForConcurrency += 1
      if (counter.refusedForConcurrency > LEARNING)
        this.#settings.violation(`more than ${this.#settings.concurrent} requests in flight to ${key}, repeatedly`)
      return this.#refuse(counter, 'concurrency', this.#settings.concurrencyRetryAfter)
    }
    counter.inFlight += 1
    counter.peak = Math.max(counter.peak, counter.inFlight)
    let left = false
    return {
      allowed: true,
      leave: () => {
        if (!left) counter.inFlight -= 1
        left = true
      },
    }
  }

  /** Someone calls `key`: a violation while it was told to stay away, unless the call was on its way already. */
  notice(key: string): void {
    const counter = this.#counter(key)
    const now = this.#settings.now()
    const early = now < counter.shutUntil && now - counter.toldAt > this.#settings.raceMs
    if (early) this.#settings.violation(`called ${key} before Retry-After had passed`)
  }

  /** A fault told the client to stay away from `key` for so many seconds. */
  told(key: string, seconds: number): void {
    const counter = this.#counter(key)
    counter.toldAt = this.#settings.now()
    counter.shutUntil = Math.max(counter.shutUntil, counter.toldAt + seconds * 1000)
  }

  states(): readonly { readonly key: string; readonly inFlight: number; readonly peakInFlight: number; readonly peakUsed: number }[] {
    return [...this.#counters].map(([key, counter]) => ({
      key,
      inFlight: counter.inFlight,
      peakInFlight: counter.peak,
      peakUsed: counter.peakUsed,
    }))
  }

  #refuse(counter: Counter, why: 'requests' | 'concurrency', retryAfter: number): Verdict {
    counter.toldAt = this.#settings.now()
    counter.shutUntil = Math.max(counter.shutUntil, counter.toldAt + retryAfter * 1000)
    return { allowed: false, why, retryAfter }
  }

  #counter(key: string): Counter {
    const known = this.#counters.get(key)
    if (known) return known
    const window = new SlidingWindow(this.#settings.requests, this.#settings.perMs)
    const counter: Counter = { window, inFlight: 0, peak: 0, peakUsed: 0, refusedForConcurrency: 0, toldAt: 0, shutUntil: 0 }
    this.#counters.set(key, counter)
    return counter
  }
}
