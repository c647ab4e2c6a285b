import { hash32 } from '../../generate/random.ts'
import type { Change, HistoryRecord } from './state.ts'

/**
 * Where numbers begin: above what a double can tell apart, and soon to gain a digit, so that neither `Number` nor comparing texts
 * gives their order. They are uint64 in the API (facts 4.4).
 */
const BEGIN = 9_999_999_999_990_000n
const WIDEST_GAP = 300

/** What has changed, in order, as far back as it is remembered. */
export class History {
  readonly #key: string
  readonly #most: number
  #records: HistoryRecord[] = []
  #now: bigint
  /** Smallest number from which a client may still ask. */
  #horizon: bigint
  #count = 0

  constructor(key: string, most: number) {
    this.#key = key
    this.#most = most
    this.#now = BEGIN - BigInt(hash32(key, 'history') % 5_000)
    this.#horizon = this.#now
  }

  /** The number of the newest change. */
  get now(): bigint {
    return this.#now
  }

  note(changes: readonly Change[]): bigint {
    this.#count += 1
    this.#now += BigInt(1 + (hash32(this.#key, 'gap', this.#count) % WIDEST_GAP))
    this.#records.push({ id: this.#now, changes })
    while (this.#records.length > this.#most) this.#horizon = this.#records.shift()?.id ?? this.#horizon
    return this.#now
  }

  /** Everything after `start`; undefined where that is not known any more, or not yet. */
  after(start: bigint): readonly HistoryRecord[] | undefined {
    if (start < this.#horizon || start > this.#now) return undefined
    let [low, high] = [0, this.#records.length]
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((this.#records[middle]?.id ?? 0n) > start) high = middle
      else low = middle + 1
    }
    return this.#records.slice(low)
  }

  /** Forgets all; only from the present number on can be asked. */
  expire(): void {
    this.#records = []
    // A client that has seen the newest number has missed nothing, yet it is forgotten too: the next one is another.
    this.#now += 1n
    this.#horizon = this.#now
  }
}
