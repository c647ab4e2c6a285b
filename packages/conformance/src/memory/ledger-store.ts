import type { Books, Entry, LaneId, ListingState, PlaceDate, PlaceNote } from '@offramp/core'

/** One lane as the store keeps it. */
export interface LaneStore {
  readonly entries: Map<string, Entry>
  readonly listings: Map<string, ListingState>
  readonly floors: Map<string, string>
  readonly suspects: Map<string, string>
  readonly homes: Map<string, string>
  /** Dates of collections, and whether their places bear them. */
  readonly dates: Map<string, { readonly modifiedAt: number; readonly dated: boolean }>
  readonly notes: Map<string, PlaceNote>
  fence: number
  lease: { readonly holder: string; readonly fence: number; until: number; writes: number } | undefined
}

interface Step {
  readonly at: number
  undo(): void
}

/**
 * What Redis is to the shared ledger: several `memoryLedger`s look at one store. It can forget its last second or everything, as a
 * Redis with AOF `everysec` may.
 */
export class LedgerStore {
  #lanes = new Map<LaneId, LaneStore>()
  #steps: Step[] = []
  readonly #remember: boolean

  /** `remember`: keep what is needed for `forgetSince`. */
  constructor(options: { readonly remember?: boolean } = {}) {
    this.#remember = options.remember ?? false
  }

  lane(id: LaneId): LaneStore {
    const known = this.#lanes.get(id)
    if (known) return known
    const made: LaneStore = {
      entries: new Map(),
      listings: new Map(),
      floors: new Map(),
      suspects: new Map(),
      homes: new Map(),
      dates: new Map(),
      notes: new Map(),
      fence: 0,
      lease: undefined,
    }
    this.#lanes.set(id, made)
    return made
  }

  books(id: LaneId): Books {
    const { listings, floors, suspects, homes, dates, notes } = this.lane(id)
    const undated = new Map<string, PlaceDate>()
    for (const [collection, { modifiedAt, dated }] of dates) {
      const place = homes.get(collection)
      if (!dated && place !== undefined) undated.set(collection, { place, modifiedAt })
    }
    const standing = { listings: new Map(listings), floors: new Map(floors), suspects: new Map(suspects), homes: new Map(homes) }
    return { ...standing, undated, notes: new Map(notes) }
  }

  /** Sets or deletes, so that it can be undone. */
  set<V>(map: Map<string, V>, key: string, value: V | undefined, at: number): void {
    const before = map.get(key)
    this.step(at, () => (before === undefined ? map.delete(key) : map.set(key, before)))
    if (value === undefined) map.delete(key)
    else map.set(key, value)
  }

  step(at: number, undo: () => void): void {
    if (this.#remember) this.#steps.push({ at, undo })
  }

  /** The store restarts without what it was told at or after `time`. Always a prefix of what was written. */
  forgetSince(time: number): void {
    for (let step = this.#steps.at(-1); step && step.at >= time; step = this.#steps.at(-1)) {
      step.undo()
      this.#steps.pop()
    }
  }

  /** Calling the answer forgets what was written since this call. */
  mark(): () => void {
    const kept = this.#steps.length
    return () => {
      while (this.#steps.length > kept) this.#steps.pop()?.undo()
    }
  }

  forgetAll(): void {
    this.#lanes = new Map()
    this.#steps = []
  }
}
