/** A folder of a memory drive. */
export interface DriveFolder {
  readonly id: string
  readonly name: string
  /** Absent: the root. */
  readonly parent?: string
  readonly modifiedAt: number
  /** Where it comes in a whole enumeration. A moved one stays where it was, and so may come before its parent. */
  readonly order: number
}

/** A file, as it stands now. */
export interface DriveFile {
  readonly id: string
  readonly name: string
  readonly parent: string
  readonly body: Uint8Array
  readonly modifiedAt: number
  /** Rises with every change of bytes, name, folder or date. */
  readonly version: number
  readonly revision: number
  readonly order: number
  /** Earlier states, the oldest first. */
  readonly earlier: readonly { readonly body: Uint8Array; readonly modifiedAt: number }[]
}

interface Change {
  readonly seq: number
  readonly id: string
}

export const ROOT = 'root'

/** What a person does in a drive, and the log of changes that its listing is made of. Names may repeat in a folder. */
export class MemoryDrive {
  readonly #folders = new Map<string, DriveFolder>()
  readonly #files = new Map<string, DriveFile>()
  readonly #changes: Change[] = []
  #counter = 0
  #time = Date.UTC(2024, 2, 3, 4, 5, 6)
  #generation = 1

  constructor() {
    this.#folders.set(ROOT, { id: ROOT, name: '', modifiedAt: this.#now(), order: 0 })
  }

  get generation(): number {
    return this.#generation
  }

  get sequence(): number {
    return this.#changes.length
  }

  folders(): readonly DriveFolder[] {
    return [...this.#folders.values()]
  }

  files(): readonly DriveFile[] {
    return [...this.#files.values()]
  }

  folder(id: string): DriveFolder | undefined {
    return this.#folders.get(id)
  }

  file(id: string): DriveFile | undefined {
    return this.#files.get(id)
  }

  /** Names from the root down, as they are now. */
  pathOf(id: string): readonly string[] {
    const { name, parent } = this.#mustFolder(id)
    return parent === undefined ? [] : [...this.pathOf(parent), name]
  }

  changes(since: number): readonly Change[] {
    return this.#changes.slice(since)
  }

  addFolder(name: string, parent = ROOT): string {
    const id = `d${++this.#counter}`
    this.#keepFolder({ id, name, parent, modifiedAt: this.#now(), order: ++this.#counter })
    return id
  }

  /** Says nothing of what is in it. */
  moveFolder(id: string, to: { readonly name?: string; readonly parent?: string }): void {
    this.#keepFolder({ ...this.#mustFolder(id), ...to, modifiedAt: this.#now() })
  }

  /** Whether one folder is the other, or lies in it. */
  isWithin(id: string, outer: string): boolean {
    for (let at: string | undefined = id; at !== undefined; at = this.#folders.get(at)?.parent) if (at === outer) return true
    return false
  }

  add(parent: string, name: string, body: Uint8Array, modifiedAt = this.#now()): string {
    const id = `f${++this.#counter}`
    const order = ++this.#counter
    this.#keepFile({ id, name, parent, body, modifiedAt, version: 1, revision: 1, order, earlier: [] })
    return id
  }

  edit(id: string, body: Uint8Array): void {
    const file = this.#mustFile(id)
    const earlier = [...file.earlier, { body: file.body, modifiedAt: file.modifiedAt }]
    this.#keepFile({ ...file, body, earlier, modifiedAt: this.#now(), version: file.version + 1, revision: file.revision + 1 })
  }

  /** Another name, another folder, or both. */
  move(id: string, to: { readonly name?: string; readonly parent?: string }): void {
    const file = this.#mustFile(id)
    this.#keepFile({ ...file, ...to, version: file.version + 1 })
  }

  /** Another date, and nothing else. */
  date(id: string): void {
    const file = this.#mustFile(id)
    this.#keepFile({ ...file, modifiedAt: this.#now(), version: file.version + 1 })
  }

  remove(id: string): void {
    this.#mustFile(id)
    this.#files.delete(id)
    this.#log(id)
  }

  forgetCursors(): void {
    this.#generation++
  }

  #keepFolder(folder: DriveFolder): void {
    this.#folders.set(folder.id, folder)
    this.#log(folder.id)
  }

  #keepFile(file: DriveFile): void {
    this.#files.set(file.id, file)
    this.#log(file.id)
  }

  #log(id: string): void {
    this.#changes.push({ seq: this.#changes.length, id })
  }

  /** A second later each time, so that no two dates are one. */
  #now(): number {
    this.#time += 1_000
    return this.#time
  }

  #mustFolder(id: string): DriveFolder {
    const folder = this.#folders.get(id)
    if (!folder) throw new Error(`There is no folder ${id} in this drive.`)
    return folder
  }

  #mustFile(id: string): DriveFile {
    const file = this.#files.get(id)
    if (!file) throw new Error(`There is no file ${id} in this drive.`)
    return file
  }
}
