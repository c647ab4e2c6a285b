import type {
  Books,
  Call,
  Collection,
  Destination,
  Home,
  Item,
  Lease,
  Ledger,
  Moving,
  Place,
  PlaceNote,
  Receipt,
  Search,
} from '@offramp/core'
import { looseKey } from './natural-keys.ts'
import { Notes } from './notes.ts'
import type { Safeguards } from './safeguards.ts'

/** A place as this turn knows it. */
export interface KnownPlace {
  readonly place: Place
  /** Nothing above the floor is unknown to the ledger, so a new item need not be looked for, and the floor may rise. */
  known: boolean
  /** What stands above the floor, once somebody had to ask. */
  survey: Promise<Survey> | undefined
}

interface Survey {
  /** Loose natural keys above the floor, owned or not: 100,000 of them are some ten megabytes. */
  readonly keys: ReadonlySet<string>
  /** Something is there that no entry owns: a person's, or ours from before the ledger was lost. */
  readonly foreign: boolean
}

interface PlacesOf {
  readonly request: { readonly destination: Destination; readonly ledger: Ledger; readonly lease: Lease }
  readonly guards: Pick<Safeguards, 'checkFloor' | 'bringHome'>
  readonly books: Books
  readonly reading: Call
}

const OWNERS_AT_ONCE = 1_000

/**
 * The places of one turn, their floors and their doubts.
 *
 * Below a place's floor everything of ours is in a receipt. Where the place stands higher than its floor, the ledger may have
 * forgotten something (Redis lost its last second, or everything), or somebody else has written there: what stands above is walked
 * once, and only an item whose natural key is there is searched for before it is written.
 */
export class Places {
  readonly #of: PlacesOf
  readonly #prepared = new Map<string, { readonly path: string; readonly at: Promise<KnownPlace> }>()
  readonly #byId = new Map<string, KnownPlace>()
  readonly #floors: Map<string, string>
  readonly #suspects: Map<string, string>
  readonly #homes: Map<string, string>
  /** The same by place. Twins may share one. */
  readonly #housed = new Map<string, readonly string[]>()
  readonly notes: Notes
  /** Homes of items since floors were last raised. */
  readonly #touched = new Set<KnownPlace>()

  constructor(of: PlacesOf) {
    this.#of = of
    this.#floors = new Map(of.books.floors)
    this.#suspects = new Map(of.books.suspects)
    this.#homes = new Map(of.books.homes)
    this.notes = new Notes(of)
    for (const [collection, place] of this.#homes) this.#housed.set(place, [...this.standingIn(place), collection])
  }

  /** Where an item is to stand. */
  async home(item: Item): Promise<KnownPlace> {
    const at = await this.prepare(item.home)
    this.#touched.add(at)
    if (!at.known && !this.#floors.has(at.place.id)) await this.#meet(at)
    return at
  }

  /** Collections that stand in a place. */
  standingIn(place: string): readonly string[] {
    return this.#housed.get(place) ?? []
  }

  /** Where the collection stood when it was last prepared, in this turn or an earlier one. */
  homeOf(collection: Pick<Collection, 'id'>): string | undefined {
    return this.#homes.get(collection.id)
  }

  /** Places that nobody stands in any more. */
  left(): readonly PlaceNote[] {
    return this.notes.left(this.#homes)
  }

  /** Records where collections stand. */
  async house(homes: readonly Home[], moving: readonly Moving[]): Promise<void> {
    for (const { collection, place } of homes) this.notes.moved(this.#homes.get(collection), place)
    // First: a place that is noted as left in which something stands all the same is not taken for left.
    await this.notes.write()
    if (homes.length + moving.length === 0) return
    await this.#of.request.lease.house(homes, moving)
    for (const { collection, place } of homes) {
      const was = this.#homes.get(collection)
      if (was === place) continue
      if (was !== undefined)
        this.#housed.set(
          was,
          this.standingIn(was).filter((one) => one !== collection),
        )
      this.#homes.set(collection, place)
      this.#housed.set(place, [...this.standingIn(place), collection])
    }
  }

  /** Makes the place, once a turn: what an item says of its home may be older, or newer, than what its folder was last said to be. */
  prepare(collection: Collection): Promise<KnownPlace> {
    const known = this.#prepared.get(collection.id)
    return known ? known.at : this.#make(collection)
  }

  /** As the source has named it now. */
  prepareAnew(collection: Collection): Promise<KnownPlace> {
    const known = this.#prepared.get(collection.id)
    return known && known.path === JSON.stringify(collection.path) ? known.at : this.#make(collection)
  }

  #make(collection: Collection): Promise<KnownPlace> {
    const at = this.#prepare(collection)
    this.#prepared.set(collection.id, { path: JSON.stringify(collection.path), at })
    return at
  }

  get suspects(): ReadonlyMap<string, string> {
    return this.#suspects
  }

  /** From where copies of ours may stand there that no receipt names. */
  search(place: string): Search {
    return searchFrom(place, this.#floors.get(place))
  }

  /** Every place of which anything is known. */
  searches(): readonly Search[] {
    return [...new Set([...this.#floors.keys(), ...this.#suspects.keys(), ...this.#byId.keys()])].map((place) => this.search(place))
  }

  /** Where a write of ours may have been stored late. What stood there before is not looked at: it may be anybody's. */
  doubted(): readonly Search[] {
    return [...this.#suspects].map(([place, since]) => searchFrom(place, since))
  }

  /** Records doubt, in the ledger first. */
  async suspect(places: Iterable<string>): Promise<void> {
    const fresh = [...new Set(places)].filter((place) => !this.#suspects.has(place))
    if (fresh.length === 0) return
    // In a place that this turn has prepared, nothing that is now in doubt was written before.
    const searches = fresh.map((place) => searchFrom(place, this.#byId.get(place)?.place.mark ?? this.#floors.get(place)))
    await this.#of.request.lease.suspect(searches)
    for (const { place, since } of searches) this.#suspects.set(place, since ?? '')
  }

  async clear(): Promise<void> {
    if (this.#suspects.size === 0) return
    await this.#of.request.lease.cleared([...this.#suspects.keys()])
    this.#suspects.clear()
  }

  /** Whether a copy of an item that the ledger does not know may stand there already. */
  async mayHold(at: KnownPlace, item: Item): Promise<boolean> {
    if (at.known) return false
    const { keys } = await this.#survey(at)
    return keys.has(looseKey(item.naturalKey))
  }

  /** Lifts the floors of places where items have been settled, unless something of ours may be unknown there. */
  async raise(): Promise<void> {
    const settled: KnownPlace[] = []
    for (const at of this.#touched) if (at.known || !(await this.#survey(at)).foreign) settled.push(at)
    this.#touched.clear()
    await this.#raise(settled)
  }

  /** The same for all places of this turn, at the end of a pass: every item of the source is in the ledger, so nothing is unknown. */
  raiseAll(): Promise<void> {
    return this.#raise(this.#byId.values())
  }

  async #raise(places: Iterable<KnownPlace>): Promise<void> {
    const { destination, lease } = this.#of.request
    if (!destination.mark) return
    const floors: Required<Search>[] = []
    for (const at of places) {
      const { id } = at.place
      if (this.#suspects.has(id) || at.place.mark === undefined) continue
      const since = await destination.mark(at.place, this.#of.reading)
      if (since !== this.#floors.get(id)) floors.push({ place: id, since })
      at.known = true
    }
    if (floors.length === 0) return
    await lease.raise(floors)
    for (const { place, since } of floors) this.#floors.set(place, since)
  }

  /**
   * Before the first write into a place without a floor. One that holds nothing unknown gets its floor now. In one that somebody has
   * filled (or we, before the ledger was lost) no floor can be set before the pass is over: it is put on record where our own
   * writing begins, so that no sweep ever reaches below.
   */
  async #meet(at: KnownPlace): Promise<void> {
    const { foreign } = await this.#survey(at)
    const { id, mark } = at.place
    if (mark === undefined) return
    if (foreign) {
      if (this.#suspects.has(id)) return
      await this.#of.request.lease.suspect([{ place: id, since: mark }])
      this.#suspects.set(id, mark)
      return
    }
    await this.#of.request.lease.raise([{ place: id, since: mark }])
    this.#floors.set(id, mark)
  }

  async #prepare(collection: Collection): Promise<KnownPlace> {
    const { destination } = this.#of.request
    const place = await destination.prepare(collection, this.#of.reading)
    this.notes.prepared(place)
    const twin = this.#byId.get(place.id)
    if (twin) return twin
    const known = !this.#of.guards.checkFloor || place.mark === undefined || place.mark === this.#floors.get(place.id)
    const at: KnownPlace = { place, known, survey: undefined }
    this.#byId.set(place.id, at)
    return at
  }

  #survey(at: KnownPlace): Promise<Survey> {
    at.survey ??= this.#walk(at)
    return at.survey
  }

  async #walk(at: KnownPlace): Promise<Survey> {
    const { destination, ledger, lease } = this.#of.request
    const keys = new Set<string>()
    let foreign = false
    let asked: Receipt[] = []
    const ask = async () => {
      if (asked.length === 0 || foreign) return
      foreign = (await ledger.owners(lease.lane, asked)).includes(undefined)
      asked = []
    }
    for await (const { receipt, naturalKey } of destination.walk(this.search(at.place.id), this.#of.reading)) {
      keys.add(looseKey(naturalKey))
      if (!foreign) asked.push(receipt)
      if (asked.length >= OWNERS_AT_ONCE) await ask()
    }
    await ask()
    at.known = !foreign
    return { keys, foreign }
  }
}

const searchFrom = (place: string, since: string | undefined): Search =>
  since === undefined || since === '' ? { place } : { place, since }
