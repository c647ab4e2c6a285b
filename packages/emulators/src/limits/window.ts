/** Requests of the last `perMs` milliseconds, however unevenly they came. Refused ones count as well, as Outlook counts them. */
export class SlidingWindow {
  readonly #amount: number
  readonly #perMs: number
  #times: number[] = []
  #head = 0

  constructor(amount: number, perMs: number) {
    this.#amount = amount
    this.#perMs = perMs
  }

  /** Counts a request; undefined where it is within the quota, else milliseconds until one would be. */
  take(now: number): number | undefined {
    if (!Number.isFinite(this.#amount)) return undefined
    this.#forget(now)
    const held = this.#times.length - this.#head
    this.#times.push(now)
    if (held < this.#amount) return undefined
    // The refused one counts: what must leave the window first is one later.
    const blocking = this.#times[this.#times.length - this.#amount] ?? now
    return Math.max(1, blocking + this.#perMs - now)
  }

  /** Share of the quota in use, 0 to 1 (above 1 after refusals). */
  used(now: number): number {
    this.#forget(now)
    return (this.#times.length - this.#head) / this.#amount
  }

  #forget(now: number): void {
    while (this.#head < this.#times.length && (this.#times[this.#head] ?? now) <= now - this.#perMs) this.#head += 1
    if (this.#head > 4_096 && this.#head * 2 > this.#times.length) {
      this.#times = this.#times.slice(this.#head)
      this.#head = 0
    }
  }
}
