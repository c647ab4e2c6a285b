import { createHash } from 'node:crypto'
import type { Blob } from './blob.ts'

/** An older state of a file. */
export interface Version {
  readonly blob: Blob
  /** Seconds since the Unix epoch: its name, and the time that people see. */
  readonly seconds: number
  readonly etag: string
}

interface Common {
  readonly id: number
  name: string
  parent: FolderNode | undefined
  /** Seconds since the Unix epoch. */
  modified: number
  /** Seconds; as a client has said it. */
  created: number | undefined
  /** XML within each property that a client has set, by Clark name. */
  properties: Map<string, string> | undefined
  favouriteOf: Set<string> | undefined
  /** Someone has locked it: what others do with it is answered 423. */
  locked: boolean
}

export interface FileNode extends Common {
  readonly kind: 'file'
  /** Of its date in seconds, its inode and its size, as on a disk: other bytes of the same length and date have the same one (seen on Nextcloud 32.0.1). */
  readonly etag: string
  /** Where the storage gives each write a tag of its own, as object stores do: that. */
  tag: string | undefined
  blob: Blob
  /** Bytes as listings tell them: another number than `blob` has where a body has broken off over it, until somebody reads it. */
  told: number
  type: string
  /** Seconds; the server's own. */
  uploaded: number
  /** `SHA1:...`, as a client has said it: nobody has looked whether it is true (facts 4.3). */
  checksum: string | undefined
  /** By their seconds: two of one second are one. */
  versions: Map<number, Version> | undefined
}

export interface FolderNode extends Common {
  readonly kind: 'folder'
  etag: string
  readonly entries: Map<string, FileNode | FolderNode>
  /** Bytes of everything inside. */
  size: number
  /** The root of a store alone. */
  readonly store: Store | undefined
}

export type FileOrFolder = FileNode | FolderNode

/** What was deleted, and where it was. */
export interface Trashed {
  readonly node: FileOrFolder
  /** Seconds since the Unix epoch. */
  readonly deleted: number
  /** Path from the store's root. */
  readonly from: string
}

/** Files that belong together: a user's, or a team's. */
export interface Store {
  readonly root: FolderNode
  /** The user; undefined for a team folder. */
  readonly owner: string | undefined
  /** Of a team folder. */
  readonly team: number | undefined
  /** Bytes of older versions. */
  versionBytes: number
  /** Bytes of what was deleted. */
  trashBytes: number
  /** By name: `report.txt.d1700000000`. */
  readonly trash: Map<string, Trashed>
}

let ids = 10

/** Numbers of files are unique in the whole process, so that no test takes one server's for another's. */
export function nextFileId(): number {
  ids += 1
  return ids
}

let writes = 0

/** Another each time: of folders, chunks, and whatever lies in an object store. */
export function newEtag(): string {
  writes += 1
  return createHash('md5').update(`etag ${writes}`).digest('hex')
}

const common = (name: string, modified: number): Common => ({
  id: nextFileId(),
  name,
  parent: undefined,
  modified,
  created: undefined,
  properties: undefined,
  favouriteOf: undefined,
  locked: false,
})

export const newFolder = (name: string, modified: number): FolderNode => ({
  ...common(name, modified),
  kind: 'folder',
  etag: newEtag(),
  entries: new Map(),
  size: 0,
  store: undefined,
})

export const newFile = (name: string, facts: { readonly modified: number; readonly blob: Blob; readonly type: string }): FileNode => ({
  ...common(name, facts.modified),
  kind: 'file',
  get etag() {
    return this.tag ?? createHash('md5').update(`${this.modified} ${this.id} ${this.told}`).digest('hex')
  },
  tag: undefined,
  blob: facts.blob,
  told: facts.blob.size,
  type: facts.type,
  uploaded: facts.modified,
  checksum: undefined,
  versions: undefined,
})

export function newStore(of: { readonly owner: string } | { readonly team: number }, modified: number): Store {
  const made: { store?: Store } = {}
  const root: FolderNode = {
    ...newFolder('', modified),
    get store() {
      return made.store
    },
  }
  const store: Store = {
    root,
    owner: 'owner' in of ? of.owner : undefined,
    team: 'team' in of ? of.team : undefined,
    versionBytes: 0,
    trashBytes: 0,
    trash: new Map(),
  }
  made.store = store
  return store
}

export const sizeOf = (node: FileOrFolder): number => (node.kind === 'file' ? node.blob.size : node.size)

export function rootOf(node: FileOrFolder): FolderNode {
  let at: FileOrFolder = node
  while (at.parent) at = at.parent
  if (at.kind !== 'folder') throw new Error(`The file ${at.name} stands nowhere.`)
  return at
}

/** Where a node is kept; undefined where it has been deleted. */
export const storeOf = (node: FileOrFolder): Store | undefined => {
  let at: FileOrFolder = node
  while (at.parent) at = at.parent
  return at.kind === 'folder' ? at.store : undefined
}

/** Names from the store's root. */
export function pathOf(node: FileOrFolder): readonly string[] {
  const names: string[] = []
  for (let at: FileOrFolder | undefined = node; at?.parent; at = at.parent) names.unshift(at.name)
  return names
}

/** Every node below one, itself not included. */
export function* below(folder: FolderNode): Generator<FileOrFolder> {
  for (const entry of folder.entries.values()) {
    yield entry
    if (entry.kind === 'folder') yield* below(entry)
  }
}
