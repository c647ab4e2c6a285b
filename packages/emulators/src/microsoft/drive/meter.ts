/** What SharePoint counts: units of an application in a tenant, by the minute and by the day. Refused requests count as well. */
export class UnitMeter {
  readonly #windows: readonly Window[]
  readonly #perMinute: number
  /** Units taken since the start, and the most that a minute has held. */
  taken = 0
  peak = 0

  constructor(limits: { readonly unitsPerMinute: number; readonly unitsPerDay: number }, scale = 1) {
    this.#perMinute = limits.unitsPerMinute
    this.#windows = [new Window(limits.unitsPerMinute, 60_000 / scale), new Window(limits.unitsPerDay, 86_400_000 / scale)]
  }

  /** Seconds to wait where it is refused; and the headers that tell how full the minute is, from 80 % on. */
  take(units: number, now: number): { readonly retryAfter?: number; readonly headers: Readonly<Record<string, string>> } {
    const waits = this.#windows.map((window) => window.take(units, now))
    this.taken += units
    const used = this.#windows[0]?.held ?? 0
    this.peak = Math.max(this.peak, used)
    const wait = Math.max(...waits)
    const headers = used >= this.#perMinute * TELLS_FROM ? this.#tell(used, now) : {}
    return wait === 0 ? { headers } : { retryAfter: Math.max(1, Math.ceil(wait / 1000)), headers }
  }

  #tell(used: number, now: number): Readonly<Record<string, string>> {
    return {
      'ratelimit-limit': String(this.#perMinute),
      'ratelimit-remaining': String(Math.max(0, this.#perMinute - used)),
      'ratelimit-reset': String(Math.max(1, Math.ceil((this.#windows[0]?.untilLeft(used / 2, now) ?? 0) / 1000))),
    }
  }
}

const TELLS_FROM = 0.8

/** Units of the last while, a hundredth of it at a time. */
class Window {
  readonly #amount: number
  readonly #perMs: number
  readonly #step: number
  #slots: { readonly at: number; units: number }[] = []
  held = 0

  constructor(amount: number, perMs: number) {
    this.#amount = amount
    this.#perMs = perMs
    this.#step = Math.max(1, perMs / 600)
  }

  /** Counts; milliseconds until there would have been room, 0 where there is. */
  take(units: number, now: number): number {
    while ((this.#slots[0]?.at ?? now) <= now - this.#perMs) this.held -= this.#slots.shift()?.units ?? 0
    const last = this.#slots.at(-1)
    if (last && now - last.at < this.#step) last.units += units
    else this.#slots.push({ at: now, units })
    this.held += units
    if (this.held <= this.#amount) return 0
    return this.untilLeft(this.held - this.#amount, now)
  }

  /** Milliseconds until so many units have left. */
  untilLeft(units: number, now: number): number {
    let over = units
    for (const slot of this.#slots) {
      over -= slot.units
      if (over <= 0) return Math.max(1, slot.at + this.#perMs - now)
    }
    return this.#perMs
  }
}
