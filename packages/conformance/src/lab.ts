import type { Collection, Destination, Item, Place, Receipt, Role, Source, Traits } from '@offramp/core'

/**
 * What a suite needs of a source's far side: the account's own person, who acts through something else than the connector under
 * test (the emulator's store, another protocol, the server's own files).
 */
export interface SourceLab {
  readonly source: Source
  readonly person: SourcePerson
  /** What is really there: a second pair of eyes that does not use the connector. */
  peek(): Promise<readonly Held[]>
  /** The server forgets every cursor it has given out. Absent where the source lists anew each time. */
  forgetCursors?(): Promise<void>
  /** What no name can hold, because it stands between the names of a path (Gmail: `/`). Absent: a name may hold anything. */
  readonly separator?: string
  /** Strings (tokens, passwords) that must not be found in a cursor. */
  readonly secrets?: readonly string[]
  /** Ends what the lab started. */
  close(): Promise<void>
}

/** One item as it stands at the source. `id` is the connector's `ItemRef.id`. */
export interface Held {
  readonly id: string
  /** `Collection.id` of its home. */
  readonly home: string
  readonly naturalKey: string
}

export interface SourcePerson {
  /** Makes a collection and says its `Collection.id`. `parent` is such an id; absent: at the top. */
  collection(name: string, parent?: string): Promise<string>
  /** Puts an item there and says its `ItemRef.id`. `body` is in the kind's media type. */
  add(home: string, body: Uint8Array, traits: Traits): Promise<string>
  /** Changes traits only. Absent where all that there is to an item is in its body. */
  mark?(id: string, traits: Traits): Promise<void>
  /** Changes the text as well. Absent where the kind's items cannot be edited. */
  edit?(id: string, body: Uint8Array): Promise<void>
  /**
   * The item keeps its id: connectors ask for ids that are stable through moves. Absent where the source makes another item of one that is
   * moved, and says so of the old one.
   */
  move?(id: string, home: string): Promise<void>
  remove(id: string): Promise<void>
}

/** What a suite needs of a destination's far side. */
export interface DestinationLab {
  readonly destination: Destination
  /** Connects once more to the same account, as another process would. The lab closes it. */
  again(): Promise<Destination>
  readonly person: DestinationPerson
  /** Everything that is really there, not told by the connector. */
  peek(): Promise<readonly Seen[]>
  /** An item that this server refuses for good (fault `item`). Absent where there is no such thing. */
  refusable?(home: Collection): Item
  /** How what stands differs from what was meant, in words; nothing where it is the same. Absent: every byte must be the same. */
  readonly differences?: (meant: Uint8Array, found: Uint8Array) => readonly string[]
  /** The next write is stored, and its answer lost. Absent where that cannot be arranged. */
  loseNextAnswer?(): Promise<void>
  close(): Promise<void>
}

/** One copy as it stands at the destination. */
export interface Seen {
  /** `Place.name`. */
  readonly place: string
  /** `Receipt.locator`. */
  readonly locator: string
  readonly body: Uint8Array
  /** As far as these eyes can tell; a trait that they cannot see is absent. */
  readonly traits: Traits
}

export interface DestinationPerson {
  /** Adds an own item. */
  add(place: Place, body: Uint8Array, traits: Traits): Promise<void>
  /** Changes flags of what is there. */
  flag(receipt: Receipt, traits: Traits): Promise<void>
  /** Puts another text in its place. Absent where the kind's items cannot be edited. */
  edit?(receipt: Receipt, body: Uint8Array): Promise<void>
  move(receipt: Receipt, to: Place): Promise<void>
  remove(receipt: Receipt): Promise<void>
}

/** How a connector's `conformance.test.ts` calls a suite. */
export interface SuiteOptions<Lab> {
  readonly name: string
  /** A fresh lab with an empty account for every case. */
  readonly open: () => Promise<Lab>
  /** Case name -> why it cannot hold here. A waived case that passes is a failure: the waiver has outlived its reason. */
  readonly waive?: Readonly<Record<string, string>>
  /** Milliseconds for one case; vitest's own default where absent. */
  readonly timeoutMs?: number
}

/** A collection at the top, for a case that needs no more. */
export const topCollection = (name: string, role?: Role): Collection => ({ id: `c:${name}`, path: [name], ...(role ? { role } : {}) })
