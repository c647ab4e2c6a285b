import { type Books, type Call, entryKey, type Item, type OwnersAsked, type Receipt } from '@offramp/core'
import type { TurnRequest } from './contract.ts'
import { Dates } from './dates.ts'
import { steadyLease, steadyLedger } from './ledger-trouble.ts'
import { Places } from './places.ts'
import { Progress } from './report.ts'
import type { Safeguards } from './safeguards.ts'
import { copyKey } from './same-copy.ts'
import { TurnStop } from './turn-stop.ts'

/** What the parts of one turn share. */
export interface TurnState {
  readonly request: TurnRequest
  readonly guards: Safeguards
  /** For what may be broken off at any time: ends with the lease and when a stop is asked for. */
  readonly reading: Call
  /** For what must be seen through once begun: ends with the lease only. */
  readonly writing: Call
  /** As they stood when the turn began. */
  readonly books: Books
  readonly places: Places
  readonly dates: Dates
  readonly progress: Progress
  /** Strikes of this turn, by item. */
  readonly strikes: Map<string, number>
  /**
   * Large items whose last write broke off after parts of it had been stored: another try goes on from there. `resumed`: that one had itself begun where an
   * earlier one was, so that the destination does keep what it takes.
   */
  readonly cutShort: Map<string, 'begun' | 'resumed'>
  /** Items whose try does not count, since it has got on: see `Lease.gained`. */
  readonly uncounted: Set<string>
  /** Different items that failed since one last went well, at the source and at the destination. */
  readonly inARow: { readonly read: Set<string>; readonly write: Set<string> }
  /** See `ListingState.left`, by listing: an item with a receipt there is copied anew over it, which finds it again or brings it home. */
  readonly left: Map<string, ReadonlySet<string>>
  /** Listings of which one more whole walk is due: see `ListingState.due`. */
  readonly due: Set<string>
  /** Since when a write with unknown outcome may still arrive late. */
  unknownSince: number | undefined
  /** Ids of what this turn has skipped because its double stands there. */
  readonly doubles: Set<string>
  /** By the clock, when the slice began. */
  sliceFrom: number
}

const neverAborts = new AbortController().signal

export async function openState(asked: TurnRequest, guards: Safeguards, call: Call): Promise<TurnState> {
  const [ledger, lease] = [steadyLedger(asked, asked.ledger), steadyLease(asked, asked.lease)]
  const request = { ...asked, ledger, lease }
  const books = await ledger.books(lease.lane)
  const writing = { signal: guards.obeyAbort ? lease.signal : neverAborts }
  const reading = { signal: guards.obeyAbort ? AbortSignal.any([lease.signal, call.signal]) : call.signal }
  const places = new Places({ request, guards, books, reading })
  return {
    request,
    guards,
    reading,
    writing,
    books,
    places,
    dates: new Dates({ request, guards, books, places }),
    progress: new Progress(request),
    strikes: new Map(),
    cutShort: new Map(),
    uncounted: new Set(),
    inARow: { read: new Set(), write: new Set() },
    left: new Map(),
    due: new Set([...books.listings].filter(([, { due }]) => due).map(([id]) => id)),
    unknownSince: undefined,
    doubles: new Set(),
    sliceFrom: request.clock.now(),
  }
}

/** Throws when the turn should end here: between two writes, never within one. */
export function checkStop(state: TurnState): void {
  if (state.guards.obeyAbort) state.request.lease.signal.throwIfAborted()
  if (state.reading.signal.aborted) throw new TurnStop({ state: 'more' })
}

/** Work on an item larger than the window waits until no other lane of this process is at such a one; with files, at no more than some. */
export function alone<T>({ request, reading }: TurnState, size: number | undefined | 'large', work: () => Promise<T>): Promise<T> {
  const isLarge = size === 'large' || (size ?? 0) > request.limits.windowBytes
  const inTurn = request.destination.profile.kind === 'file' ? request.large?.streams : request.large
  return isLarge && inTurn !== undefined ? inTurn(work, reading) : work()
}

/**
 * Of files a copy is known by its name, which is given again once a person has taken the copy away: who left something else there owns it no longer. Numbers of
 * messages are never given again, and their sizes are the servers' own.
 */
export const ownersOf = ({ request }: TurnState, { id }: Pick<Item, 'id'>): OwnersAsked => ({
  but: entryKey(id),
  asLeft: request.destination.profile.kind === 'file',
})

/** Those of the found copies that no other entry owns. */
export async function unowned(state: TurnState, item: Pick<Item, 'id'>, found: readonly Receipt[]): Promise<readonly Receipt[]> {
  if (found.length === 0 || !state.guards.respectOwners) return found
  const { ledger, lease } = state.request
  const owners = await ledger.owners(lease.lane, found, ownersOf(state, item))
  return found.filter((_, at) => owners[at] === undefined)
}

/** The same, leaving out what this turn has given away already and not yet settled. */
export async function unclaimed(state: TurnState, item: Item, found: readonly Receipt[], claimed: ReadonlySet<string>) {
  const free = await unowned(state, item, found)
  return state.guards.respectOwners ? free.filter((receipt) => !claimed.has(copyKey(receipt))) : free
}
