import { encodeName, ROOT } from '@offramp/conformance'
import { bodyText } from './people.ts'
import { LANE } from './workers.ts'
import type { World } from './world.ts'

/** A state that a file of the drive has been in. */
export interface FileWas {
  readonly parent: string
  readonly name: string
  readonly body: string
}

const NAMES = ['a.txt', 'b.txt', 'Report.docx', 'notes']
const FOLDERS = ['Inbox', 'Old', 'Projects', '2024', 'Reports']

/** What the drive's person does, and others at the server of files, and what they remember of it. */
export class DrivePeople {
  readonly #world: World
  #serial = 0
  /** Every state of every file, the oldest first. */
  readonly history = new Map<string, FileWas[]>()
  /** Every place that a folder has had. */
  readonly paths = new Map<string, Set<string>>()
  /** Bodies of copies that somebody at the destination has touched, and how often one was moved away. */
  readonly touched = new Set<string>()
  readonly sorted = new Map<string, number>()
  /** Others' own files: where, by their body. */
  readonly foreign = new Map<string, { readonly path: string; readonly name: string }>()
  /** Others' own folders: their number, by path. */
  readonly folders = new Map<string, number>()
  /** Folders in which somebody at the destination has done something: they bear that date. */
  readonly disturbed = new Set<string>()
  /** Files of which nobody knew for a time whether they had been written. */
  readonly doubtful = new Set<string>()

  constructor(world: World) {
    this.#world = world
    world.onDoubt = () => {
      for (const { id, state } of world.store.lane(LANE).entries.values()) if (state === 'intended' && id) this.doubtful.add(id)
    }
  }

  settle(): void {
    const { drive, dice, weather } = this.#world
    for (const name of ['Inbox', 'Projects', 'Old']) drive.addFolder(name)
    for (let n = dice.between(0, 3); n > 0; n--) this.#addFolder()
    this.#rememberPaths()
    for (let n = 0; n < weather.items; n++) this.#add()
    if (dice.chance(0.3)) this.#addForeign()
    if (weather.poison) this.#poison()
  }

  /** The drive's person does one thing. */
  edit(): void {
    const { drive, dice, weather } = this.#world
    const file = dice.pick(drive.files())
    if (dice.chance(Math.max(weather.renames, 0.1))) {
      this.#changeFolders()
      return
    }
    const roll = dice.next()
    if (roll < 0.25 || !file) {
      this.#add()
      return
    }
    if (roll < 0.4) drive.edit(file.id, this.#text(`edited ${++this.#serial}`))
    else if (roll < 0.55) drive.move(file.id, { name: dice.pick(NAMES) ?? 'c' })
    else if (roll < 0.75) drive.move(file.id, { parent: this.#folder() })
    else if (roll < 0.85) drive.date(file.id)
    else if (roll < 0.96) drive.remove(file.id)
    else drive.forgetCursors()
    this.#remember(file.id)
  }

  /** Somebody does one thing at the destination: with an own file, or with a copy that the ledger owns. */
  meddle(owned: readonly { readonly place: string; readonly locator: string }[]): void {
    const { dice, tree } = this.#world
    const copy = dice.pick(owned)
    const file = copy && tree.file(copy.place, copy.locator)
    if (dice.chance(0.4) || !copy || !file) {
      if (dice.chance(0.5)) this.#addForeign()
      else this.#makeForeign()
      return
    }
    const body = bodyText(file.body)
    // An own file that came under the name of a copy of ours.
    if (this.foreign.has(body)) return
    this.touched.add(body)
    this.#disturb(copy.place)
    const roll = dice.next()
    if (roll < 0.35) {
      const text = `somebody's ${++this.#serial}`
      this.touched.add(text)
      tree.write(copy.place, copy.locator, this.#text(text))
    } else if (roll < 0.65) tree.remove(copy.place, copy.locator)
    else {
      this.#make('Sorted')
      this.#disturb('Sorted')
      tree.move([copy.place, copy.locator], ['Sorted', `${++this.#serial}`])
      this.sorted.set(body, (this.sorted.get(body) ?? 0) + 1)
    }
  }

  placeOf(folder: string): string {
    return this.#world.drive.pathOf(folder).map(encodeName).join('/')
  }

  /** A folder is made, gets another name, goes into another, or exchanges its name with a neighbour. */
  #changeFolders(): void {
    const { drive, dice } = this.#world
    const folder = dice.pick(drive.folders().filter(({ id }) => id !== ROOT))
    const roll = dice.next()
    if (roll < 0.2 || !folder) this.#addFolder()
    else if (roll < 0.45) drive.moveFolder(folder.id, { name: dice.pick(FOLDERS) ?? 'New' })
    else if (roll < 0.75) {
      const to = dice.pick(drive.folders().filter(({ id }) => !drive.isWithin(id, folder.id)))
      if (to) drive.moveFolder(folder.id, { parent: to.id })
    } else {
      const other = dice.pick(drive.folders().filter(({ id, parent }) => id !== folder.id && parent === folder.parent))
      if (!other) return
      drive.moveFolder(folder.id, { name: other.name })
      drive.moveFolder(other.id, { name: folder.name })
    }
    this.#rememberPaths()
  }

  #addFolder(): void {
    const { drive, dice } = this.#world
    drive.addFolder(dice.pick(FOLDERS) ?? 'New', dice.pick(drive.folders())?.id)
    this.#rememberPaths()
  }

  #rememberPaths(): void {
    for (const { id } of this.#world.drive.folders()) this.paths.set(id, (this.paths.get(id) ?? new Set()).add(this.placeOf(id)))
  }

  #add(): void {
    const { drive, dice } = this.#world
    const twin = dice.chance(0.2) ? dice.pick(drive.files()) : undefined
    const n = ++this.#serial
    const name = twin && dice.chance(0.6) ? twin.name : (dice.pick(NAMES) ?? 'c')
    const body = twin?.body ?? this.#text(`text ${n} ${'x'.repeat(dice.chance(0.25) ? dice.between(200, 900) : dice.between(0, 60))}`)
    const parent = twin && dice.chance(0.6) ? twin.parent : this.#folder()
    this.#remember(drive.add(parent, name, body))
  }

  #addForeign(): void {
    const { dice, drive, tree } = this.#world
    const path = this.placeOf(this.#folder())
    const name = dice.chance(0.5) ? (dice.pick(drive.files())?.name ?? 'a.txt') : `own ${this.#serial}`
    this.#make(path)
    this.#disturb(path)
    if (tree.file(path, name)) return
    const body = this.#text(`foreign ${++this.#serial}`)
    tree.write(path, name, body)
    this.foreign.set(bodyText(body), { path, name })
  }

  /** An empty folder, of a name that one of ours may be given. */
  #makeForeign(): void {
    const [above, name] = [this.placeOf(this.#folder()), this.#world.dice.pick(FOLDERS) ?? 'New']
    this.#disturb(above)
    this.#make(above === '' ? name : `${above}/${name}`)
  }

  /** With all folders above. What stands there is somebody else's already. */
  #make(path: string): void {
    const { tree } = this.#world
    const missing = path.split('/').map((_, at, parts) => parts.slice(0, at + 1).join('/'))
    const fresh = missing.filter((one) => tree.folder(one) === undefined)
    tree.make(path)
    for (const one of fresh) this.folders.set(one, tree.folder(one)?.id ?? 0)
  }

  #disturb(path: string): void {
    const parts = path.split('/')
    for (let at = 0; at <= parts.length; at++) this.disturbed.add(parts.slice(0, at).join('/'))
  }

  #poison(): void {
    const { drive, dice, poison } = this.#world
    for (const { id } of drive.files())
      if (dice.chance(0.12)) poison.set(id, dice.pick(['call', 'connection', 'corrupt', 'kill'] as const) ?? 'call')
  }

  #remember(id: string): void {
    const file = this.#world.drive.file(id)
    if (!file) return
    const was = { parent: file.parent, name: file.name, body: bodyText(file.body) }
    this.history.set(id, [...(this.history.get(id) ?? []), was])
  }

  #folder(): string {
    return this.#world.dice.pick(this.#world.drive.folders())?.id ?? ROOT
  }

  #text(text: string): Uint8Array {
    return new TextEncoder().encode(text)
  }
}
