import type { Books, Destination, Lease, LeftPlace, Place, PlaceNote } from '@offramp/core'
import { above } from './dates.ts'

interface NotesOf {
  readonly request: { readonly destination: Destination; readonly lease: Lease }
  readonly books: Books
}

/** What is remembered of places: which of them Offramp has made, and which a collection has left. Nothing, where the destination takes none away. */
export class Notes {
  readonly #of: NotesOf
  readonly #notes: Map<string, PlaceNote>
  /** Not in the ledger yet. Lost with the process, such a place is taken for somebody else's. */
  readonly #fresh = new Set<string>()

  constructor(of: NotesOf) {
    this.#of = of
    this.#notes = new Map(of.books.notes)
  }

  /** A place was asked for. */
  prepared({ made }: Place): void {
    if (this.#of.request.destination.retire) for (const [place, as] of made ?? []) this.#set({ place, made: as })
  }

  /** A collection stands there now, and not where it stood. */
  moved(was: string | undefined, place: string): void {
    if (!this.#of.request.destination.retire || was === place) return
    if (was !== undefined) this.#set({ ...this.#notes.get(was), place: was, left: '' })
    const { left, ...note } = this.#notes.get(place) ?? {}
    if (left !== undefined) this.#set({ ...note, place })
  }

  /** What came of a place that was left: why it stays. Undefined: it is gone. */
  settled({ place, made }: LeftPlace, left: string | undefined): void {
    this.#set(left === undefined ? { place } : { place, left, ...(made === undefined ? {} : { made }) })
  }

  left(homes: Books['homes']): readonly PlaceNote[] {
    return leftPlaces(this.#notes, homes)
  }

  async write(): Promise<void> {
    const notes = [...this.#fresh].map((place) => this.#notes.get(place) ?? { place })
    if (notes.length > 0) await this.#of.request.lease.note(notes)
    this.#fresh.clear()
  }

  #set(note: PlaceNote): void {
    if (note.made === undefined && note.left === undefined) this.#notes.delete(note.place)
    else this.#notes.set(note.place, note)
    this.#fresh.add(note.place)
  }
}

/** Places in which, and below which, no collection stands any more, the deepest first. */
export function leftPlaces(notes: Books['notes'], homes: Books['homes']): readonly PlaceNote[] {
  const standing = new Set([...homes.values()].flatMap((place) => [place, ...above(place)]))
  const left = [...notes.values()].filter(({ place }) => !standing.has(place))
  return left.toSorted((a, b) => above(b.place).length - above(a.place).length)
}

/** Of places that were left, those to name: one that lies in another of which the same is to be said goes without. */
export function leftToName(notes: Books['notes'], homes: Books['homes']): readonly PlaceNote[] {
  const left = leftPlaces(notes, homes).filter((note) => note.left)
  const whys = new Map(left.map(({ place, left: why }) => [place, why]))
  return left.filter(({ place, left: why }) => !above(place).some((outer) => whys.get(outer) === why))
}
