import { type Call, type Clock, Fault } from '@offramp/core'

export interface TimeLimits {
  /** Milliseconds until the head of the answer. */
  readonly headMs: number
  /** Milliseconds between two chunks. */
  readonly idleMs: number
  /** Milliseconds for everything. */
  readonly totalMs: number
}

interface Watched {
  readonly limits: TimeLimits
  /** Of what, for people. Asked for only where a limit passes. */
  what(): string
  readonly call: Call
}

/** Time limits of the exchanges of one wire. All of them share one timer: a timer and its signals for each cost more than Redis takes. */
export class Watches {
  readonly #clock: Clock
  readonly #live = new Set<Watch>()
  #alarm: AbortController | undefined
  #wakesAt = Number.POSITIVE_INFINITY

  constructor(clock: Clock) {
    this.#clock = clock
  }

  begin(watched: Watched): Watch {
    const watch = new Watch(watched, {
      clock: this.#clock,
      ended: () => {
        this.#live.delete(watch)
        if (this.#live.size === 0) this.#rest()
      },
      isDue: (due) => this.#notLater(due),
    })
    // A call that was aborted before is over already.
    if (watch.broken !== undefined) return watch
    this.#live.add(watch)
    this.#notLater(watch.due(this.#clock.now()))
    return watch
  }

  #notLater(due: number): void {
    if (due < this.#wakesAt) this.#sleepUntil(due)
  }

  /** Not at once: the next exchange mostly follows on the heels of the last. */
  #rest(): void {
    setImmediate(() => {
      if (this.#live.size === 0) this.#sleepUntil(Number.POSITIVE_INFINITY)
    })
  }

  #sleepUntil(due: number): void {
    // With a reason of our own: making the usual exception, with its stack, costs more than the timer.
    this.#alarm?.abort('other limits hold')
    this.#wakesAt = due
    if (due === Number.POSITIVE_INFINITY) return
    const alarm = new AbortController()
    this.#alarm = alarm
    this.#clock.sleep(due - this.#clock.now(), alarm).then(
      () => this.#look(),
      () => undefined,
    )
  }

  #look(): void {
    const now = this.#clock.now()
    for (const watch of [...this.#live]) watch.look(now)
    let next = Number.POSITIVE_INFINITY
    for (const watch of this.#live) next = Math.min(next, watch.due(now))
    this.#sleepUntil(next)
  }
}

interface Around {
  readonly clock: Clock
  readonly ended: () => void
  /** Looks after it at this time at the latest. */
  readonly isDue: (due: number) => void
}

/** One exchange. Broken off with a fault when a limit passes, or with the call's own reason. */
export class Watch {
  readonly #watched: Watched
  readonly #around: Around
  readonly #end: number
  readonly #onAbort: () => void
  readonly #told: ((reason: unknown) => void)[] = []
  #allowed: number
  #waitingSince: number | undefined
  #broken: { readonly reason: unknown } | undefined

  constructor(watched: Watched, around: Around) {
    const { limits, call } = watched
    this.#watched = watched
    this.#around = around
    const now = around.clock.now()
    this.#end = now + limits.totalMs
    this.#allowed = limits.headMs
    this.#waitingSince = now
    this.#onAbort = () => this.#break(call.signal.reason)
    if (call.signal.aborted) this.#broken = { reason: call.signal.reason }
    else call.signal.addEventListener('abort', this.#onAbort, { once: true })
  }

  /** Undefined while all is well. */
  get broken(): { readonly reason: unknown } | undefined {
    return this.#broken
  }

  throwIfBroken(): void {
    if (this.#broken !== undefined) throw this.#broken.reason
  }

  /** `tell` is called once, when it is broken off; at once where it is already. */
  whenBroken(tell: (reason: unknown) => void): void {
    if (this.#broken === undefined) this.#told.push(tell)
    else tell(this.#broken.reason)
  }

  /** From here on the other end is being waited for; a caller who is slow to take the next chunk costs it nothing. */
  waiting(): void {
    this.#waitFor(this.#watched.limits.idleMs)
  }

  arrived(): void {
    this.#waitingSince = undefined
  }

  /** The last byte of the request has been taken: the head of the answer is waited for. */
  sent(): void {
    this.#waitFor(this.#watched.limits.headMs)
  }

  /** Stops the watch. Safe to repeat. */
  end(): void {
    this.#told.length = 0
    this.#watched.call.signal.removeEventListener('abort', this.#onAbort)
    this.#around.ended()
  }

  /** When a limit may have passed, in milliseconds since the Unix epoch. */
  due(now: number): number {
    return Math.min(this.#end, (this.#waitingSince ?? now) + this.#allowed)
  }

  look(now: number): void {
    const { limits } = this.#watched
    if (now >= this.#end) this.#break(this.#tooSlow('It took longer in all than', limits.totalMs))
    else if (this.#waitingSince !== undefined && now - this.#waitingSince >= this.#allowed)
      this.#break(this.#tooSlow('Nothing came for', this.#allowed))
  }

  #waitFor(ms: number): void {
    const now = this.#around.clock.now()
    this.#allowed = ms
    this.#waitingSince = now
    this.#around.isDue(now + ms)
  }

  #break(reason: unknown): void {
    if (this.#broken !== undefined) return
    this.#broken = { reason }
    const told = this.#told.splice(0)
    this.#around.ended()
    for (const tell of told) tell(reason)
  }

  #tooSlow(why: string, ms: number): Fault {
    const message = `${this.#watched.what()} timed out. ${why} ${Math.round(ms / 1000)} s.`
    return new Fault({ reach: 'call', code: 'http-timeout', message, connection: true })
  }
}
