import type { FileOddities, PermissionJson } from '../drive/file.ts'

/** What a file truly is: what a migration must have carried over. */
export interface DriveFileTruth {
  readonly id: string
  readonly name: string
  readonly mimeType: string
  /** Names of the folders from the top down, without its own. Of an orphan, empty, as of what stands at the top; see `orphan`. */
  readonly path: readonly string[]
  readonly parents: readonly string[]
  readonly orphan: boolean
  /** Bytes. 0 of what has none of its own. */
  readonly size: number
  /** Of blobs. */
  readonly md5?: string
  readonly sha256?: string
  /** Milliseconds since the Unix epoch. */
  readonly modifiedAt: number
  readonly createdAt: number
  /** By itself, or with a folder above. */
  readonly trashed: boolean
  /** What is given on it, and what it has from above, the owner's left out. */
  readonly grants: readonly (PermissionJson & { readonly inherited: boolean })[]
}

export interface NewDriveFile extends FileOddities {
  /** Id of a folder. Default: the top. */
  readonly parent?: string
  /** Base64. */
  readonly base64?: string
  /** So many bytes that the name decides, which are nowhere. */
  readonly size?: number
  /** What a document says. */
  readonly text?: string
  /** Default `text/plain`; `document`, `spreadsheet`, `folder`, `shortcut` ... are Google's own. */
  readonly type?: string
  /** Milliseconds since the Unix epoch. */
  readonly modifiedAt?: number
  readonly createdAt?: number
  readonly target?: string
  /** None: an orphan. Several: as of before 2020. Instead of `parent`. */
  readonly parents?: readonly string[]
}

/**
 * The owner of a drive at work, and the truth about it. `workspace.drive` takes an account's address, or the id or name of a shared drive. Files
 * are named by id. All throw where there is no such thing. The same in-process and from another process.
 */
export interface DriveControl {
  /** Id of the top. */
  root(): Promise<string>
  /** All that are here but folders; in what order, nobody promises. */
  files(): Promise<readonly DriveFileTruth[]>
  folders(): Promise<readonly DriveFileTruth[]>
  add(name: string, facts?: NewDriveFile): Promise<string>
  /** Its bytes, or what a document says. `pinned`: the state before is kept for ever. */
  write(
    id: string,
    facts: { readonly base64?: string; readonly text?: string; readonly size?: number; readonly pinned?: boolean },
  ): Promise<void>
  rename(id: string, name: string): Promise<void>
  move(id: string, parent: string): Promise<void>
  trash(id: string, trashed: boolean): Promise<void>
  /** For good, with what is in it. */
  remove(id: string): Promise<void>
  /** To an address, `group:address`, `domain:name`, or `*` for whoever has the link. */
  share(id: string, who: string, facts: PermissionJson & { readonly role: string }): Promise<void>
  unshare(id: string, who: string): Promise<void>
  /** What is given above does not hold from here down. */
  limit(id: string, limited: boolean): Promise<void>
  /** A member of a shared drive; without a role, no longer. */
  member(who: string, role: string | undefined): Promise<void>
  giveTo(id: string, owner: string): Promise<void>
  /** Base64. */
  bytes(id: string): Promise<string>
  /** How often the bytes of each file were sent, by id. */
  reads(): Promise<Readonly<Record<string, number>>>
  /** No token of changes from before now is known any more. */
  expireTokens(): Promise<void>
  /** Listings that stand in the middle are broken off. */
  breakListings(): Promise<void>
  /** So many listings to come leave half out, and say `incompleteSearch`. */
  beIncomplete(listings: number): Promise<void>
}

export const DRIVE_CALLS: readonly (keyof DriveControl)[] = [
  'root',
  'files',
  'folders',
  'add',
  'write',
  'rename',
  'move',
  'trash',
  'remove',
  'share',
  'unshare',
  'limit',
  'member',
  'giveTo',
  'bytes',
  'reads',
  'expireTokens',
  'breakListings',
  'beIncomplete',
]
