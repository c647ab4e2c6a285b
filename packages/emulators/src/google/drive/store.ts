import { hash32 } from '../../generate/random.ts'
import type { DriveContent } from './content.ts'
import { type DriveFile, FOLDER, type PermissionJson, type SharedDrive } from './file.ts'

/** What a log of changes remembers. */
export interface LoggedChange {
  /** Of a file, or of membership in a shared drive. */
  readonly fileId?: string
  readonly driveId?: string
  readonly at: number
}

/** What somebody puts into a drive. */
export type NewFile = Pick<DriveFile, 'name' | 'mimeType'> &
  Partial<Omit<DriveFile, 'id' | 'name' | 'mimeType' | 'version' | 'revisions'>> & { readonly content?: DriveContent }

interface Facts {
  readonly seed: number
  readonly now: () => number
}

/** All files of a domain: everybody's own drive, and the shared ones. */
export class DriveStore {
  readonly files = new Map<string, DriveFile>()
  readonly drives = new Map<string, SharedDrive>()
  /** Everything that has happened, in order; a token is a place in it. */
  readonly log: LoggedChange[] = []
  /** How often the bytes of each file were sent, by id. */
  readonly reads = new Map<string, number>()
  /** No token from before here is known. */
  horizon = 0
  /** Listings that stand in the middle end here. */
  generation = 0
  readonly #facts: Facts
  readonly #roots = new Map<string, string>()
  readonly #children = new Map<string, Set<string>>()
  #ordered: readonly DriveFile[] | undefined
  #serial = 0

  constructor(facts: Facts) {
    this.#facts = facts
  }

  now(): number {
    return this.#facts.now()
  }

  /** The top of somebody's own drive; made when it is first asked for. */
  rootOf(address: string): string {
    const known = this.#roots.get(address)
    if (known !== undefined) return known
    const id = `0A${this.#id('root', address).slice(0, 14)}9PVA`
    this.#roots.set(address, id)
    const at = Date.UTC(2015, 0, 1)
    this.#keep({ ...EMPTY, id, name: 'My Drive', mimeType: FOLDER, owner: address, createdAt: at, modifiedAt: at })
    return id
  }

  isRoot(id: string): boolean {
    return this.drives.has(id) || [...this.#roots.values()].includes(id)
  }

  addDrive(name: string, permissions: readonly PermissionJson[]): SharedDrive {
    const id = `0A${this.#id('drive', this.drives.size).slice(0, 14)}9PVA`
    const drive: SharedDrive = { id, name, createdAt: Date.UTC(2019, 5, 1), permissions: [...permissions] }
    this.drives.set(id, drive)
    const { createdAt } = drive
    this.#keep({ ...EMPTY, id, name: 'Drive', mimeType: FOLDER, driveId: id, createdAt, modifiedAt: createdAt })
    this.log.push({ driveId: id, at: this.now() })
    return drive
  }

  file(id: string): DriveFile {
    const found = this.files.get(id)
    if (found === undefined) throw new Error(`There is no file ${id} in this domain.`)
    return found
  }

  add({ content, ...wish }: NewFile): DriveFile {
    const at = this.now()
    const id = this.#id('file', this.#serial++)
    const modifiedAt = wish.modifiedAt ?? at
    const file: DriveFile = { ...EMPTY, createdAt: modifiedAt, ...wish, modifiedAt, id, revisions: [] }
    if (content !== undefined) file.revisions.push({ id: this.#id('revision', this.#serial++), content, modifiedAt, keepForever: false })
    this.#keep(file)
    this.#note(file)
    return file
  }

  /** Another state of it: its other bytes, its text, or what else is said. */
  change(file: DriveFile, change: Partial<Pick<DriveFile, 'name' | 'trashed' | 'permissions' | 'limited' | 'owner' | 'modifiedAt'>>): void {
    Object.assign(file, change)
    this.#note(file)
  }

  write(file: DriveFile, content: DriveContent, { pinned = false, modifiedAt = this.now() } = {}): void {
    const last = file.revisions.at(-1)
    if (last !== undefined && pinned) last.keepForever = true
    file.revisions.push({ id: this.#id('revision', this.#serial++), content, modifiedAt, keepForever: false })
    this.change(file, { modifiedAt })
  }

  say(file: DriveFile, text: string): void {
    file.text = text
    this.change(file, { modifiedAt: this.now() })
  }

  /** The folder alone is told of, and not what is in it (facts 8.6). */
  move(file: DriveFile, parents: readonly string[]): void {
    for (const parent of file.parents) this.#children.get(parent)?.delete(file.id)
    file.parents = parents
    for (const parent of parents) this.#inside(parent).add(file.id)
    this.#note(file)
  }

  /** For good, with everything in it. Each is told of. */
  remove(file: DriveFile): void {
    for (const child of this.childrenOf(file.id)) this.remove(child)
    for (const parent of file.parents) this.#children.get(parent)?.delete(file.id)
    this.files.delete(file.id)
    this.#ordered = undefined
    this.log.push({ fileId: file.id, at: this.now(), ...(file.driveId !== undefined && { driveId: file.driveId }) })
  }

  childrenOf(id: string): readonly DriveFile[] {
    return [...(this.#children.get(id) ?? [])].flatMap((each) => this.files.get(each) ?? [])
  }

  /** By itself, or since a folder above it is. */
  isTrashed(file: DriveFile, depth = 0): boolean {
    if (file.trashed || depth > 200) return file.trashed
    const above = this.files.get(file.parents[0] ?? '')
    return above !== undefined && this.isTrashed(above, depth + 1)
  }

  /** In the order of listings, which says nothing and stays. */
  ordered(): readonly DriveFile[] {
    this.#ordered ??= [...this.files.values()]
      .map((file) => ({ file, rank: hash32('rank', file.id) }))
      .sort((left, right) => left.rank - right.rank || (left.file.id < right.file.id ? -1 : 1))
      .map(({ file }) => file)
    return this.#ordered
  }

  membership(drive: SharedDrive): void {
    this.log.push({ driveId: drive.id, at: this.now() })
  }

  #note(file: DriveFile): void {
    file.version += 1
    this.log.push({ fileId: file.id, at: this.now(), ...(file.driveId !== undefined && { driveId: file.driveId }) })
  }

  #keep(file: DriveFile): void {
    this.files.set(file.id, file)
    for (const parent of file.parents) this.#inside(parent).add(file.id)
    this.#ordered = undefined
  }

  #inside(parent: string): Set<string> {
    const known = this.#children.get(parent) ?? new Set()
    this.#children.set(parent, known)
    return known
  }

  #id(...parts: readonly (string | number)[]): string {
    const words = [1, 2, 3, 4, 5, 6].map((n) => hash32(this.#facts.seed, 'drive', n, ...parts))
    return `1${Buffer.from(Uint32Array.from(words).buffer).toString('base64url')}`
  }
}

const EMPTY = {
  parents: [],
  owner: undefined,
  driveId: undefined,
  trashed: false,
  version: 1,
  get revisions() {
    return []
  },
  get permissions() {
    return []
  },
  limited: false,
  text: '',
}
