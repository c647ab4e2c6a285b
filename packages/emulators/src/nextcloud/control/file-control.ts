import type { Reach } from '../files/reach.ts'

/** A file or folder as it truly stands. */
export interface FileTruth {
  /** From the root of whoever it belongs to, without a slash before it. */
  readonly path: string
  readonly kind: 'file' | 'folder'
  readonly size: number
  /** Of the bytes that are stored; empty for a folder, and for more than 4 GB, which nobody would wait for. */
  readonly sha256: string
  /** Seconds since the Unix epoch. */
  readonly modified: number
  readonly created: number | undefined
  readonly etag: string
  readonly id: number
  /** As a client has said it, which proves nothing. */
  readonly checksum: string | undefined
  /** Older states, oldest first. */
  readonly versions: readonly { readonly seconds: number; readonly size: number; readonly sha256: string }[]
  readonly locked: boolean
}

export interface TrashTruth {
  readonly name: string
  /** Where it was. */
  readonly from: string
  /** Seconds since the Unix epoch. */
  readonly deleted: number
  readonly size: number
}

export interface UploadTruth {
  readonly id: string
  readonly chunks: readonly { readonly name: string; readonly size: number }[]
  readonly assembling: boolean
}

/** What a user sees and may do, others' things included. */
export interface SeenTruth {
  readonly path: string
  readonly kind: 'file' | 'folder'
  readonly permissions: number
}

export interface ShareTruth {
  readonly id: string
  readonly kind: 'user' | 'group' | 'link' | 'mail'
  readonly by: string
  /** `alice/Documents/a.txt`, or `team:Sales/b.txt`. */
  readonly path: string
  readonly to: string
  readonly permissions: number
  readonly expires: string | undefined
  readonly password: string | undefined
  readonly note: string
  readonly token: string | undefined
  readonly hideDownload: boolean
  readonly attributes: string
}

export interface TeamTruth {
  readonly id: number
  readonly mountPoint: string
  readonly groups: Readonly<Record<string, number>>
  readonly quota: number
  readonly acl: boolean
  readonly rules: readonly {
    /** Empty for the folder itself. */
    readonly path: string
    readonly type: 'user' | 'group'
    readonly id: string
    readonly mask: number
    readonly permissions: number
  }[]
}

/** One user's files. The same in-process and from another process. */
export interface FilesControl {
  /** Everything of their own; or what is below a path. */
  tree(below?: string): Promise<readonly FileTruth[]>
  /** Everything in the root of their view and below it. */
  seen(): Promise<readonly SeenTruth[]>
  trash(): Promise<readonly TrashTruth[]>
  /** Chunked uploads that have been left, or are under way. */
  uploads(): Promise<readonly UploadTruth[]>
  /** Base64 of at most 16 MB of a file. */
  bytes(path: string, from?: number, to?: number): Promise<string>
  /** As the person does it: folders above are made; bytes as text, dated in seconds where a date is given. */
  put(path: string, text: string, modified?: number): Promise<void>
  /** So many small files in a folder, for listings that are long. */
  plant(folder: string, count: number): Promise<void>
  /** A chunked upload that somebody has left in the middle: so many chunks of zeros. Where nothing else is in a file, hundreds of gigabytes take no room. */
  leave(id: string, chunkBytes: number, count: number): Promise<void>
  lock(path: string, locked: boolean): Promise<void>
  /** What they may do at a path of their own view; 0 where they see nothing. */
  rights(path: string): Promise<number>
}

/** Shares and team folders. */
export interface SharingControl {
  shares(): Promise<readonly ShareTruth[]>
  teams(): Promise<readonly TeamTruth[]>
  /** `alice/Documents/a.txt` or `team:Sales/b.txt`: who can get at it, and what they may do. */
  reach(path: string): Promise<readonly Reach[]>
  /** Everything in a team folder. */
  teamTree(mountPoint: string): Promise<readonly FileTruth[]>
}
