import { type Clock, systemClock } from '@offramp/core'

/** A clock that runs `factor` times as fast as the wall's, for tests that talk to real sockets and must not wait for real minutes. */
export function fastClock(factor: number, start: number = systemClock.now()): Clock {
  const began = systemClock.now()
  return {
    now: () => Math.floor(start + (systemClock.now() - began) * factor),
    sleep: (ms, call) => systemClock.sleep(Math.ceil(ms / factor), call),
  }
}

interface Sleeper {
  readonly until: number
  readonly wake: () => void
}

/** A clock that stands still until it is told. */
export class ManualClock implements Clock {
  #now: number
  #sleepers: readonly Sleeper[] = []

  constructor(now = 1_800_000_000_000) {
    this.#now = now
  }

  now(): number {
    return this.#now
  }

  /** How many are asleep. */
  get sleeping(): number {
    return this.#sleepers.length
  }

  sleep(ms: number, { signal }: { readonly signal?: AbortSignal }): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason)
      const onAbort = () => {
        this.#sleepers = this.#sleepers.filter((each) => each !== sleeper)
        reject(signal?.reason)
      }
      const sleeper: Sleeper = {
        until: this.#now + ms,
        wake: () => {
          signal?.removeEventListener('abort', onAbort)
          resolve()
        },
      }
      this.#sleepers = [...this.#sleepers, sleeper]
      signal?.addEventListener('abort', onAbort, { once: true })
    })
  }

  /** Moves time on and wakes whoever has slept enough, then lets them run. */
  async advance(ms: number): Promise<void> {
    this.#now += ms
    const due = this.#sleepers.filter((each) => each.until <= this.#now)
    this.#sleepers = this.#sleepers.filter((each) => each.until > this.#now)
    for (const each of due) each.wake()
    await new Promise<void>((resolve) => setImmediate(resolve))
  }
}
