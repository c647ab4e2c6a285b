import type { Books, Destination, Home, Lease, Ledger, PlaceDate } from '@offramp/core'
import { yieldAfterSlice } from './listings.ts'
import { withPatience } from './patience.ts'
import type { Places } from './places.ts'
import type { Safeguards } from './safeguards.ts'
import { checkStop, type TurnState } from './turn-state.ts'

interface DatesOf {
  readonly request: { readonly destination: Destination; readonly ledger: Ledger; readonly lease: Lease }
  readonly guards: Pick<Safeguards, 'undate'>
  readonly books: Books
  readonly places: Places
}

/** The places above, the nearest first; the last is the root, which is `/` where paths begin with that. */
export function above(place: string): readonly string[] {
  const root = place.startsWith('/') ? '/' : ''
  const parts = place.split('/').filter((part) => part !== '')
  return parts.map((_, at) => root + parts.slice(0, parts.length - 1 - at).join('/'))
}

/**
 * Which places bear the dates of their collections. A server gives a folder the present time with everything that is written into it, and those
 * above it as well; so it is put on record before a write that the place has to be dated anew, and at the end of the pass with which others.
 */
export class Dates {
  readonly #of: DatesOf
  /** Places that the ledger is known to hold for undated. */
  readonly #undated: Set<string>

  constructor(of: DatesOf) {
    this.#of = of
    this.#undated = new Set([...of.books.undated.values()].map(({ place }) => place))
  }

  /** Collections of which a date was just recorded that their places cannot bear yet. */
  fresh(homes: readonly Home[]): void {
    for (const { place, modifiedAt } of homes) if (modifiedAt !== undefined) this.#undated.add(place)
  }

  /** Collections are about to leave these places: what is known of them may have been known of those. */
  async leave(places: readonly string[]): Promise<void> {
    for (const place of places) this.#undated.delete(place)
    await this.touch(places.flatMap((place) => [place, above(place)[0]]))
  }

  /** Something is about to be written into these places, or taken out of them. */
  async touch(places: Iterable<string | undefined>): Promise<void> {
    const { request, guards } = this.#of
    if (!request.destination.date || !guards.undate) return
    const touched = new Set<string>()
    for (const place of places) {
      const nearest = place === undefined ? undefined : this.#nearest(place)
      if (nearest !== undefined && !this.#undated.has(nearest)) touched.add(nearest)
    }
    await this.mark(touched)
  }

  /** Puts on record that these places have yet to be given their dates. */
  async mark(places: ReadonlySet<string>): Promise<void> {
    const homes = [...places].flatMap((place) =>
      this.#of.places.standingIn(place).map((collection) => ({ collection, place, dated: false })),
    )
    await this.#of.places.house(homes, [])
    for (const place of places) this.#undated.add(place)
  }

  /** A place that a collection has left is nobody's; those above it are. */
  #nearest(place: string): string | undefined {
    return [place, ...above(place)].find((one) => this.#of.places.standingIn(one).length > 0)
  }
}

const AT_ONCE = 50

/** At the end of a pass, when nothing more is written: the deepest first, since a folder's date may be changed with what is in it. */
export async function giveDates(state: TurnState): Promise<void> {
  const { request } = state
  const { destination, ledger, lease } = request
  if (!destination.date) return
  await undateAbove(state, await ledger.books(lease.lane))
  const { undated } = await ledger.books(lease.lane)
  const all = [...undated].sort(([, a], [, b]) => depthOf(b.place) - depthOf(a.place))
  for (let at = 0; at < all.length; at += AT_ONCE) {
    checkStop(state)
    const some = all.slice(at, at + AT_ONCE)
    const dates: readonly PlaceDate[] = [...new Map(some.map(([, date]) => [date.place, date])).values()]
    if ((await withPatience(state, async () => request.destination.date?.(dates, state.writing))) === undefined) return
    await state.places.house(
      some.map(([collection, { place }]) => ({ collection, place, dated: true })),
      [],
    )
    yieldAfterSlice(state)
  }
}

const depthOf = (place: string): number => above(place).length

/** In the ledger first: whoever dates the ones below and dies would leave those above with the date of that. */
async function undateAbove(state: TurnState, { undated }: Pick<Books, 'undated'>): Promise<void> {
  const waiting = new Set([...undated.values()].map(({ place }) => place))
  const higher = new Set([...waiting].flatMap(above).filter((place) => !waiting.has(place)))
  await state.dates.mark(higher)
}
