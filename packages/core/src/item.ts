import type { Call } from './call.ts'
import type { Kind } from './kind.ts'
import type { Traits } from './traits.ts'

/** What a collection is for, whatever its name in the account's language. */
export type Role = 'inbox' | 'sent' | 'drafts' | 'trash' | 'junk' | 'archive' | 'outbox' | 'default'

/** Where an item is at home: a mail folder or label, a calendar, an address book, a task list, a folder. */
export interface Collection {
  /** The source's own id: stable through renames, unique in the lane. */
  readonly id: string
  /**
   * Names from the root down, as the source has them: any character, siblings may repeat. Never joined into one string
   * before a destination has escaped each part for itself.
   */
  readonly path: readonly string[]
  readonly role?: Role
  /** Hidden from people at the source (mail: `isHidden`). Copied all the same, and named in the report. */
  readonly hidden?: boolean
  /** Calendars, task lists, address books: as people see it. `#rrggbb`, in lower case. */
  readonly color?: string
  /** Where it stands among its kind in the account, from 0. */
  readonly order?: number
  readonly description?: string
  /** The zone in which a calendar is kept: an IANA name. */
  readonly timeZone?: string
  /** Folders of files. Milliseconds since the Unix epoch. */
  readonly modifiedAt?: number
  readonly createdAt?: number
}

/** What the source says its bytes hash to. `quick-xor`: OneDrive and SharePoint. Hex, in small letters. */
export interface Checksum {
  readonly algorithm: 'md5' | 'sha1' | 'sha256' | 'quick-xor'
  readonly value: string
}

/** An earlier state of a file. */
export interface Version {
  /** Stable for as long as the source has it. */
  readonly id: string
  /** Milliseconds since the Unix epoch. */
  readonly modifiedAt: number
  /** Bytes, exact. */
  readonly size: number
  body(call: Call): AsyncIterable<Uint8Array>
}

/** An item as a listing names it. */
export interface ItemRef {
  /** Who it is at the source: key of the ledger, stable through moves. */
  readonly id: string
  /** Opaque; changes when the item or its home does. The ledger keeps a hash of it. */
  readonly version: string
  /** Bytes at the source: an estimate for windows and progress, never a proof. */
  readonly size?: number
  /**
   * The item is no longer in the listing that says so (deleted, or moved to another listing, which may say so before or
   * after). A listing must never use it for "not seen in this enumeration".
   */
  readonly removed?: true
}

/** One natural thing: a message, an event (series with all its exceptions), a card, a task, a file. */
export interface Item extends ItemRef {
  readonly kind: Kind
  /**
   * Identity that travels with the item (Message-ID, UID; of a file its name in its folder, as the source has it and with the ending of the
   * format it is given in). Need not be unique; `''` where there is none.
   */
  readonly naturalKey: string
  /** One home, even where the source shows the item in several places. */
  readonly home: Collection
  readonly traits: Traits
  /**
   * Changes when the *body* does, and not when only traits or the home change: lets a destination that cannot overwrite
   * (IMAP) tell a flag change from a new text. Opaque.
   */
  readonly revision: string
  /** What a person would call it (a subject, a file name). Shown for exceptions only; never logged, never kept for others. */
  readonly label?: string
  /**
   * What of this very item is not in its body, because the source's interface does not give it or the format cannot say it: a sentence each, the
   * same for every item that loses the same, without anything of the item's content. For the report. Known once it is opened.
   */
  readonly losses?: readonly string[]
  /** Where people open it at the source: a web address, without anything that gives access by itself. Files. */
  readonly address?: string
  /** Files. Absent where the source has none, or one that is known not to be of the bytes that it gives (Office files in SharePoint). */
  readonly checksum?: Checksum
  /**
   * The item's bytes in the kind's media type. May be called again: a retry starts from the first byte. Of a file that was opened it is exactly
   * `size` bytes, or it throws; where `checksum` is given, the body itself compares and throws a `call` fault where it differs at the end.
   */
  body(call: Call): AsyncIterable<Uint8Array>
  /** The same from this byte on, for a copy that was broken off half-way. Throws a `call` fault where the item has changed since it was opened. */
  bodyFrom?(offset: number, call: Call): AsyncIterable<Uint8Array>
  /** Earlier states, the oldest first and the present one left out, as many as the operator has asked for. Absent where none were asked for. */
  versions?(call: Call): AsyncIterable<Version>
}
