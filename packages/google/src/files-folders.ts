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

/** So many folders are asked for one by one (5 units each); then all are (100 units for 1,000). */
const ONE_BY_ONE = 20

/** Deeper than Drive allows. */
const DEEPEST = 200

const orphaned: Collection = { id: 'orphaned', path: [ORPHANED] }
const bin: Collection = { id: 'bin', path: [BIN] }

/** A folder's place, and whether the way up ends at the top. */
interface Way {
  readonly collection: Collection
  readonly rooted: boolean
}

/** The folders of one drive, as they are learned in one turn. */
export class Folders {
  readonly #client: (call: Call) => Promise<DriveClient>
  readonly #corpus: Corpus
  readonly #known = new Map<string, RemoteFile>()
  readonly #missing = new Set<string>()
  #ways = new Map<string, Way | undefined>()
  readonly #asking = new Map<string, Promise<RemoteFile | undefined>>()
  #root: Promise<Collection> | undefined
  #whole: Promise<void> | undefined
  #asked = 0

  constructor(client: (call: Call) => Promise<DriveClient>, corpus: Corpus) {
    this.#client = client
    this.#corpus = corpus
  }

  /** What a page says of folders is newer than what was known. */
  learn(file: RemoteFile): void {
    if (!isFolder(file)) return
    this.#known.set(file.id, file)
    this.#missing.delete(file.id)
    this.#ways = new Map()
  }

  forget(id: string): void {
    if (this.#known.delete(id)) this.#ways = new Map()
    this.#missing.add(id)
  }

  /** Everything at once, where most of it will be wanted. */
  async all(call: Call): Promise<void> {
    this.#whole ??= this.#readAll(call).catch((thrown: unknown) => {
      this.#whole = undefined
      throw thrown
    })
    await this.#whole
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
    return (await this.#above(file, call, [])).collection
  }

  /** A folder itself. */
  async collectionOf(folder: RemoteFile, call: Call): Promise<Collection> {
    this.learn(folder)
    return (await this.#way(folder.id, call, []))?.collection ?? orphaned
  }

  /** Of several parents the first in the order of ids that leads to the top, so that it is the same one each time. */
  async #above(file: RemoteFile, call: Call, below: readonly string[]): Promise<Way> {
    const ways: Way[] = []
    // No folder is within itself, whatever an answer says.
    if (below.length < DEEPEST)
      for (const parent of file.parents.filter((each) => !below.includes(each))) {
        const above = file.trashed ? await this.#find(parent, call) : undefined
        // What was thrown away stands in the bin by itself, unless its folder was thrown away as well.
        if (file.trashed && above?.trashed !== true) return { collection: bin, rooted: true }
        const way = await this.#way(parent, call, [...below, parent])
        if (way?.rooted) return way
        if (way !== undefined) ways.push(way)
      }
    if (file.trashed && ways.length === 0) return { collection: bin, rooted: true }
    return ways[0] ?? { collection: orphaned, rooted: false }
  }

  async #way(id: string, call: Call, below: readonly string[]): Promise<Way | undefined> {
    const ways = this.#ways
    if (ways.has(id)) return ways.get(id)
    const way = await this.#readWay(id, call, below)
    ways.set(id, way)
    return way
  }

  async #readWay(id: string, call: Call, below: readonly string[]): Promise<Way | undefined> {
    const root = await this.root(call)
    if (id === root.id) return { collection: root, rooted: true }
    const folder = await this.#find(id, call)
    if (folder === undefined) return undefined
    const { collection, rooted } = await this.#above(folder, call, below)
    return { collection: collectionFrom(folder, [...collection.path, folder.name]), rooted }
  }

  async #find(id: string, call: Call): Promise<RemoteFile | undefined> {
    const known = this.#known.get(id)
    if (known !== undefined || this.#missing.has(id)) return known
    if (this.#whole === undefined && this.#asked++ >= ONE_BY_ONE) await this.all(call)
    if (this.#whole !== undefined) {
      await this.#whole
      return this.#known.get(id)
    }
    const asking = this.#asking.get(id) ?? this.#ask(id, call)
    this.#asking.set(id, asking)
    return asking.finally(() => this.#asking.delete(id))
  }

  async #ask(id: string, call: Call): Promise<RemoteFile | undefined> {
    const folder = await readOne(await this.#client(call), id, { fields: FOLDER_FIELDS, call })
    if (folder === undefined || !this.#isOurs(folder)) {
      this.#missing.add(id)
      return undefined
    }
    this.#known.set(id, folder)
    return folder
  }

  /** A folder of somebody else's is moved with its owner, and our file in it stands alone. */
  #isOurs({ driveId, ownedByMe }: RemoteFile): boolean {
    return this.#corpus.driveId === undefined ? ownedByMe && driveId === undefined : driveId === this.#corpus.driveId
  }

  async #readAll(call: Call): Promise<void> {
    for await (const folders of allFolders(await this.#client(call), this.#corpus, call))
      for (const folder of folders) if (!this.#known.has(folder.id)) this.#known.set(folder.id, folder)
    this.#ways = new Map()
  }

  async #readRoot(call: Call): Promise<Collection> {
    const { driveId } = this.#corpus
    const folder = await readOne(await this.#client(call), driveId ?? 'root', { fields: FOLDER_FIELDS, call })
    return folder === undefined ? { id: driveId ?? 'root', path: [] } : collectionFrom(folder, [])
  }
}

const collectionFrom = ({ id, modifiedAt, createdAt }: RemoteFile, path: readonly string[]): Collection => ({
  id,
  path,
  ...(modifiedAt === undefined ? {} : { modifiedAt }),
  ...(createdAt === undefined ? {} : { createdAt }),
})
