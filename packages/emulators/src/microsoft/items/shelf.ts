/** Something that a shelf holds. Its serial never changes. */
export interface Shelved {
  readonly serial: number
}

/** Where a walk of a shelf stands. Holds no `Prefer`: page size and id space are the next request's own. */
export interface ShelfState {
  /** The shelf's serial. */
  readonly shelf: number
  readonly generation: number
  /** `walk`: the first enumeration. `changes`: what came after it. */
  readonly mode: 'walk' | 'changes'
  readonly at: number
  /** Where this round ends; undefined where it has not begun. */
  readonly end?: number
  /** Where, among the changes, the next round begins. */
  readonly next: number
  readonly pages: number
  /** Items that may still come: `$top` is taken for a limit of the whole. */
  readonly left?: number
  readonly select?: readonly string[]
}

/** A contact folder or task list: what stands in it, and what has changed in which order. */
export class Shelf<Item extends Shelved> {
  readonly serial: number
  name: string
  readonly arrivals: (Item | undefined)[] = []
  readonly changes: { readonly item: Item; readonly left: boolean }[] = []
  generation = 500
  oldestGeneration = 0

  constructor(serial: number, name: string) {
    this.serial = serial
    this.name = name
  }

  items(): readonly Item[] {
    return this.arrivals.filter((each) => each !== undefined)
  }

  has(item: Item): boolean {
    return this.arrivals.includes(item)
  }

  add(item: Item): void {
    this.arrivals.push(item)
    this.changes.push({ item, left: false })
  }

  touch(item: Item): void {
    this.changes.push({ item, left: false })
  }

  take(item: Item): void {
    const at = this.arrivals.indexOf(item)
    if (at >= 0) this.arrivals[at] = undefined
    this.changes.push({ item, left: true })
  }

  expire(): void {
    this.generation += 5
    this.oldestGeneration = this.generation
  }

  begin(options: { readonly top?: number | undefined; readonly select?: readonly string[] | undefined }): ShelfState {
    this.generation += 1
    return {
      shelf: this.serial,
      generation: this.generation,
      mode: 'walk',
      at: 0,
      end: this.arrivals.length,
      next: this.changes.length,
      pages: 0,
      ...(options.top !== undefined && { left: options.top }),
      ...(options.select !== undefined && { select: options.select }),
    }
  }
}

export interface ShelfManners {
  readonly limit: number
  readonly emptyPageEvery: number
  readonly repeatEvery: number
}

export interface ShelfPage<Item> {
  readonly values: readonly { readonly item: Item; readonly gone: boolean }[]
  readonly state: ShelfState
  readonly last: boolean
}

/** The page that `asked` asks for. */
export function shelfPage<Item extends Shelved>(shelf: Shelf<Item>, asked: ShelfState, manners: ShelfManners): ShelfPage<Item> {
  const state = asked.end === undefined ? beginChanges(shelf, asked) : asked
  const every = manners.emptyPageEvery === 1 ? 2 : manners.emptyPageEvery
  const isEmpty = every > 0 && state.mode === 'walk' && state.pages % every === every - 1
  if (isEmpty) return { values: [], state: { ...state, pages: state.pages + 1 }, last: false }
  return state.mode === 'walk' ? walkPage(shelf, state, manners) : changesPage(shelf, state, manners)
}

function beginChanges<Item extends Shelved>(shelf: Shelf<Item>, asked: ShelfState): ShelfState {
  shelf.generation += 1
  const end = shelf.changes.length
  return { ...asked, generation: shelf.generation, end, next: end, pages: 0 }
}

function walkPage<Item extends Shelved>(shelf: Shelf<Item>, state: ShelfState, manners: ShelfManners): ShelfPage<Item> {
  const limit = Math.min(manners.limit, state.left ?? manners.limit)
  const values: { item: Item; gone: boolean }[] = []
  const before = shelf.arrivals[state.at - 1]
  const repeats = manners.repeatEvery > 0 && state.pages % manners.repeatEvery === manners.repeatEvery - 1
  if (repeats && before && limit > 1) values.push({ item: before, gone: false })
  let { at } = state
  const end = state.end ?? at
  while (at < end && values.length < limit) {
    const item = shelf.arrivals[at++]
    if (item) values.push({ item, gone: false })
  }
  const left = state.left === undefined ? undefined : state.left - values.length
  const last = at >= end || left === 0
  return ending(state, values, { at, last, ...(left !== undefined && { left }) })
}

function changesPage<Item extends Shelved>(shelf: Shelf<Item>, state: ShelfState, manners: ShelfManners): ShelfPage<Item> {
  const values = new Map<number, { item: Item; gone: boolean }>()
  let { at } = state
  const end = state.end ?? at
  while (at < end && values.size < manners.limit) {
    const change = shelf.changes[at++]
    if (!change) continue
    values.delete(change.item.serial)
    values.set(change.item.serial, { item: change.item, gone: !shelf.has(change.item) })
  }
  return ending(state, [...values.values()], { at, last: at >= end })
}

function ending<Item>(
  state: ShelfState,
  values: readonly { readonly item: Item; readonly gone: boolean }[],
  to: { readonly at: number; readonly last: boolean; readonly left?: number },
): ShelfPage<Item> {
  const { end: _, left: __, ...kept } = state
  if (to.last) return { values, state: { ...kept, mode: 'changes', at: state.next, pages: 0 }, last: true }
  return { values, state: { ...state, at: to.at, pages: state.pages + 1, ...(to.left !== undefined && { left: to.left }) }, last: false }
}
