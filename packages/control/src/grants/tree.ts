/** Something of a drive that stands at the source, and where at the destination. */
export interface TreeNode {
  /** `Collection.id` or `Item.id`. */
  readonly id: string
  readonly kind: 'folder' | 'file'
  /**
   * The folders in which it stands at the source. Several where it is not known in which of them (folders of one name beside each other): what is
   * said of it then holds in each. Empty: the root.
   */
  readonly above: readonly string[]
  /** Of a folder its own `Place.id`, of a file that of the folder which holds it. Absent: it does not stand at the destination. */
  readonly place?: string
  /** Of a file: its `Receipt.locator`. */
  readonly locator?: string
  /** It stands at the destination and is not of the migration: nobody of the source has a right to it. */
  readonly stranger?: true
}

/** What is to be shared of. Ids are unique. */
export interface Tree {
  readonly nodes: Iterable<TreeNode>
}

/** A folder as it stands at the destination, with everything in it. Nodes are told by their numbers: where they stand in the list of all. */
export interface Standing {
  readonly place: string
  parent: Standing | undefined
  /** What of the source stands here. None: a folder that only lies between. */
  readonly folders: number[]
  /** Files that may be open to others than their folder is. */
  readonly apart: number[]
  /** Files that are open to whom their folder is. */
  readonly plain: number[]
  readonly below: Standing[]
  /** Its number, in an order in which all that is below it follows, up to `end` and without that. */
  at: number
  end: number
}

/** Every folder of the destination that holds something of the tree, under its parents, with the root of the account on top. */
export interface Standings {
  readonly root: Standing
  readonly byPlace: ReadonlyMap<string, Standing>
  /** By their numbers. */
  readonly all: readonly Standing[]
  /** Where each node stands, by its number. Undefined: it does not. */
  readonly of: readonly (Standing | undefined)[]
  /** By the number of a node: 1 for a file that is open to whom its folder is. */
  readonly isPlain: Uint8Array
}

const parentOf = (place: string): string | undefined => {
  if (place === '') return undefined
  const cut = place.lastIndexOf('/')
  return cut < 0 ? '' : place.slice(0, cut)
}

/** Gives them their numbers, without recursion: folders may lie as deep as they like. */
function numbered(root: Standing): readonly Standing[] {
  const all: Standing[] = []
  const waiting = [root]
  for (let one = waiting.pop(); one !== undefined; one = waiting.pop()) {
    one.at = all.length
    all.push(one)
    for (let nth = one.below.length - 1; nth >= 0; nth--) {
      const below = one.below[nth]
      if (below !== undefined) waiting.push(below)
    }
  }
  for (const one of all.toReversed()) one.end = one.below.at(-1)?.end ?? one.at + 1
  return all
}

/** `isApart`: whether anything is said of this very file, by its number. */
export function standingsOf(nodes: readonly TreeNode[], isApart: (file: number) => boolean): Standings {
  const byPlace = new Map<string, Standing>()
  const at = (place: string): Standing => {
    const before = byPlace.get(place)
    if (before !== undefined) return before
    const made: Standing = { place, parent: undefined, folders: [], apart: [], plain: [], below: [], at: 0, end: 0 }
    byPlace.set(place, made)
    const parent = parentOf(place)
    if (parent !== undefined) {
      made.parent = at(parent)
      made.parent.below.push(made)
    }
    return made
  }
  const root = at('')
  const of: (Standing | undefined)[] = nodes.map(({ kind, place }) => (kind === 'folder' && place !== undefined ? at(place) : undefined))
  for (const [number, standing] of of.entries()) standing?.folders.push(number)
  const isPlain = new Uint8Array(nodes.length)
  for (const [number, file] of nodes.entries()) {
    if (file.kind !== 'file' || file.place === undefined) continue
    const standing = at(file.place)
    of[number] = standing
    const [only, ...more] = standing.folders
    const home = only === undefined || more.length > 0 ? undefined : nodes[only]?.id
    const athome = file.above.length === 1 && home !== undefined && file.above[0] === home
    if (athome && file.stranger === undefined && !isApart(number)) isPlain[number] = 1
    ;(isPlain[number] === 1 ? standing.plain : standing.apart).push(number)
  }
  return { root, byPlace, all: numbered(root), of, isPlain }
}
