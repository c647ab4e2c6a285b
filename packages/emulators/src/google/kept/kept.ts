import { hash32 } from '../../generate/random.ts'

/** One thing, and the number of its newest change. */
export interface KeptEntry<T> {
  readonly id: string
  readonly value: T
  readonly at: number
}

/** Where a walk stands: behind this entry, whether that is still there or not. */
export interface KeptPlace {
  readonly rank: number
  readonly id: string
}

/**
 * Things by id as Google keeps them: they are listed in an order that says nothing and stays, and each knows when it was changed last. What is
 * deleted stays as a tombstone, which the caller puts in its place.
 */
export class Kept<T> {
  readonly #key: string
  readonly #all = new Map<string, KeptEntry<T>>()
  #now = 0
  #horizon = 0
  #ordered: readonly KeptEntry<T>[] | undefined

  constructor(key: string) {
    this.#key = key
  }

  /** Number of the newest change. */
  get now(): number {
    return this.#now
  }

  /** Changes up to here are forgotten: a walk that stood before it begins anew. */
  get horizon(): number {
    return this.#horizon
  }

  get(id: string): T | undefined {
    return this.#all.get(id)?.value
  }

  put(id: string, value: T): void {
    this.#now += 1
    this.#all.set(id, { id, value, at: this.#now })
    this.#ordered = undefined
  }

  /** Without a trace. */
  forget(id: string): void {
    this.#all.delete(id)
    this.#ordered = undefined
  }

  expire(): void {
    this.#now += 1
    this.#horizon = this.#now
  }

  *values(): Generator<T> {
    for (const { value } of this.#all.values()) yield value
  }

  /** What was changed after `since`, behind `place`, in the order of listings. */
  *behind(place: KeptPlace | undefined, since: number): Generator<KeptEntry<T>> {
    for (const entry of this.#list()) {
      if (entry.at > since && (place === undefined || this.#isBehind(entry.id, place))) yield entry
    }
  }

  placeOf(id: string): KeptPlace {
    return { rank: hash32(this.#key, id), id }
  }

  #isBehind(id: string, place: KeptPlace): boolean {
    const { rank } = this.placeOf(id)
    return rank > place.rank || (rank === place.rank && id > place.id)
  }

  #list(): readonly KeptEntry<T>[] {
    this.#ordered ??= [...this.#all.values()]
      .map((entry) => ({ entry, rank: this.placeOf(entry.id).rank }))
      .sort((left, right) => left.rank - right.rank || (left.entry.id < right.entry.id ? -1 : 1))
      .map(({ entry }) => entry)
    return this.#ordered
  }
}
