import type { Call } from '@offramp/core'

/** Gives a seat back. Safe to call twice. */
export type GiveBack = () => void

/** One project's part of the seats of its process. */
export interface Guest {
  /** Lanes that it should take from its queue now, those in hand included. At least 1: it may wait for a seat with one lane. */
  readonly allowed: () => number
  /** Told whenever `allowed` may have changed. */
  readonly onChange: (tell: () => void) => void
  readonly inHand: () => number
  /** Resolves when it has a seat; rejects with the signal's reason when that aborts first. */
  take(call: Call): Promise<GiveBack>
  /** Whether its queue has lanes that wait for somebody. Taken for so until it says otherwise. */
  readonly hungry: (is: boolean) => void
}

interface Place {
  inHand: number
  hungry: boolean
  readonly waiting: (() => void)[]
  changed: () => void
}

/**
 * Seats for the lanes that one process moves at once, shared by the projects it serves. Projects with work have an equal part each, whoever
 * was first; what one does not use is the others'. Nobody is sent away from a seat: a turn's slice of time is the longest wait.
 */
export class Seats {
  readonly #total: number
  readonly #places: Place[] = []

  constructor(total: number) {
    this.#total = total
  }

  /** One more project. */
  join(): Guest {
    const place: Place = { inHand: 0, hungry: true, waiting: [], changed: () => {} }
    this.#places.push(place)
    this.#tell()
    return {
      allowed: () => this.#allowed(place),
      inHand: () => place.inHand,
      onChange: (tell) => {
        place.changed = tell
      },
      take: (call) => this.#take(place, call),
      hungry: (is) => {
        if (place.hungry === is) return
        place.hungry = is
        this.#tell()
      },
    }
  }

  get #free(): number {
    return this.#places.reduce((free, { inHand }) => free - inHand, this.#total)
  }

  /** An equal part for each that has work; what cannot be divided goes to the first. */
  #share(of: Place): number {
    const hungry = this.#places.filter((place) => place === of || place.hungry || place.inHand > 0)
    const rest = this.#total % hungry.length
    return Math.floor(this.#total / hungry.length) + (hungry.indexOf(of) < rest ? 1 : 0)
  }

  #allowed(of: Place): number {
    const others = this.#places.filter((place) => place !== of)
    const theirs = others.reduce((sum, place) => sum + Math.max(place.inHand, place.hungry ? this.#share(place) : 0), 0)
    const fair = Math.max(this.#share(of), this.#total - theirs)
    return Math.max(1, Math.min(fair, of.inHand + this.#free))
  }

  #tell(): void {
    for (const { changed } of this.#places) changed()
  }

  #take(place: Place, { signal }: Call): Promise<GiveBack> {
    return new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason)
      const seated = (): void => {
        signal.removeEventListener('abort', gone)
        resolve(this.#seat(place))
      }
      const gone = (): void => {
        place.waiting.splice(place.waiting.indexOf(seated), 1)
        reject(signal.reason)
      }
      signal.addEventListener('abort', gone, { once: true })
      place.waiting.push(seated)
      this.#serve()
    })
  }

  #seat(place: Place): GiveBack {
    let given = false
    return () => {
      if (given) return
      given = true
      place.inHand--
      this.#serve()
    }
  }

  /** Free seats go to whoever has the fewest. */
  #serve(): void {
    while (this.#free > 0) {
      const [next] = this.#places.filter(({ waiting }) => waiting.length > 0).toSorted((a, b) => a.inHand - b.inHand)
      const seated = next?.waiting.shift()
      if (next === undefined || seated === undefined) break
      next.inHand++
      seated()
    }
    this.#tell()
  }
}
