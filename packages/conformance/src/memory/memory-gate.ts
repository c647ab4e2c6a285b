import { type Call, type Clock, Fault, type Gate, type GateState, type Quota, type Ticket } from '@offramp/core'

export interface MemoryGateOptions {
  /** Longest wait in place, in milliseconds. */
  readonly patienceMs?: number
  /** A ticket that nobody hands back lapses after this many milliseconds. */
  readonly ticketMs?: number
}

interface Entered {
  readonly at: number
  readonly weight: number
}

interface Queue {
  quota: Quota
  shutUntil: number
  why: string
  entered: Entered[]
  /** Ticket -> when it lapses. */
  readonly flying: Map<object, number>
  /** Waiters enter one after another, in the order in which they came. */
  turn: Promise<void>
  /** Told when a call is over. */
  onLeave: (() => void) | undefined
}

/** A gate for one process and for tests: the same promises as the shared one. */
export class MemoryGate implements Gate {
  readonly #clock: Clock
  readonly #patienceMs: number
  readonly #ticketMs: number
  readonly #queues = new Map<string, Queue>()

  constructor(clock: Clock, options: MemoryGateOptions = {}) {
    this.#clock = clock
    this.#patienceMs = options.patienceMs ?? 20_000
    this.#ticketMs = options.ticketMs ?? 300_000
  }

  async enter(quota: Quota, weight: number, call: Call): Promise<Ticket> {
    for (const one of [quota, ...(quota.also ?? [])]) mustFit(one, weight)
    const queue = this.#queue(quota.key)
    queue.quota = quota
    const began = this.#clock.now()
    const mine = queue.turn.then(() => this.#wait(queue, weight, began, call))
    queue.turn = mine.then(
      () => undefined,
      () => undefined,
    )
    return new Promise((resolve, reject) => {
      const onAbort = () => {
        reject(call.signal.reason)
        void mine.then((ticket) => ticket.leave()).catch(() => undefined)
      }
      if (call.signal.aborted) return onAbort()
      call.signal.addEventListener('abort', onAbort, { once: true })
      void mine.then(resolve, reject).finally(() => call.signal.removeEventListener('abort', onAbort))
    })
  }

  async shut(key: string, until: number, why: string): Promise<void> {
    const queue = this.#queue(key)
    if (until <= queue.shutUntil) return
    queue.shutUntil = until
    queue.why = why
  }

  async states(): Promise<readonly GateState[]> {
    const now = this.#clock.now()
    return [...this.#queues].map(([key, queue]) => {
      this.#forget(queue, now)
      const used = (queue.quota.windows ?? []).map(({ amount, perMs }) => spent(queue, now - perMs) / amount)
      const shut = queue.shutUntil > now ? { shutUntil: queue.shutUntil, why: queue.why } : {}
      return { key, inFlight: queue.flying.size, used: Math.max(0, ...used), ...shut }
    })
  }

  #queue(key: string): Queue {
    const known = this.#queues.get(key)
    if (known) return known
    const made: Queue = {
      quota: { key },
      shutUntil: 0,
      why: '',
      entered: [],
      flying: new Map(),
      turn: Promise.resolve(),
      onLeave: undefined,
    }
    this.#queues.set(key, made)
    return made
  }

  async #wait(queue: Queue, weight: number, began: number, call: Call): Promise<Ticket> {
    for (;;) {
      call.signal.throwIfAborted()
      const now = this.#clock.now()
      this.#forget(queue, now)
      const also = this.#also(queue.quota, now)
      const times = [queue, ...also].map((one) => ({ one, free: this.#freeAt(one, weight, now) }))
      const { one: last, free } = times.reduce((a, b) => (b.free > a.free ? b : a))
      if (free <= now) {
        for (const { entered } of also) entered.push({ at: now, weight })
        return this.#take(queue, weight, now)
      }
      if (free - began > this.#patienceMs) throw this.#fault(last, free)
      await this.#sleep(queue, free - now, call)
    }
  }

  /** Until then, or until a place is free. */
  async #sleep(queue: Queue, ms: number, call: Call): Promise<void> {
    const over = new AbortController()
    const freed = new Promise<void>((resolve) => {
      queue.onLeave = resolve
    })
    const slept = this.#clock.sleep(ms, { signal: AbortSignal.any([call.signal, over.signal]) })
    slept.catch(() => undefined)
    try {
      await Promise.race([slept, freed])
    } finally {
      queue.onLeave = undefined
      over.abort()
    }
  }

  /** The further counts of a call: only their windows and their shutting hold. */
  #also(quota: Quota, now: number): readonly Queue[] {
    return (quota.also ?? []).map((one) => {
      const queue = this.#queue(one.key)
      queue.quota = one
      this.#forget(queue, now)
      return queue
    })
  }

  /** The earliest time at which this weight may enter, as far as is known now. */
  #freeAt(queue: Queue, weight: number, now: number): number {
    let free = Math.max(now, queue.shutUntil)
    for (const { amount, perMs } of queue.quota.windows ?? []) {
      let over = spent(queue, now - perMs) + weight - amount
      for (const { at, weight: gone } of queue.entered.filter(({ at }) => at > now - perMs)) {
        if (over <= 0) break
        over -= gone
        free = Math.max(free, at + perMs)
      }
    }
    const full = queue.quota.concurrent !== undefined && queue.flying.size >= queue.quota.concurrent
    // A call whose process died is over without saying so: look again soon.
    return full ? Math.max(free, now + 50) : free
  }

  #take(queue: Queue, weight: number, now: number): Ticket {
    const ticket = { leave: () => void (queue.flying.delete(ticket) && queue.onLeave?.()) }
    queue.entered.push({ at: now, weight })
    queue.flying.set(ticket, now + this.#ticketMs)
    return ticket
  }

  #forget(queue: Queue, now: number): void {
    const longest = Math.max(0, ...(queue.quota.windows ?? []).map(({ perMs }) => perMs))
    queue.entered = queue.entered.filter(({ at }) => at > now - longest)
    for (const [ticket, until] of queue.flying) if (until <= now) queue.flying.delete(ticket)
  }

  #fault(queue: Queue, until: number): Fault {
    const why = queue.shutUntil > this.#clock.now() ? queue.why : 'its quota is used up'
    return new Fault({ reach: 'gate', code: 'gate-wait', message: `The gate ${queue.quota.key} lets nobody in for now: ${why}`, until })
  }
}

/** What could never enter is a mistake, and not a wait. */
function mustFit({ key, windows = [] }: Quota, weight: number): void {
  const small = windows.find(({ amount }) => weight > amount)
  if (!small) return
  throw new Fault({
    reach: 'run',
    code: 'gate-never',
    message: `A call of weight ${weight} can never pass the gate ${key}, which allows ${small.amount} in ${small.perMs} ms.`,
    remedy: 'Raise the limit in the project settings.',
  })
}

const spent = (queue: Queue, since: number): number => queue.entered.reduce((sum, { at, weight }) => (at > since ? sum + weight : sum), 0)
