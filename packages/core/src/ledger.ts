import type { PlaceDate, Receipt, Search } from './destination.ts'
import type { Reason } from './reason.ts'
import type { Cursor } from './source.ts'

/** Names a lane everywhere: ledger, queue, logs. `[a-z0-9-]+`, so that it is safe as a job id and a key. */
export type LaneId = string

export type EntryState = 'intended' | 'arrived' | 'rejected' | 'failed'

/** What the ledger knows of one item. */
export interface Entry {
  /** `entryKey` of the item's id: what the ledger files it under. */
  readonly key: string
  /** The item's id itself. Kept while the item may have to be opened again, so absent once it has `arrived`. */
  readonly id?: string
  readonly state: EntryState
  /** The listing in which the item was last seen. */
  readonly listing: string
  /**
   * What version the state speaks of, as `versionKey` of the source's version: `intended` what is being written, `arrived` what
   * stands there.
   */
  readonly version: string
  /** How often the item was intended since it last settled. Above 1: a process died, or the outcome was unknown. */
  readonly tries: number
  /** `intended`: where the copy may be. Only the place; its floor is in the lane's books. */
  readonly place?: string
  /** `arrived`: the proof. `intended`, `failed`, `rejected`: the earlier copy, which is still there. */
  readonly receipt?: Receipt
  readonly reason?: Reason
  /** `rejected`, `failed`: why, for the owner. */
  readonly message?: string
  /** `rejected`, `failed`: what a person would call the item. Kept for exceptions only. */
  readonly label?: string
  /** `arrived`: what of it was lost on the way, a sentence each. Kept for those alone; with it, `label`. */
  readonly losses?: readonly string[]
  /** Seen to leave the source after it was listed. The copy stays. */
  readonly gone: boolean
}

export interface Intent {
  readonly id: string
  readonly listing: string
  readonly version: string
  /** `Place.id`. */
  readonly place: string
}

export type Outcome =
  | {
      readonly id: string
      readonly listing: string
      readonly state: 'arrived'
      readonly version: string
      readonly receipt: Receipt
      readonly losses?: readonly string[]
      readonly label?: string
    }
  | {
      readonly id: string
      readonly listing: string
      readonly state: 'rejected'
      readonly version: string
      readonly reason: Reason
      readonly message: string
      readonly label?: string
    }
  | {
      readonly id: string
      readonly listing: string
      readonly state: 'failed'
      readonly version: string
      readonly message: string
      readonly label?: string
    }

/** One listing's standing. */
export interface ListingState {
  readonly cursor?: Cursor
  /** The last pass that walked it to its end; 0 when none has. */
  readonly donePass: number
  /** Places in which its items stood, and from which they are still to be brought to where their collections stand now. */
  readonly left?: readonly string[]
  /** Collections were found elsewhere while it was being walked: what came before them has yet to follow, in one more whole walk. */
  readonly due?: true
}

/** Where a collection stands at the destination. */
export interface Home {
  /** `Collection.id`. */
  readonly collection: string
  /** `Place.id`. */
  readonly place: string
  /** `Collection.modifiedAt`, for places that are given a date at the end of a pass. Absent: what was recorded of this collection stays. */
  readonly modifiedAt?: number
  /**
   * Whether the place bears that date. False again before anything is written into it. Absent: what was recorded stays, unless the place or
   * the date is another one now; at first false.
   */
  readonly dated?: boolean
}

/** What is remembered of a place beside who stands in it, where the destination has `retire`. */
export interface PlaceNote {
  /** `Place.id`. */
  readonly place: string
  /** See `Place.made`. */
  readonly made?: string
  /** A collection has left it. Why it still stands, a sentence for its owner; `''` while nobody has looked. */
  readonly left?: string
}

/** A listing of which a collection stands elsewhere now: its walk begins anew. */
export interface Moving {
  readonly listing: string
  /** All of them, in place of those that were known. */
  readonly left: readonly string[]
  /** Where to begin. Absent: from nothing. */
  readonly cursor?: Cursor
  /** It goes on where it is, and the walk from the beginning comes after it (`ListingState.due`). Absent: it begins now, and nothing more is due. */
  readonly later?: true
}

/** Everything of a lane that is not an entry. */
export interface Books {
  readonly listings: ReadonlyMap<string, ListingState>
  /** Per place: everything of ours below this mark is in an entry's receipt. Absent: nothing is known of the place. */
  readonly floors: ReadonlyMap<string, string>
  /** Per place: since this mark there has been doubt, and the sweep has not looked yet. `''`: since ever. */
  readonly suspects: ReadonlyMap<string, string>
  /** Where each collection stood when it was last prepared: `Place.id` by `Collection.id`. */
  readonly homes: ReadonlyMap<string, string>
  /** Places that have yet to be given the dates of their collections, by `Collection.id`: of those that have both a place and a date. */
  readonly undated: ReadonlyMap<string, PlaceDate>
  /** By `Place.id`. */
  readonly notes: ReadonlyMap<string, PlaceNote>
}

/**
 * The right to move a lane. `signal` aborts *before* anyone else can hold the lease, also when the ledger's store cannot be
 * reached; all work of a turn hangs on it. Every write carries the fence and throws `LeaseLost` when the lease has passed
 * on, lapsed or been wiped; then nothing was written. So it does when the store has forgotten an earlier write of this lease (a Redis
 * that restarted without its last second): a cursor would advance over entries that are gone. The simulation loses and doubles
 * items without this; a count of the lease's writes, kept on both sides, is enough.
 */
export interface Lease {
  readonly lane: LaneId
  /** Rises with every holder. */
  readonly fence: number
  readonly signal: AbortSignal
  /**
   * One atomic call for the whole batch: state becomes `intended`, tries rise by one, an earlier receipt is kept. Intending over an
   * item in any state is allowed.
   */
  intend(intents: readonly Intent[]): Promise<void>
  /**
   * Nothing was written for these, and nothing will be: an entry that is nothing but its first intent is forgotten, as if it had never been
   * recorded. Ignored for an item that was tried before, is in another state or has an earlier receipt. Atomic.
   */
  withdraw(ids: readonly string[]): Promise<void>
  /**
   * What is being written of these has got on for a while, and would be gone on with by the next try: this try does not count, but for an item's
   * first (tries fall by one, not below 1). Ignored for an item in another state. Without it a file that takes hours would be given up after some
   * restarts of workers.
   */
  gained(ids: readonly string[]): Promise<void>
  /** Atomic. `tries` return to 0 with `arrived` and `rejected`. An earlier receipt is kept with `rejected` and `failed`. */
  settle(outcomes: readonly Outcome[]): Promise<void>
  /** The listing says that these left it. Ignored for an item that was since seen in another listing. */
  removed(listing: string, ids: readonly string[]): Promise<void>
  /** Where these collections stand now and what dates they have, and which listings have to be walked anew for it. Atomic. */
  house(homes: readonly Home[], moving: readonly Moving[]): Promise<void>
  /** What is to be remembered of these places, instead of what was. One that says neither is forgotten. Atomic. */
  note(notes: readonly PlaceNote[]): Promise<void>
  /** Takes the last step of a batch. `donePass` is set when the page was the listing's last: then nothing of it is left anywhere. */
  advance(listing: string, cursor: Cursor, donePass?: number): Promise<void>
  /** The listing's cursor is dead. Its entries stay, and what is left of it. */
  rewind(listing: string): Promise<void>
  /** Raises floors. Asked only when nothing is in doubt in those places. */
  raise(floors: readonly Required<Search>[]): Promise<void>
  /** Records doubt about places, before it is settled; the lowest mark of all calls holds. */
  suspect(searches: readonly Search[]): Promise<void>
  /** The sweep has looked at these places. */
  cleared(places: readonly string[]): Promise<void>
  /** Lets go. Safe to repeat; never throws for a lease that is lost already. */
  release(): Promise<void>
}

/** The lease has passed on: whoever sees this stops at once and writes nothing more. */
export class LeaseLost extends Error {
  constructor(lane: LaneId) {
    super(`The lease of lane ${lane} is no longer ours; another worker carries on.`)
    this.name = 'LeaseLost'
  }
}

export interface Tally {
  readonly arrived: number
  readonly rejected: number
  readonly failed: number
  readonly intended: number
  readonly gone: number
  /** Bytes of all receipts. */
  readonly bytes: number
}

/** The record of every lane. Reading needs no lease and may lag behind a writer by one call. */
/** Which entries own a copy. */
export interface OwnersAsked {
  /** Key of an entry that is not asked about. */
  readonly but?: string | undefined
  /**
   * Leaves out entries that have left something else there: of another size, or of another hash where both receipts have one. A person has taken their
   * copy away, or it was moved on and nobody heard of it, and its name was given again. An entry that is being written in that very place owns whatever stands there.
   */
  readonly asLeft?: boolean
}

/** Whether what stands there can be what was left there. */
export const isAsLeft = (left: Receipt, now: Receipt): boolean =>
  left.size === now.size && (left.hash === undefined || now.hash === undefined || left.hash === now.hash)

export interface Ledger {
  /** Undefined when somebody else holds it. `ttlMs`: how long it outlives a holder that has died. */
  lease(lane: LaneId, holder: string, ttlMs: number): Promise<Lease | undefined>
  books(lane: LaneId): Promise<Books>
  /** In the order of `ids`; undefined where there is no entry. One round trip. */
  entries(lane: LaneId, ids: readonly string[]): Promise<readonly (Entry | undefined)[]>
  /** Every entry whose state is one of `states` (all, when not given), in no order. */
  scan(lane: LaneId, states?: readonly EntryState[]): AsyncIterable<Entry>
  /**
   * Which of these receipts belong to an entry; the answer has each owner's key, or undefined. Not cheap: asked in doubt. Of several owners any one.
   */
  owners(lane: LaneId, receipts: readonly Receipt[], asked?: OwnersAsked): Promise<readonly (string | undefined)[]>
  tally(lane: LaneId): Promise<Tally>
}
