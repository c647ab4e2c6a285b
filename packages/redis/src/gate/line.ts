import { asFault, type Clock, Fault, type Quota, type Ticket } from '@offramp/core'

/** Rounds of the event loop. An idle one passes them in no time; a busy one meets more calls that end in each. */
const ROUNDS = 2

/**
 * When everything that has arrived on sockets is dealt with, and what that has brought about: the ends of some calls and the beginnings of the next are
 * then one exchange, and the exchanges of several gates leave together.
 */
function soon(work: () => void): void {
  waiting.push(work)
  if (waiting.length === 1) after(ROUNDS)
}

function after(rounds: number): void {
  setImmediate(() => {
    if (rounds > 1) return after(rounds - 1)
    for (const one of waiting.splice(0)) one()
  })
}

const waiting: (() => void)[] = []

/** Most waiters named in one exchange. The others' turn comes with the next. */
const ASKED = 32

export interface Exchange {
  readonly quota: Quota
  readonly held: number
  readonly waiters: readonly { readonly weight: number; readonly ageMs: number }[]
}

export interface Answer {
  readonly granted: number
  /** `''` when open. */
  readonly why: string
  /** Milliseconds, for each that was not granted. */
  readonly waits: readonly number[]
}

export interface LineOptions {
  readonly clock: Clock
  readonly patienceMs: number
  readonly holdMs: number
  readonly ticketMs: number
  readonly exchange: (asked: Exchange) => Promise<Answer>
  /** The line is empty: nobody waits, nobody is in flight, and Redis knows. */
  readonly idle: () => void
}

interface Waiter {
  readonly weight: number
  readonly began: number
  enter(): void
  refuse(fault: unknown): void
  /** Its call was aborted. */
  giveUp(): void
}

/**
 * One process's side of one gate: its waiters in the order in which they came, and its calls in flight. All that happens at once (calls
 * over, callers come) goes into one exchange with Redis, and there is never more than one under way.
 */
export class Line {
  readonly #options: LineOptions
  #quota: Quota
  readonly #waiters: Waiter[] = []
  readonly #heeded = new Map<AbortSignal, { readonly waiters: Set<Waiter>; readonly onAbort: () => void }>()
  /** Ticket -> when it lapses. */
  readonly #flying = new Map<Ticket, number>()
  #alarm: { readonly at: number; readonly off: AbortController } | undefined
  /** When it is worth asking again, in milliseconds since the Unix epoch. */
  #due: number | undefined
  #busy = false
  #again = false
  /** Somebody's patience would not have lasted: those behind are asked about without delay. */
  #sentAway = false

  constructor(quota: Quota, options: LineOptions) {
    this.#quota = quota
    this.#options = options
  }

  enter(quota: Quota, weight: number, signal: AbortSignal): Promise<Ticket> {
    this.#quota = quota
    return new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason)
      const waiter: Waiter = {
        weight,
        began: this.#options.clock.now(),
        enter: () => {
          this.#unheed(signal, waiter)
          resolve(this.#ticket())
        },
        refuse: (fault) => {
          this.#unheed(signal, waiter)
          reject(fault)
        },
        giveUp: () => {
          const at = this.#waiters.indexOf(waiter)
          if (at >= 0) this.#waiters.splice(at, 1)
          reject(signal.reason)
        },
      }
      this.#heed(signal, waiter)
      this.#waiters.push(waiter)
      this.poke()
    })
  }

  /** One listener for all who wait with a signal: it is searched for among the others each time that one comes or goes. */
  #heed(signal: AbortSignal, waiter: Waiter): void {
    const known = this.#heeded.get(signal)
    if (known) return void known.waiters.add(waiter)
    const waiters = new Set([waiter])
    const onAbort = () => {
      this.#heeded.delete(signal)
      for (const one of waiters) one.giveUp()
      this.poke()
    }
    this.#heeded.set(signal, { waiters, onAbort })
    signal.addEventListener('abort', onAbort, { once: true })
  }

  #unheed(signal: AbortSignal, waiter: Waiter): void {
    const known = this.#heeded.get(signal)
    known?.waiters.delete(waiter)
    if (!known || known.waiters.size > 0) return
    this.#heeded.delete(signal)
    signal.removeEventListener('abort', known.onAbort)
  }

  /** Something has changed: see whether somebody may enter. */
  poke(): void {
    this.#again = true
    if (this.#busy) return
    this.#busy = true
    soon(() => void this.#exchange())
  }

  #ticket(): Ticket {
    const ticket: Ticket = {
      leave: () => {
        if (this.#flying.delete(ticket)) this.poke()
      },
    }
    this.#flying.set(ticket, this.#options.clock.now() + this.#options.ticketMs)
    return ticket
  }

  async #exchange(): Promise<void> {
    let next: number | undefined
    while (this.#again) {
      this.#again = false
      next = await this.#once().catch((error: unknown) => this.#refuseAll(error))
    }
    this.#busy = false
    if (this.#waiters.length === 0 && this.#flying.size === 0) {
      this.#wakeAt(undefined)
      this.#options.idle()
    } else this.#wakeAt(this.#options.clock.now() + (next ?? this.#options.holdMs / 3))
  }

  /** Milliseconds until it is worth asking again. */
  async #once(): Promise<number> {
    const { clock, holdMs, exchange } = this.#options
    const now = clock.now()
    for (const [ticket, lapses] of this.#flying) if (lapses <= now) this.#flying.delete(ticket)
    const asked = this.#waiters.slice(0, this.#sentAway ? ASKED : Math.min(ASKED, Math.max(1, this.#room())))
    const waiters = asked.map(({ weight, began }) => ({ weight, ageMs: now - began }))
    const answer = await exchange({ quota: this.#quota, held: this.#flying.size, waiters })
    // This process has slept (SIGSTOP, a suspended machine) between Redis's word and now: its places may be others' since. Ask again.
    if (clock.now() - now > holdMs / 2) {
      this.#again = true
      return holdMs / 3
    }
    this.#sentAway = false
    for (const waiter of asked.slice(0, answer.granted)) this.#admit(waiter)
    const waits = asked.slice(answer.granted).map((waiter, i) => this.#hold(waiter, answer.waits[i] ?? 0, answer.why))
    if (asked.length > 0 && answer.granted === asked.length && this.#waiters.length > 0 && this.#room() > 0) this.#again = true
    return Math.max(1, Math.min(holdMs / 3, ...waits))
  }

  /** How many more this gate could let in at most. Who is behind them would be named in each exchange in vain. */
  #room(): number {
    const { concurrent } = this.#quota
    return concurrent === undefined ? ASKED : concurrent - this.#flying.size
  }

  /** Who has given up while Redis was letting it in has asked for one more exchange, which gives its place back. */
  #admit(waiter: Waiter): void {
    const at = this.#waiters.indexOf(waiter)
    if (at < 0) return
    this.#waiters.splice(at, 1)
    waiter.enter()
  }

  /** Keeps the waiter, or sends it away where its patience would not last. Milliseconds until its turn may come. */
  #hold(waiter: Waiter, wait: number, why: string): number {
    const { clock, patienceMs } = this.#options
    const left = waiter.began + patienceMs - clock.now()
    const at = this.#waiters.indexOf(waiter)
    if (at < 0) return Number.POSITIVE_INFINITY
    if (wait <= left) return Math.min(wait, Math.max(left, 1))
    this.#waiters.splice(at, 1)
    this.#again = true
    this.#sentAway = true
    const message = `The gate ${this.#quota.key} lets nobody in for now: ${why || 'the quota is used up'}.`
    waiter.refuse(new Fault({ reach: 'gate', code: 'gate-wait', message, until: clock.now() + Math.max(wait, 1_000) }))
    return Number.POSITIVE_INFINITY
  }

  #refuseAll(error: unknown): number {
    const fault = asFault(error)
    for (const waiter of this.#waiters.splice(0)) waiter.refuse(fault)
    this.#again = false
    return this.#options.holdMs / 3
  }

  /** One timer goes on sleeping through all that happens, unless it would wake too late: making and unmaking one for each exchange costs more than that. */
  #wakeAt(due: number | undefined): void {
    this.#due = due
    if (due === undefined || (this.#alarm && this.#alarm.at > due)) {
      // With a reason of our own: making the usual exception, with its stack, costs more than the timer.
      this.#alarm?.off.abort('over')
      this.#alarm = undefined
    }
    if (due === undefined || this.#alarm) return
    const alarm = { at: due, off: new AbortController() }
    this.#alarm = alarm
    const { clock } = this.#options
    clock.sleep(due - clock.now(), alarm.off).then(
      () => this.#woken(),
      () => undefined,
    )
  }

  #woken(): void {
    this.#alarm = undefined
    if (this.#due === undefined || this.#busy) return
    if (this.#due <= this.#options.clock.now()) this.poke()
    else this.#wakeAt(this.#due)
  }
}
