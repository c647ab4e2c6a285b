import { setImmediate as nextTick } from 'node:timers/promises'
import type { Clock } from '@offramp/core'
import type { Dice } from './dice.ts'

/** One simulated operating-system process: it may be killed or stopped for a while between any two steps. */
export interface Process {
  readonly name: string
  dead: boolean
  /** Not scheduled before. Its timers still fire: a process that was stopped runs them first when it goes on. */
  stoppedUntil: number
}

interface Step {
  readonly process: Process
  readonly resume: () => void
}

interface Timer {
  readonly due: number
  readonly process: Process | undefined
  readonly fire: () => void
}

/**
 * Runs everything one step at a time, in an order that the dice decide, with its own time. Whatever awaits neither a `point` nor a
 * timer runs on at once, so a run depends on its seed alone.
 */
export class Scheduler {
  readonly #dice: Dice
  #steps: Step[] = []
  #timers: Timer[] = []
  #now = Date.UTC(2026, 0, 5)
  #taken = 0

  constructor(dice: Dice) {
    this.#dice = dice
  }

  get now(): number {
    return this.#now
  }

  /** Steps taken so far. */
  get taken(): number {
    return this.#taken
  }

  /** A place at which the process may be stopped, overtaken or killed. */
  point(process: Process): Promise<void> {
    return new Promise((resume) => {
      // What a killed process still had to say is heard by nobody.
      if (!process.dead) this.#steps.push({ process, resume })
    })
  }

  /** At `due`, whatever becomes of the process, unless one is named. */
  at(due: number, fire: () => void, process?: Process): Timer {
    const timer = { due, fire, process }
    if (!process?.dead) this.#timers.push(timer)
    return timer
  }

  clockOf(process: Process): Clock {
    return {
      now: () => this.#now,
      sleep: (ms, { signal }) =>
        new Promise((resolve, reject) => {
          if (signal?.aborted) return reject(signal.reason)
          const onAbort = () => {
            this.#timers = this.#timers.filter((other) => other !== timer)
            reject(signal?.reason)
          }
          const fire = () => {
            signal?.removeEventListener('abort', onAbort)
            resolve()
          }
          const timer = this.at(this.#now + Math.max(0, ms), fire, process)
          signal?.addEventListener('abort', onAbort, { once: true })
        }),
    }
  }

  /** Everything the process awaits stays unanswered for ever. */
  kill(process: Process): void {
    process.dead = true
    this.#steps = this.#steps.filter((step) => step.process !== process)
    this.#timers = this.#timers.filter((timer) => timer.process !== process)
  }

  /** Steps until `done`, or until nothing is left to do, or too much was done. Before each step `chaos` may strike. */
  async run(options: { readonly done: () => boolean; readonly most: number; readonly chaos: () => void }): Promise<void> {
    for (;;) {
      await nextTick()
      if (options.done() || this.#taken >= options.most) return
      if (this.#fireDue()) continue
      options.chaos()
      const ready = this.#steps.filter(({ process }) => process.stoppedUntil <= this.#now)
      const step = this.#dice.pick(ready)
      if (!step) {
        if (!this.#jump()) return
        continue
      }
      this.#taken++
      this.#now += this.#dice.between(1, 20)
      this.#steps.splice(this.#steps.indexOf(step), 1)
      step.resume()
    }
  }

  #fireDue(): boolean {
    const due = this.#timers.filter((timer) => timer.due <= this.#now).sort((a, b) => a.due - b.due)[0]
    if (!due) return false
    this.#timers.splice(this.#timers.indexOf(due), 1)
    due.fire()
    return true
  }

  /** Nothing can go on now: to the next moment at which something can. */
  #jump(): boolean {
    const times = [...this.#timers.map(({ due }) => due), ...this.#steps.map(({ process }) => process.stoppedUntil)]
    if (times.length === 0) return false
    this.#now = Math.max(this.#now, Math.min(...times))
    return true
  }
}
