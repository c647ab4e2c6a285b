import { type Call, type Collection, entryKey, type LaneId, type Ledger, type Receipt, type Share } from '@offramp/core'
import type { TreeNode } from '../grants/tree.ts'
import type { Ends } from '../workplace/workplace.ts'
import { walkSource } from './walk-source.ts'

/** What is needed to know where everything of a lane stands. */
export interface Standing {
  readonly ends: Pick<Ends, 'source' | 'destination'>
  readonly ledger: Ledger
  readonly lane: LaneId
}

const pathKey = (path: readonly string[]): string => JSON.stringify(path)
const parentPlace = (place: string): string => place.slice(0, Math.max(0, place.lastIndexOf('/')))
/** Copies of which it is asked at once whose they are. */
const OWNERS_AT_ONCE = 1_000

const copyKey = ({ place, locator }: Pick<Receipt, 'place' | 'locator'>): string => `${place}\n${locator}`

/** The folders of a drive that are known by what is in them, by what is shared of them, and by what lies below them. */
class Folders {
  readonly #byId = new Map<string, Collection>()
  readonly #byPath = new Map<string, string[]>()
  readonly #homes: ReadonlyMap<string, string>
  readonly #byPlace: ReadonlyMap<string, string>
  /** Of those that only lie between. */
  readonly #places = new Map<string, string>()

  constructor(homes: ReadonlyMap<string, string>) {
    this.#homes = homes
    this.#byPlace = new Map([...homes].map(([id, place]) => [place, id]))
  }

  learn(folder: Pick<Collection, 'id' | 'path'>): void {
    if (this.#byId.has(folder.id)) return
    this.#byId.set(folder.id, folder)
    const key = pathKey(folder.path)
    const same = this.#byPath.get(key)
    if (same === undefined) this.#byPath.set(key, [folder.id])
    else same.push(folder.id)
  }

  /** A folder that holds nothing but folders is told by no item: it is taken to stand where those stand in it. */
  #between(path: readonly string[], place: string): void {
    if (path.length === 0 || this.#byPath.has(pathKey(path))) return
    const id = this.#byPlace.get(place) ?? `between:${pathKey(path)}`
    this.learn({ id, path })
    this.#places.set(id, place)
    this.#between(path.slice(0, -1), parentPlace(place))
  }

  nodes(): readonly TreeNode[] {
    for (const { id, path } of [...this.#byId.values()]) {
      const place = this.#homes.get(id)
      if (place !== undefined) this.#between(path.slice(0, -1), parentPlace(place))
    }
    return [...this.#byId.values()].map(({ id, path }) => {
      const place = this.#homes.get(id) ?? this.#places.get(id)
      const above = path.length === 0 ? [] : (this.#byPath.get(pathKey(path.slice(0, -1))) ?? [])
      return { id, kind: 'folder', above: above.filter((one) => one !== id), ...(place === undefined ? {} : { place }) }
    })
  }
}

/** Places at and below what is shared: where it matters what else stands there. */
function sharedPlaces(shares: readonly Share[], folders: readonly TreeNode[]): readonly string[] {
  const known = new Map(folders.map(({ id, place }) => [id, place]))
  const tops = new Set(shares.filter(({ item }) => item === undefined).flatMap(({ collection }) => known.get(collection.id) ?? []))
  const places = new Set(folders.flatMap(({ place }) => place ?? []))
  const isIn = (place: string): boolean => tops.has(place) || (place !== '' && isIn(parentPlace(place)))
  return [...places].filter(isIn)
}

/** What people have put into folders that are to be shared: nobody was given a right to it. */
async function strangersIn(
  { ends, ledger, lane }: Standing,
  { places, ours }: { readonly places: readonly string[]; readonly ours: ReadonlySet<string> },
  call: Call,
): Promise<readonly TreeNode[]> {
  const strangers: TreeNode[] = []
  let found: Receipt[] = []
  const sort = async (): Promise<void> => {
    const owners = found.length === 0 ? [] : await ledger.owners(lane, found)
    for (const [index, { place, locator }] of found.entries())
      if (owners[index] === undefined)
        strangers.push({
          id: `stranger:${copyKey({ place, locator })}`,
          kind: 'file',
          above: [],
          place: alike(place),
          locator,
          stranger: true,
        })
    found = []
  }
  for (const place of places)
    for await (const { receipt } of ends.destination.walk({ place }, call)) {
      if (ours.has(copyKey(receipt))) continue
      found.push(receipt)
      if (found.length >= OWNERS_AT_ONCE) await sort()
    }
  await sort()
  return strangers
}

/** What stands at both ends, with places written alike: without a slash before or behind. */
export interface LaneTree {
  readonly nodes: readonly TreeNode[]
  /** All folders of the migration at the destination, and the root of its Team folder. */
  readonly places: readonly string[]
  /** The destination's own `Place.id`. */
  idOf(place: string): string
}

export const alike = (place: string): string => place.replaceAll(/^\/+|\/+$/g, '')

/** The destination's places begin with a slash, or none does. */
const spelled = (places: Iterable<string>): ((place: string) => string) => {
  const slash = [...places].some((place) => place.startsWith('/')) ? '/' : ''
  return (place) => slash + place
}

/**
 * Where every folder and file of a lane stands at both ends, as far as it matters to what is shared. `root`: of a Team folder that nobody was let into
 * yet, so that all of it is looked at for what is not of the migration. Writes nothing.
 */
export async function laneTree(
  standing: Standing,
  { shares, root, isClosed = false }: { readonly shares: readonly Share[]; readonly root?: string; readonly isClosed?: boolean },
  call: Call,
): Promise<LaneTree> {
  const { ends, ledger, lane } = standing
  const { homes } = await ledger.books(lane)
  const idOf = spelled(homes.values())
  const folders = new Folders(new Map([...homes].map(([id, place]) => [id, alike(place)])))
  const files: TreeNode[] = []
  const ours = new Set<string>()
  for await (const items of walkSource(ends.source, call)) {
    const entries = await ledger.entries(
      lane,
      items.map(({ id }) => id),
    )
    items.forEach(({ id, home }, index) => {
      folders.learn(home)
      const receipt = entries[index]?.key === entryKey(id) ? entries[index]?.receipt : undefined
      if (receipt !== undefined) ours.add(copyKey(receipt))
      const at = receipt === undefined ? {} : { place: alike(receipt.place), locator: receipt.locator }
      files.push({ id, kind: 'file', above: [home.id], ...at })
    })
  }
  for (const { collection } of shares) folders.learn(collection)
  const known = folders.nodes()
  const all = new Set([...(root === undefined ? [] : [alike(root)]), ...known.flatMap(({ place }) => place ?? [])])
  const looked = isClosed ? [...all] : sharedPlaces(shares, known)
  const strangers = await strangersIn(standing, { places: looked.map(idOf), ours }, call)
  return { nodes: [...known, ...files, ...strangers], places: [...all], idOf }
}
