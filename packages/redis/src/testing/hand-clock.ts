import type { Clock } from '@offramp/core'

interface Sleeper {
  readonly at: number
  wake(): void
}

/** A clock that a test moves by hand. */
export class HandClock implements Clock {
  #now: number
  readonly #sleepers = new Set<Sleeper>()

  constructor(now = Date.UTC(2026, 0, 5, 8)) {
    this.#now = now
  }

  now(): number {
    return this.#now
  }

  /** How many wait for their time. */
  get sleeping(): number {
    return this.#sleepers.size
  }

  sleep(ms: number, { signal }: { readonly signal?: AbortSignal }): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason)
      const onAbort = () => {
        this.#sleepers.delete(sleeper)
        reject(signal?.reason)
      }
      const sleeper: Sleeper = {
        at: this.#now + ms,
        wake: () => {
          signal?.removeEventListener('abort', onAbort)
          resolve()
        },
      }
      this.#sleepers.add(sleeper)
      signal?.addEventListener('abort', onAbort, { once: true })
    })
  }

  /** Moves on and wakes whose time has come, earliest first. With `wake: false` the timers are late: a blocked process. */
  pass(ms: number, { wake = true } = {}): void {
    this.#now += ms
    if (!wake) return
    const due = [...this.#sleepers].filter(({ at }) => at <= this.#now).sort((a, b) => a.at - b.at)
    for (const sleeper of due) {
      this.#sleepers.delete(sleeper)
      sleeper.wake()
    }
  }
}
