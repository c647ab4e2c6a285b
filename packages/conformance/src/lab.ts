import type { Collection, Destination, Grant, Item, Place, Reason, Receipt, Role, Source, Traits } from '@offramp/core'

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
  /** Strings (tokens, passwords) that must not be found in a cursor, nor in an address. */
  readonly secrets?: readonly string[]
  /** What there is to files alone. Absent: the source's kind is another. */
  readonly files?: SourceFiles
  /** Ends what the lab started. */
  close(): Promise<void>
}

/** What a suite needs of a drive. What is in no page of a listing (`Listing.collections`) comes in `Page.collections`. */
export interface SourceFiles {
  /** `Collection.path` of the top, where a person adds `collection(name)`: of a site, the library's name. Absent: `[]`. */
  readonly top?: readonly string[]
  /** `Collection.id` of the top, which holds files as well. */
  readonly root: string
  /** Puts a file there under this very name. */
  add(home: string, name: string, body: Uint8Array): Promise<string>
  /** The file gets another name, and is the same file. */
  rename(id: string, name: string): Promise<void>
  /** A folder gets another name, another parent, or both, and takes along what is in it. */
  moveFolder(id: string, to: { readonly name?: string; readonly parent?: string }): Promise<void>
  /** Two files of one folder may have one name there. */
  readonly twins?: true
  /** So many earlier states were asked for. Absent: none were. `SourcePerson.edit` makes one more. */
  readonly versions?: number
  /** What is only counted and named, each with the reason that `open` gives. */
  readonly skips?: readonly { readonly what: string; readonly reason: Reason; add(home: string): Promise<string> }[]
  /** The account connected once more, as by another process: it knows nothing of what the first has seen. The lab closes it. */
  again(): Promise<Source>
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
  /** What there is to files alone. Absent: the destination's kind is another. */
  readonly files?: DestinationFiles
  close(): Promise<void>
}

/** What a suite needs of a server that holds files. */
export interface DestinationFiles {
  /** A person's own file, under this very name. */
  add(place: Place, name: string, body: Uint8Array): Promise<void>
  /** When a folder says that it was last changed, in milliseconds since the Unix epoch, by other eyes. */
  changedAt(place: Place): Promise<number | undefined>
  removeFolder(place: Place): Promise<void>
  /** Uploads in parts. Absent: the server takes a file only as a whole. */
  readonly parts?: PartialUploads
  /** Earlier states that the server keeps of a copy, the oldest first. Absent: it keeps none. */
  history?(receipt: Receipt): Promise<readonly Uint8Array[]>
  /** Who is there to be given a right, and what the server says of it. Absent: it has no sharing. */
  readonly sharing?: { readonly to: Grant['to']; readonly nobody: Grant['to']; grants(): Promise<number> }
}

/** How uploads in parts are broken off and looked at. */
export interface PartialUploads {
  /** Bytes of a file that takes several parts here. */
  readonly bytes: number
  /** The server hangs up once it has taken so many bytes of the next upload. */
  breakOff(after: number): Promise<void>
  /** Bytes that the server has taken in uploads so far. */
  taken(): Promise<number>
  /** What unfinished uploads have left on the server. */
  leftovers(): Promise<readonly string[]>
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
