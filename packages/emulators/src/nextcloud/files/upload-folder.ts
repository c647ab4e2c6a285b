import type { CloudState } from '../serve/state.ts'
import type { CloudUser } from '../users/user.ts'
import { type Blob, joined } from './blob.ts'
import { newEtag } from './node.ts'

export interface Chunk {
  readonly name: string
  readonly blob: Blob
  readonly etag: string
  /** Milliseconds since the Unix epoch. */
  readonly at: number
}

/** A folder below `uploads/<user>`: pieces of one file. */
export interface UploadFolder {
  readonly id: string
  readonly etag: string
  /** Chunks that lie in the folder. */
  readonly chunks: Map<string, Chunk>
  /** Parts that went to the object store, by number: the second flavour. Undefined where it was not begun that way. */
  readonly parts: Map<number, Chunk> | undefined
  /** It was said, when it was made, where the file is to go. */
  readonly isAimed: boolean
  /** Milliseconds since the Unix epoch, of the last write. */
  touched: number
  /** All of them in one, while nothing changes. */
  whole: Blob | undefined
  /** The server is at work on it right now. */
  busy: boolean
  /** The server puts the file together until then; `finish` is what it comes to. */
  assembling: { readonly until: number; readonly finish: () => void; readonly target: string } | undefined
}

interface Begun {
  readonly now: number
  readonly isMultipart: boolean
  readonly isAimed: boolean
}

export const newUploadFolder = (id: string, facts: Begun): UploadFolder => ({
  id,
  etag: newEtag(),
  chunks: new Map(),
  parts: facts.isMultipart ? new Map() : undefined,
  isAimed: facts.isAimed,
  touched: facts.now,
  whole: undefined,
  busy: false,
  assembling: undefined,
})

const DAY = 24 * 3_600_000

/** 9 before 10, as PHP's `natsort`. */
const order = new Intl.Collator('en', { numeric: true })

export const inOrder = (chunks: Iterable<Chunk>): readonly Chunk[] => [...chunks].sort((one, other) => order.compare(one.name, other.name))

export const partsInOrder = (parts: ReadonlyMap<number, Chunk>): readonly Chunk[] =>
  [...parts].sort(([one], [other]) => one - other).map(([, chunk]) => chunk)

/** What a MOVE of this folder's `.file` would make. */
export function wholeOf(folder: UploadFolder): Blob {
  const chunks = folder.parts ? partsInOrder(folder.parts) : inOrder(folder.chunks.values())
  folder.whole ??= joined(chunks.map(({ blob }) => blob))
  return folder.whole
}

/** Something has come, or has gone. */
export function changed(folder: UploadFolder, now: number): void {
  folder.whole = undefined
  folder.touched = now
}

/** What the server has done meanwhile: assemblies that have come to their end, folders of which nobody has heard for a day. */
export function settleUploads(state: CloudState, user: CloudUser): void {
  const now = state.now()
  for (const folder of user.uploads.values()) {
    const { assembling } = folder
    if (assembling && assembling.until <= now) {
      folder.assembling = undefined
      assembling.finish()
    } else if (!assembling && folder.touched <= now - DAY / state.timeScale) user.uploads.delete(folder.id)
  }
}

/** Whether the server is putting something together at that path. */
export const isAssembling = (user: CloudUser, path: string): boolean =>
  [...user.uploads.values()].some(({ assembling }) => assembling?.target === path)
