import type { Call } from './call.ts'
import type { Collection, Item, ItemRef } from './item.ts'
import type { Kind } from './kind.ts'
import type { Reason } from './reason.ts'
import type { Trait } from './traits.ts'

/** Where a listing stands. Only the connector that wrote it can read it. Holds no secret: it is kept in Redis. */
export type Cursor = string

/** What one cursor can walk: a mail folder in Graph, a whole mailbox in Gmail, a drive. */
export interface Listing {
  /** Stable through renames, unique in the lane. */
  readonly id: string
  /** Set where the listing is one collection. */
  readonly collection?: Collection
  /** Where the listing holds several collections (Gmail's labels): all of them, parents before children. Made also where they are empty. */
  readonly collections?: readonly Collection[]
  /** Estimates at the source, for progress and forecasts; never a proof. */
  readonly items?: number
  readonly bytes?: number
  /**
   * Where to begin when the listing has to be walked anew although the ledger knows its items (a place was left, items were found waiting),
   * as a cursor, where that is cheaper than from nothing. Absent: from nothing.
   */
  readonly again?: Cursor
  /** The listing is named so that the report can explain it, and is not walked (a search folder). */
  readonly skip?: Reason
}

export interface Page {
  readonly refs: readonly ItemRef[]
  /**
   * Where folders come among the items (drives): those that this page names, as they are now, also unchanged ones; parents need not come first.
   * Made also where they are empty. One that stands elsewhere than it did takes along what is in it, though no page names that.
   */
  readonly collections?: readonly Collection[]
  /** Stored only after every ref of this page is settled. */
  readonly cursor: Cursor
  /** True when nothing is left to list for now. `cursor` then asks for what has changed since. */
  readonly last: boolean
}

export interface SourceProfile {
  readonly kind: Kind
  readonly offers: readonly Trait[]
}

export interface ListingsCall extends Call {
  /**
   * The caller goes on where it stood: estimates, and listings that are only named (`skip`), are not wanted, and a source that has to ask for them
   * leaves them out. Absent: they are.
   */
  readonly bare?: true
  /**
   * With `bare`: where a listing will be gone on with, undefined where it will not be in this turn. A source that can ask for its listings and for
   * the changes of one in a single request may do so, and answer the next `page` after that very cursor from it.
   */
  readonly after?: (listing: string) => Cursor | undefined
}

/**
 * One account's items of one kind, read and never written.
 *
 * First pass and delta pass are the same method: what the last page's cursor holds is Graph's delta link, Gmail's
 * historyId, Google's syncToken. A source without changes lists again; the ledger makes that cheap.
 */
export interface Source {
  readonly name: string
  readonly profile: SourceProfile
  /** Parents before children. Asked once a turn. */
  listings(call: ListingsCall): AsyncIterable<Listing>
  /**
   * The page after `after`, or the first. `limit` is an upper bound of refs and may be undercut; an empty page that is not
   * the last is allowed. A ref may come twice; the later one holds.
   * Faults: `listing` when the cursor is dead (the caller asks again without one), and all others by their reach.
   */
  page(listing: Listing, after: Cursor | undefined, limit: number, call: Call): Promise<Page>
  /**
   * Everything about the item but its body. Given a ref object from `page` it should cost no request; given a bare
   * `{ id, version }` it may cost one. Faults with reach `item` and reason `gone` when it is no longer there.
   */
  open(ref: ItemRef, call: Call): Promise<Item>
  /**
   * `Item.label` of what could not be opened, as far as it is known from the object that `page` gave or `open` was asked with; never a request. Absent, and
   * undefined: its owner reads its id.
   */
  labelOf?(ref: ItemRef): string | undefined
  /**
   * What the listing holds now, told as cheaply as the provider can: for verification, where opening each item would cost as much as
   * copying it. `home`, `version`, and the traits that the listing tells are true; `naturalKey` may be `''` and other traits may be absent.
   * `open` says all of an item; given the very object that was told here, it should cost no request where the listing told all. Absent: `page` and `open` are asked instead.
   */
  census?(listing: Listing, call: Call): AsyncIterable<readonly Item[]>
  /**
   * Items and bytes of each collection, for discovery, where `listings` says them only of the whole. May cost a request a collection.
   */
  measure?(call: Call): AsyncIterable<Measured>
  close?(): Promise<void>
}

/** How much a collection holds. Estimates at the source. An item in several collections is counted in each. */
export interface Measured {
  readonly collection: Collection
  readonly items: number
  readonly bytes?: number
  /** What is known to get lost, or to stop working (meeting links), with how many items: the sentences are those of `Item.losses`. */
  readonly losses?: readonly { readonly says: string; readonly items: number }[]
}
