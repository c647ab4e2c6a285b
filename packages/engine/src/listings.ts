import { type Collection, type Cursor, Fault, type Home, type Lease, type Listing, type Moving, type Page } from '@offramp/core'
import { workPage } from './batch.ts'
import { faultOfItem } from './strikes.ts'
import { checkStop, type TurnState } from './turn-state.ts'
import { stopFor, TurnStop, trouble } from './turn-stop.ts'

/** A cursor that dies this often within one turn is the source's trouble. */
const MOST_REWINDS = 3

/**
 * All listings of the source, with their places made: also an empty collection is made at the destination. Every collection is prepared
 * in every turn, in the source's order and before any is walked: collections whose names are one at the destination (`Reports`, `reports`)
 * are told apart by which of them comes first, and a turn that has only the second left to walk must find it where earlier turns did.
 */
export async function preparedListings(state: TurnState): Promise<readonly Listing[]> {
  const listings: Listing[] = []
  const asked = hasBeenWalked(state) ? { ...state.reading, bare: true as const, after: standingIn(state) } : state.reading
  for await (const listing of state.request.source.listings(asked)) listings.push(listing)
  for (const listing of listings) {
    if (listing.skip !== undefined) continue
    for (const one of collectionsIn(listing)) {
      checkStop(state)
      await state.places.prepare(one)
    }
  }
  return listings
}

/** A lane that has been walked once is expected to have changed little: the whole of it is no estimate of what is to come. */
const hasBeenWalked = ({ books: { listings } }: TurnState): boolean =>
  listings.size > 0 && [...listings.values()].every(({ donePass }) => donePass > 0)

/** The cursor of a listing that this pass has still to walk. */
const standingIn =
  ({ books, request: { pass } }: TurnState) =>
  (id: string): Cursor | undefined => {
    const standing = books.listings.get(id)
    return (standing?.donePass ?? 0) >= pass ? undefined : standing?.cursor
  }

export const collectionsIn = ({ collection, collections = [] }: Listing): readonly Collection[] =>
  collection === undefined ? collections : [collection, ...collections]

/** Walks every listing that this pass has not walked to its end. */
export async function walkListings(state: TurnState): Promise<void> {
  const { ledger, lease, pass } = state.request
  const listings = await preparedListings(state)
  state.progress.expect(listings)
  await followHomes(state, listings)
  const books = await ledger.books(lease.lane)
  for (const listing of listings) {
    const standing = books.listings.get(listing.id)
    if (listing.skip !== undefined || (standing?.donePass ?? 0) >= pass) continue
    checkStop(state)
    await walkListing(state, listing, standing?.cursor)
  }
}

/** Sends the listing back to its beginning, or to where the source says that this is cheaper. Its entries stay. */
export const walkAnew = (lease: Lease, { id, again }: Pick<Listing, 'id' | 'again'>): Promise<void> =>
  again === undefined ? lease.rewind(id) : lease.advance(id, again)

/**
 * A collection may stand elsewhere than when it was last looked at: it has another name, has exchanged its name with a neighbour, or the server has
 * lost its numbering (a new UIDVALIDITY). A listing of changes would not name the items that have to follow it; so it is walked from its beginning,
 * and what it has left is remembered until that walk has ended, in however many turns.
 */
async function followHomes(state: TurnState, all: readonly Listing[]): Promise<void> {
  if (!state.guards.bringHome) return
  const homes: Home[] = []
  const moving: Moving[] = []
  for (const listing of all) {
    if (listing.skip !== undefined) continue
    const known = new Set(state.books.listings.get(listing.id)?.left)
    let follows = false
    for (const collection of collectionsIn(listing)) {
      const { id: place } = (await state.places.prepare(collection)).place
      const was = state.places.homeOf(collection)
      if (was === place) continue
      homes.push({ collection: collection.id, place })
      if (was === undefined) continue
      known.add(was)
      follows = true
    }
    if (follows) moving.push({ listing: listing.id, left: [...known], ...(listing.again === undefined ? {} : { cursor: listing.again }) })
    if (known.size > 0) state.left.set(listing.id, known)
  }
  await state.places.house(homes, moving)
  for (const { listing } of moving) state.due.delete(listing)
}

async function walkListing(state: TurnState, listing: Listing, from: string | undefined): Promise<void> {
  state.progress.doing(listing)
  const pages = new Pages(state, listing)
  let after = from
  try {
    for (let rewinds = 0; ; ) {
      checkStop(state)
      try {
        const page = await pages.next(after)
        const next = await workPage(state, listing, page)
        if (next === 'ended') return
        after = next === 'anew' ? listing.again : page.cursor
      } catch (thrown) {
        if (!(thrown instanceof Fault) || thrown.reach !== 'listing') throw thrown
        if (++rewinds > MOST_REWINDS) throw trouble(state.request, thrown)
        after = thrown.restart
        if (after === undefined) await state.request.lease.rewind(listing.id)
        else await state.request.lease.advance(listing.id, after)
        continue
      }
      // A page that was read ahead is worked first: with some sources it holds bodies, and was paid for out of the allowance.
      if (!pages.isAhead) yieldAfterSlice(state)
    }
  } finally {
    pages.end()
  }
}

/** Pages of one listing, each asked for while the one before is being copied: a page of Graph takes seconds, in which nothing would be written. */
class Pages {
  readonly #state: TurnState
  readonly #listing: Listing
  readonly #over = new AbortController()
  #ahead: { readonly after: Cursor; readonly page: Promise<Page> } | undefined

  constructor(state: TurnState, listing: Listing) {
    this.#state = state
    this.#listing = listing
  }

  /** A page is in hand, or on its way, that was asked for ahead of its time. */
  get isAhead(): boolean {
    return this.#ahead !== undefined
  }

  async next(after: Cursor | undefined): Promise<Page> {
    const ahead = this.#ahead
    this.#ahead = undefined
    const page = await (ahead !== undefined && ahead.after === after ? ahead.page : this.#ask(after))
    // After the slice the turn ends with what was asked for within it.
    if (!page.last && !isSliceOver(this.#state)) this.#ahead = { after: page.cursor, page: this.#ask(page.cursor) }
    // Thrown when it is taken, and not before.
    this.#ahead?.page.catch(() => undefined)
    return page
  }

  /** Breaks off what nobody will take. */
  end(): void {
    this.#over.abort()
  }

  #ask(after: Cursor | undefined): Promise<Page> {
    const { source, limits } = this.#state.request
    const signal = AbortSignal.any([this.#state.reading.signal, this.#over.signal])
    return source.page(this.#listing, after, limits.pageItems, { signal })
  }
}

const isSliceOver = ({ request: { clock, limits }, sliceFrom }: TurnState): boolean => clock.now() - sliceFrom >= limits.sliceMs

/** Lanes share the workers: after the slice another's turn comes. */
export function yieldAfterSlice(state: TurnState): void {
  if (isSliceOver(state)) throw new TurnStop({ state: 'more' })
}

/** What a fault from listing or from the ledger means: it is nobody's item. */
export function stopOf(state: TurnState, thrown: unknown): TurnStop {
  try {
    return stopFor(state.request, faultOfItem(state, thrown))
  } catch (stop) {
    if (stop instanceof TurnStop) return stop
    throw stop
  }
}
