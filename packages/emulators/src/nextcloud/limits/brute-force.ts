const FIRST_MS = 100
const LONGEST_MS = 25_000
const REMEMBERED_MS = 12 * 3_600_000
/** Attempts from one address after which it is refused for a while. */
const MOST = 10
const REFUSED_MS = 30 * 60_000
/** Where nobody says from which. */
const SOMEWHERE = '127.0.0.1'

/**
 * Wrong passwords slow down everyone who comes from the same address, whoever they are (facts 4.6: 6 of them, and a correct login of another
 * user took 6.7 s). Delays and memory are divided by the time scale.
 */
export class BruteForce {
  readonly #scale: number
  readonly #failures = new Map<string, number[]>()

  constructor(timeScale: number) {
    this.#scale = timeScale
  }

  fail(now: number, from = SOMEWHERE): void {
    this.#failures.set(from, [...(this.#failures.get(from) ?? []), now])
  }

  /** Milliseconds that an answer waits. */
  delay(now: number, from = SOMEWHERE): number {
    const count = this.#recent(now, REMEMBERED_MS, from)
    return count === 0 ? 0 : Math.min(LONGEST_MS, FIRST_MS * 2 ** count) / this.#scale
  }

  /** So many that the address is refused with 429. */
  isRefused(now: number, from = SOMEWHERE): boolean {
    return this.#recent(now, REFUSED_MS, from) > MOST
  }

  /** As `occ security:bruteforce:reset` does. */
  forget(): void {
    this.#failures.clear()
  }

  #recent(now: number, perMs: number, from: string): number {
    return (this.#failures.get(from) ?? []).filter((time) => time > now - perMs / this.#scale).length
  }
}
