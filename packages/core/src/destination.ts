import type { Call } from './call.ts'
import type { Fault } from './fault.ts'
import type { Collection, Item } from './item.ts'
import type { Kind } from './kind.ts'
import type { Access } from './sharing.ts'
import type { TeamFolder } from './team-folder.ts'
import type { Trait, Traits } from './traits.ts'

/** A collection as it stands at the destination. */
export interface Place {
  /**
   * Names the place *and its generation* (IMAP: path and UIDVALIDITY), so that a receipt of an earlier generation is
   * never mistaken for one of this. Kept once per lane, not once per item.
   */
  readonly id: string
  /** What a person sees there, for reports: the path in the server's own notation. */
  readonly name: string
  /**
   * Where the place stands (IMAP: UIDNEXT). Everything written later than the moment of asking is found by `find` and
   * `walk` with `since: mark`. Absent where writing is idempotent by name (DAV), so that there is nothing to look for.
   */
  readonly mark?: string
  /**
   * Places that this very call has made, by `Place.id`, with those above that were missing: by what the destination knows each again as the one that
   * it made. Where `retire` is; empty or absent: it stood before, or nobody can tell.
   */
  readonly made?: ReadonlyMap<string, string>
}

/** A place in which no collection stands any more. */
export interface LeftPlace {
  /** `Place.id`. */
  readonly place: string
  /** What `Place.made` said of it. Absent: nobody knows that Offramp made it. */
  readonly made?: string
}

/** Proof of arrival. Small: it is kept for every item. */
export interface Receipt {
  /** `Place.id`. */
  readonly place: string
  /** Where in the place (IMAP: UID; DAV: href). A decimal number is kept most compactly. */
  readonly locator: string
  /** Bytes that the destination holds. */
  readonly size: number
  /** First 8 bytes of the SHA-256 of the bytes that were sent, as hex. Absent when adopted without reading. */
  readonly hash?: string
  /**
   * What this destination must remember to tell its own writing from a person's later change (revision, flags).
   * At most 12 characters of Latin-1; readable only by the connector that wrote it.
   */
  readonly memo?: string
  /**
   * What of this item the destination could not take, a sentence each, the same for every item that loses the same. Told by `put` and `putMany`
   * alone; the ledger keeps it beside the entry and not in the receipt.
   */
  readonly losses?: readonly string[]
}

/** An item as `walk` sees it at the destination. */
export interface Found {
  readonly receipt: Receipt
  readonly naturalKey: string
  readonly traits: Traits
  /** Where people open it, as a web address. Files. */
  readonly address?: string
}

/** A place, and the mark from which to look. No `since`: the whole place. */
export interface Search {
  readonly place: string
  readonly since?: string
}

export interface DestinationProfile {
  readonly kind: Kind
  readonly keeps: readonly Trait[]
  /**
   * Bytes. An item known to be larger is rejected as `too-large` without being sent. The body of any other breaks off, with that fault, once it
   * proves larger: as with every body that breaks off, nothing of it may stay.
   */
  readonly maxItemBytes?: number
  /**
   * How `putMany` likes its batches. Absent where there is no `putMany`. `atOnce`: so many may be under way at once, into one place or several, and
   * a batch may be a single item. Absent: two, and a new item that comes alone is written by `put`.
   */
  readonly batch?: { readonly items: number; readonly bytes: number; readonly atOnce?: number }
  /**
   * How promises that depend on this server are kept, a sentence each, for every report: by which method it is kept from mailing anybody, and how
   * that was proved.
   */
  readonly assurances?: readonly string[]
}

/** When a folder was last changed at the source, in milliseconds since the Unix epoch. */
export interface PlaceDate {
  /** `Place.id`. */
  readonly place: string
  readonly modifiedAt: number
}

/** What `put` left as a person had made it: the item was changed, moved or deleted at the destination since. */
export interface Kept {
  readonly kept: 'changed' | 'moved' | 'deleted'
  /** Where it stands now, if it does. */
  readonly receipt?: Receipt
  /**
   * With `deleted`: no write of Offramp's that was broken off can have left it so, because whatever such a write leaves was looked for, in every place.
   * Absent: it cannot be told, and an item of which a write was begun before is written anew.
   */
  readonly certain?: true
}

/** What a write over a receipt may ask of the ledger. */
export interface PutCall extends Call {
  /**
   * Which of these copies belong to another item. Asked where a copy is not where its receipt says: an equal one that stands elsewhere may be a
   * twin's, or the same message's under another label, and is then not to be touched. Absent: nothing is known of any.
   */
  owned?(copies: readonly Receipt[]): Promise<readonly boolean[]>
  /**
   * A part of this write has been taken (a chunk, a version): the time that one write may take begins anew. Only for writes that may be broken off
   * at any point and gone on with later, since this is what keeps a lease from being outlived by them. `stored`: a part that the
   * next try need not send; `resumed` where this one in turn need not send what an earlier one had stored, so that the server does keep it.
   */
  progress?(stored?: 'begun' | 'resumed'): void
}

/** A right that somebody is given over a folder, or a file in it. */
export interface Grant {
  /** `Place.id`. */
  readonly place: string
  /** `Receipt.locator` of a file there. Absent: the folder itself. */
  readonly locator?: string
  /** `link`: anybody who has the address. `mail`: an outsider, who is sent nothing by us. */
  readonly to:
    | { readonly kind: 'user' | 'group'; readonly id: string }
    | { readonly kind: 'link'; readonly label?: string }
    | { readonly kind: 'mail'; readonly address: string }
  readonly access: Exclude<Access, 'free-busy' | 'manage'>
  /** Milliseconds since the Unix epoch. */
  readonly expires?: number
  readonly password?: string
  readonly noDownload?: boolean
  /** With `write`: nothing may be deleted. */
  readonly noDelete?: boolean
}

/** What came of a grant. `address`: of a link. `says`: what the server does not hold people to, for the operator. */
export interface Granted {
  readonly state: 'shared' | 'already'
  readonly address?: string
  readonly says?: string
}

/**
 * One account's place for items of one kind. Known after connecting: a server's limits are its own.
 *
 * No method deletes or overwrites what Offramp did not write. No write starts after `call.signal` has aborted.
 */
export interface Destination {
  readonly name: string
  readonly profile: DestinationProfile
  /** Makes the place if absent; safe to repeat; the same collection gives the same place in every process. */
  prepare(collection: Collection, call: Call): Promise<Place>
  /**
   * The place's mark now. Asked after a batch has settled, to move the floor below which nothing of ours is unknown.
   * Present exactly where `Place.mark` is.
   */
  mark?(place: Place, call: Call): Promise<string>
  /**
   * Everything in the searched places that *is* this item, told by content and not by header alone. Asked only in doubt,
   * or where a place holds what the ledger does not know. Must not return an item that merely shares a natural key.
   */
  find(item: Item, where: readonly Search[], call: Call): Promise<readonly Receipt[]>
  /**
   * Writes the item as new, or, over a receipt, makes that very copy equal to the item, in this place: create, change and
   * move are one verb. Over a receipt, what a person has changed, moved or deleted at the destination stays so (`Kept`).
   * Where names make writing idempotent (DAV), what is written bears a seal: of which item, and in what text. By it a copy that a dead process or a
   * lost ledger left behind is known for this very item's, also in an earlier text, and a person's change is known however often the source
   * changes afterwards. A name that another item has, or a person, is never overwritten: see `double-at-source` and `stands-already`.
   * Faults: `item` when the server refuses the item for good; `call` when the outcome is unknown (the caller then looks
   * with `find` before it writes again).
   */
  put(place: Place, item: Item, over: Receipt | undefined, call: PutCall): Promise<Receipt | Kept>
  /**
   * Writes new items, all into one place, in one exchange. One answer an item, in order: a receipt, or the fault of that item.
   * Throws only when the outcome of *all* is unknown or none was tried; never after some are known to have arrived.
   */
  putMany?(place: Place, items: readonly Item[], call: Call): Promise<readonly (Receipt | Fault)[]>
  /**
   * What `walk` tells of an unchanged copy that was written with these keywords, in their order: other words where the destination has to
   * shorten a name. Absent: the same. For verification; costs no request.
   */
  keywordsAsKept?(keywords: readonly string[]): readonly string[]
  /**
   * The path that `prepare` gives, in the notation of the server's own settings (Sieve), without making anything. Asked of all collections of an
   * account in the order of its listings, as `prepare` is, so that those of one name are told apart in the same way. Before the
   * collection was prepared for the first time, the server may still refuse the name, and `prepare` then gives another.
   */
  pathOf?(collection: Collection, call: Call): Promise<string>
  /**
   * The place that `prepare` gives, without making it; undefined where nothing stands there yet. Asked of all collections of an account in the order
   * of its listings, as `pathOf` is. For verification. Absent: what the ledger remembers is taken for it.
   */
  placeOf?(collection: Collection, call: Call): Promise<Place | undefined>
  /** What a category is called as a flag on this server, for its own settings (Sieve). Costs no request. */
  flagOf?(category: string): string
  /** Everything in the place, ours or not, in the order of locators: for verification, sweep and rebuild. */
  walk(search: Search, call: Call): AsyncIterable<Found>
  /**
   * The hash of what these bytes mean, as `Receipt.hash` has it: equal for what was sent and for what this server gives back, unless something
   * was lost or changed. For formats that servers write anew (iCalendar, vCard). Absent: the first 8 bytes of the SHA-256 of the bytes, as hex.
   * Costs no request. Throws a fault of reach `item` where the bytes cannot be understood.
   */
  hashOf?(body: AsyncIterable<Uint8Array>): Promise<string>
  /** The bytes as they stand now, for verification. Fault `item`/`gone` where there is nothing any more. */
  read(receipt: Receipt, call: Call): AsyncIterable<Uint8Array>
  /**
   * Removes `extra` if, and only if, it and `keeper` are the same item by content; says whether it did. For the sweep after
   * doubt, which asks it only for copies that this ledger wrote twice.
   */
  dropDouble(extra: Receipt, keeper: Receipt, call: Call): Promise<boolean>
  /**
   * Gives another account of this server the right to a collection's place; says so if that stood already. Never takes a right away, never gives
   * more than asked, mails nobody. Fault `item` where the server cannot say this right (`free-busy`), `account` where there is no such account.
   * Absent: the server has no sharing between accounts.
   */
  share?(collection: Collection, to: string, access: Access, call: Call): Promise<'shared' | 'already'>
  /**
   * Gives a right over a folder or file. Never more than asked, never a right that stands wider already made narrower or taken away, mails
   * nobody. Fault `item` where the server cannot say this right, `account` where there is no such user or group. Files; absent: no sharing there.
   */
  grant?(grant: Grant, call: Call): Promise<Granted>
  /**
   * Gives places the dates of their collections, asked at the end of a pass, the deepest first, once nothing more is written into them. One
   * that somebody has removed is passed over. Such a destination's place ids are paths: one that begins with another and `/` lies below it, and
   * what is written there may change the other's date too. Absent: folders have no dates there.
   */
  date?(dates: readonly PlaceDate[], call: Call): Promise<void>
  /**
   * Takes away places that collections have left, the deepest first. Only what is still the very one that Offramp made, holds nothing whatsoever and bears no
   * mark of a person (shares, comments), and only where nothing that is put into it in that same moment can be lost. Says of each, in a sentence
   * for its owner, why it stays; undefined where nothing stands there any more. Safe to repeat. Absent: what is left stays, and nobody asks.
   */
  retire?(left: readonly LeftPlace[], call: Call): Promise<readonly (string | undefined)[]>
  /**
   * The name under which an item of this name and home is written where nothing stands in its way, and the path of its folder: for the table of
   * changed names before anything moves. Costs no request. Absent: names are kept as they are.
   */
  nameOf?(item: Pick<Item, 'id' | 'naturalKey' | 'home'>): { readonly folder: string; readonly name: string }
  /** The Team folder that these files are put into. Absent: they are put among the account's own. */
  readonly team?: TeamFolder
  close?(): Promise<void>
}
