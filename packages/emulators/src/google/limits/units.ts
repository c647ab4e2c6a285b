/** Units spent in the last `perMs` milliseconds, however unevenly. What is refused costs nothing. */
export class UnitWindow {
  readonly #amount: number
  readonly #perMs: number
  #spent: (readonly [at: number, units: number])[] = []
  #head = 0
  #sum = 0

  constructor(amount: number, perMs: number) {
    this.#amount = amount
    this.#perMs = perMs
  }

  /** Whether so many units fit in now. Takes nothing. */
  fits(units: number, now: number): boolean {
    this.#forget(now)
    return this.#sum + units <= this.#amount
  }

  take(units: number, now: number): void {
    this.#spent.push([now, units])
    this.#sum += units
  }

  #forget(now: number): void {
    for (let first = this.#spent[this.#head]; first !== undefined && first[0] <= now - this.#perMs; first = this.#spent[this.#head]) {
      this.#sum -= first[1]
      this.#head += 1
    }
    if (this.#head > 4_096 && this.#head * 2 > this.#spent.length) {
      this.#spent = this.#spent.slice(this.#head)
      this.#head = 0
    }
  }
}
