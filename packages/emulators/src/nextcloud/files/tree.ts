import { createHash } from 'node:crypto'

export interface FileEntry {
  readonly id: number
  readonly name: string
  readonly bytes: Buffer
  /** Milliseconds since the Unix epoch. */
  readonly modified: number
  readonly etag: string
  readonly type: string
}

export interface Folder {
  readonly id: number
  readonly name: string
  readonly modified: number
  readonly etag: string
  readonly entries: Map<string, FileEntry | Folder>
}

export const isFolder = (entry: FileEntry | Folder): entry is Folder => 'entries' in entry

const etag = (...facts: readonly unknown[]): string => createHash('md5').update(facts.join(' ')).digest('hex')

/** A user's files. Names are NFC: two that differ in that alone are one (facts 4.4). */
export class FileTree {
  readonly root: Folder = { id: 1, name: '', modified: 0, etag: etag('root'), entries: new Map() }
  #id = 1

  find(segments: readonly string[]): FileEntry | Folder | undefined {
    let at: FileEntry | Folder | undefined = this.root
    for (const segment of segments) {
      if (at === undefined || !isFolder(at)) return undefined
      at = at.entries.get(segment.normalize('NFC'))
    }
    return at
  }

  parent(segments: readonly string[]): Folder | undefined {
    const found = this.find(segments.slice(0, -1))
    return found && isFolder(found) ? found : undefined
  }

  put(
    parent: Folder,
    facts: { readonly name: string; readonly bytes: Buffer; readonly modified: number; readonly type: string },
  ): FileEntry {
    const name = facts.name.normalize('NFC')
    const before = parent.entries.get(name)
    const id = before?.id ?? this.#next()
    const entry = { ...facts, name, id, etag: etag(id, facts.modified, createHash('md5').update(facts.bytes).digest('hex')) }
    parent.entries.set(name, entry)
    return entry
  }

  makeFolder(parent: Folder, given: string, modified: number): Folder {
    const name = given.normalize('NFC')
    const id = this.#next()
    const folder: Folder = { id, name, modified, etag: etag(id, modified), entries: new Map() }
    parent.entries.set(name, folder)
    return folder
  }

  remove(parent: Folder, name: string): void {
    parent.entries.delete(name.normalize('NFC'))
  }

  /** Puts what stands in one place into another, under another name. */
  move(from: { readonly parent: Folder; readonly name: string }, to: { readonly parent: Folder; readonly name: string }): void {
    const name = to.name.normalize('NFC')
    const entry = from.parent.entries.get(from.name.normalize('NFC'))
    if (!entry) return
    this.remove(from.parent, from.name)
    to.parent.entries.set(name, { ...entry, name })
  }

  get used(): number {
    const sizeOf = (entry: FileEntry | Folder): number =>
      isFolder(entry) ? [...entry.entries.values()].reduce((sum, each) => sum + sizeOf(each), 0) : entry.bytes.length
    return sizeOf(this.root)
  }

  #next(): number {
    this.#id += 1
    return this.#id
  }
}
