/** A file as a server holds it. */
export interface StoredFile {
  readonly body: Uint8Array
  readonly modifiedAt: number
  /** Another one after every change, of whatever. */
  readonly etag: number
  /** Earlier texts, the oldest first. */
  readonly history: readonly Uint8Array[]
}

export interface TreeFolder {
  readonly path: string
  /** Another one after every making, of whatever. */
  readonly id: number
  modifiedAt: number
  readonly files: Map<string, StoredFile>
}

/** Parts of a file that is being uploaded. */
export interface Upload {
  readonly version: string
  readonly parts: readonly Uint8Array[]
}

/** Paths above one, the nearest first. */
const above = (path: string): readonly string[] => {
  const parts = path.split('/')
  return path === '' ? [] : parts.map((_, at) => parts.slice(0, parts.length - 1 - at).join('/'))
}

/**
 * What a server of files holds: folders by path, with dates that change with everything that is done in them or below, as Nextcloud's do. Its methods
 * are what anybody may do there.
 */
export class FileTree {
  readonly #folders = new Map<string, TreeFolder>()
  readonly uploads = new Map<string, Upload>()
  #etag = 0
  /** The present, later by a second with every look at it. */
  #time = Date.UTC(2026, 0, 5)

  constructor() {
    this.make('')
  }

  folders(): readonly TreeFolder[] {
    return [...this.#folders.values()]
  }

  folder(path: string): TreeFolder | undefined {
    return this.#folders.get(path)
  }

  /** With all folders above. */
  make(path: string): TreeFolder {
    const known = this.#folders.get(path)
    if (known) return known
    const [parent] = above(path)
    if (parent !== undefined) this.make(parent)
    const made: TreeFolder = { path, id: ++this.#etag, modifiedAt: 0, files: new Map() }
    this.#folders.set(path, made)
    this.#touch(path)
    return made
  }

  file(path: string, name: string): StoredFile | undefined {
    return this.#folders.get(path)?.files.get(name)
  }

  /** Keeps what stood there in its history. Undefined: the folder is gone. */
  write(path: string, name: string, body: Uint8Array, modifiedAt = this.#now()): StoredFile | undefined {
    const folder = this.#folders.get(path)
    if (!folder) return undefined
    const was = folder.files.get(name)
    const history = was ? [...was.history, was.body] : []
    const file: StoredFile = { body, modifiedAt, etag: ++this.#etag, history }
    folder.files.set(name, file)
    this.#touch(path)
    return file
  }

  /** Gives a file another date. */
  date(path: string, name: string, modifiedAt: number): StoredFile | undefined {
    const folder = this.#folders.get(path)
    const was = folder?.files.get(name)
    if (!folder || !was) return undefined
    const file = { ...was, modifiedAt, etag: ++this.#etag }
    folder.files.set(name, file)
    return file
  }

  /** Undefined where it is gone, or the name over there is taken. Its etag goes along. */
  move(from: readonly [string, string], to: readonly [string, string]): StoredFile | undefined {
    const [source, target] = [this.#folders.get(from[0]), this.#folders.get(to[0])]
    const file = source?.files.get(from[1])
    if (!source || !target || !file || target.files.has(to[1])) return undefined
    source.files.delete(from[1])
    target.files.set(to[1], file)
    this.#touch(from[0])
    this.#touch(to[0])
    return file
  }

  remove(path: string, name: string): boolean {
    const gone = this.#folders.get(path)?.files.delete(name) ?? false
    if (gone) this.#touch(path)
    return gone
  }

  /** Nothing is in it, nor a folder. */
  isEmpty(path: string): boolean {
    const isParent = [...this.#folders.keys()].some((one) => one !== path && (path === '' || one.startsWith(`${path}/`)))
    return !isParent && this.#folders.get(path)?.files.size === 0
  }

  removeFolder(path: string): void {
    for (const one of [...this.#folders.keys()]) if (one === path || one.startsWith(`${path}/`)) this.#folders.delete(one)
    const [parent] = above(path)
    if (parent !== undefined) this.#touch(parent)
  }

  /** Without this, a folder says when something was last done in it or below. */
  dateFolder(path: string, modifiedAt: number): void {
    const folder = this.#folders.get(path)
    if (folder) folder.modifiedAt = modifiedAt
  }

  #touch(path: string): void {
    const now = this.#now()
    for (const one of [path, ...above(path)]) this.dateFolder(one, now)
  }

  #now(): number {
    this.#time += 1_000
    return this.#time
  }
}
