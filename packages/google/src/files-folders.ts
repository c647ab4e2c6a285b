import { createHash } from 'node:crypto'
import type { Call, Collection } from '@offramp/core'
import type { DriveClient } from './files-client.ts'
import { FOLDER_FIELDS, isFolder, type RemoteFile } from './files-model.ts'
import { allFolders, type Corpus, readOne } from './files-pages.ts'

/** Where stands what is in no folder that is ours. */
export const ORPHANED = '_Orphaned'

/** Where stands what comes out of the bin. */
export const BIN = '_Bin'

/** Where stands, in lists alone, what belongs to others. */
const OTHERS: Collection = { id: 'shared-with-me', path: ['Shared with me'] }

/** Deeper than Drive allows. */
const DEEPEST = 200

const orphaned: Collection = { id: 'orphaned', path: [ORPHANED] }
const bin: Collection = { id: 'bin', path: [BIN] }

/** A folder's place, and whether the way up ends at the top. */
interface Way {
  readonly collection: Collection
  readonly rooted: boolean
}

/**
 * The folders of one drive, read once a turn, when the first of them is wanted: 100 units for 1,000 of them. One by one they would cost 5 each, which is
 * less for a few; but only who knows all of them sees that two of one folder have one name, and what is in these must not be mixed.
 */
export class Folders {
  readonly #client: (call: Call) => Promise<DriveClient>
  readonly #corpus: Corpus
  readonly #known = new Map<string, RemoteFile>()
  readonly #gone = new Set<string>()
  #ways = new Map<string, Way | undefined>()
  #eldest: ReadonlyMap<string, RemoteFile> | undefined
  #root: Promise<Collection> | undefined
  #whole: Promise<void> | undefined

  constructor(client: (call: Call) => Promise<DriveClient>, corpus: Corpus) {
    this.#client = client
    this.#corpus = corpus
  }

  /** What a page says of folders is newer than what was known. */
  learn(file: RemoteFile): void {
    if (!isFolder(file)) return
    const before = this.#known.get(file.id)
    this.#known.set(file.id, file)
    this.#gone.delete(file.id)
    if (before === undefined || placing(before) !== placing(file)) this.#changed()
  }

  forget(id: string): void {
    this.#gone.add(id)
    if (this.#known.delete(id)) this.#changed()
  }

  /** The top, by its real id: `parents` never say `root`. */
  root(call: Call): Promise<Collection> {
    this.#root ??= this.#readRoot(call).catch((thrown: unknown) => {
      this.#root = undefined
      throw thrown
    })
    return this.#root
  }

  /** Where a file is at home. */
  async homeOf(file: RemoteFile, call: Call): Promise<Collection> {
    if (this.#corpus.driveId === undefined && !file.ownedByMe) return OTHERS
    await this.#all(call)
    return this.#above(file, await this.root(call), []).collection
  }

  /** A folder itself. */
  async collectionOf(folder: RemoteFile, call: Call): Promise<Collection> {
    if (this.#known.get(folder.id) !== folder) this.learn(folder)
    await this.#all(call)
    return this.#way(folder.id, await this.root(call), [])?.collection ?? orphaned
  }

  /** Others of its name beside it: which of them keeps it may be another one now. */
  async twinsOf(folder: RemoteFile, call: Call): Promise<readonly RemoteFile[]> {
    await this.#all(call)
    const keys = new Set(folder.parents.map((parent) => nameKey(parent, folder)))
    return [...this.#known.values()].filter(
      (each) => each.id !== folder.id && each.name === folder.name && each.parents.some((parent) => keys.has(nameKey(parent, each))),
    )
  }

  async #all(call: Call): Promise<void> {
    this.#whole ??= this.#readAll(call).catch((thrown: unknown) => {
      this.#whole = undefined
      throw thrown
    })
    await this.#whole
  }

  /** Of several parents the first in the order of ids that leads to the top, so that it is the same one each time. */
  #above(file: RemoteFile, root: Collection, below: readonly string[]): Way {
    // What was thrown away stands in the bin by itself, unless its folder was thrown away as well.
    if (file.trashed && !file.parents.some((parent) => this.#known.get(parent)?.trashed)) return { collection: bin, rooted: true }
    const ways: Way[] = []
    // No folder is within itself, whatever an answer says.
    for (const parent of below.length < DEEPEST ? file.parents.filter((each) => !below.includes(each)) : []) {
      const way = this.#way(parent, root, [...below, parent])
      if (way?.rooted) return way
      if (way !== undefined) ways.push(way)
    }
    return ways[0] ?? { collection: orphaned, rooted: false }
  }

  #way(id: string, root: Collection, below: readonly string[]): Way | undefined {
    if (id === root.id) return { collection: root, rooted: true }
    if (this.#ways.has(id)) return this.#ways.get(id)
    const folder = this.#known.get(id)
    const above = folder && this.#above(folder, root, below)
    const way = above && {
      collection: collectionFrom(folder, [...above.collection.path, this.#nameOf(folder, above.collection)]),
      rooted: above.rooted,
    }
    this.#ways.set(id, way)
    return way
  }

  /** The eldest of one name keeps it; a younger one is told apart by its id, as are those that have no place of their own. */
  #nameOf(folder: RemoteFile, { id }: Collection): string {
    const alone = id !== orphaned.id && id !== bin.id && this.#eldestOf(id, folder).id === folder.id
    return alone ? folder.name : `${folder.name} (${createHash('sha256').update(folder.id).digest('hex').slice(0, 8)})`
  }

  #eldestOf(parent: string, folder: RemoteFile): RemoteFile {
    this.#eldest ??= eldestIn(this.#known.values())
    return this.#eldest.get(nameKey(parent, folder)) ?? folder
  }

  #changed(): void {
    this.#ways = new Map()
    this.#eldest = undefined
  }

  async #readAll(call: Call): Promise<void> {
    for await (const folders of allFolders(await this.#client(call), this.#corpus, call))
      for (const folder of folders) if (!this.#known.has(folder.id) && !this.#gone.has(folder.id)) this.#known.set(folder.id, folder)
    this.#changed()
  }

  async #readRoot(call: Call): Promise<Collection> {
    const { driveId } = this.#corpus
    const folder = await readOne(await this.#client(call), driveId ?? 'root', { fields: FOLDER_FIELDS, call })
    return folder === undefined ? { id: driveId ?? 'root', path: [] } : collectionFrom(folder, [])
  }
}

/** What of a folder decides where it and others stand, and what is told of it. */
const placing = ({ name, parents, trashed, createdAt, modifiedAt }: RemoteFile): string =>
  JSON.stringify([name, parents, trashed, createdAt, modifiedAt])

const nameKey = (parent: string, { name, trashed }: RemoteFile): string => JSON.stringify([parent, trashed, name])

/** Of each name in each folder, who was there first. */
function eldestIn(folders: Iterable<RemoteFile>): ReadonlyMap<string, RemoteFile> {
  const eldest = new Map<string, RemoteFile>()
  for (const folder of folders)
    for (const parent of folder.parents) {
      const key = nameKey(parent, folder)
      const other = eldest.get(key)
      if (other === undefined || isElder(folder, other)) eldest.set(key, folder)
    }
  return eldest
}

function isElder(one: RemoteFile, other: RemoteFile): boolean {
  const [left, right] = [one.createdAt ?? 0, other.createdAt ?? 0]
  return left < right || (left === right && one.id < other.id)
}

const collectionFrom = ({ id, modifiedAt, createdAt }: RemoteFile, path: readonly string[]): Collection => ({
  id,
  path,
  ...(modifiedAt === undefined ? {} : { modifiedAt }),
  ...(createdAt === undefined ? {} : { createdAt }),
})
