/** `part`: of the hour in which it is counted. Default: all of it. */
export interface When {
  readonly now: number
  readonly part?: number
}

/** Counts what a user may do so many times in a while. What is refused is not counted. */
export class RateLimits {
  readonly #perMs: number
  readonly #times = new Map<string, number[]>()

  /** `hourMs`: how long an hour is here. */
  constructor(hourMs: number) {
    this.#perMs = hourMs
  }

  /** Whether it may be done now, counting it where it may. -1 is unlimited. */
  take(what: string, amount: number, { now, part = 1 }: When): boolean {
    if (amount < 0) return true
    const recent = (this.#times.get(what) ?? []).filter((time) => time > now - this.#perMs * part)
    this.#times.set(what, recent)
    if (recent.length >= amount) return false
    recent.push(now)
    return true
  }

  /** All are counted anew. */
  forget(): void {
    this.#times.clear()
  }
}
