/** A folder or file of one lane: where it stands at the source, and where at the destination. */
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

/** A folder as it stands at the destination, with everything in it. */
export interface Standing {
  readonly place: string
  /** What of the source stands here. None: a folder that only lies between. */
  readonly folders: TreeNode[]
  /** Files that may be open to others than their folder is. */
  readonly apart: TreeNode[]
  /** Files that are open to whom their folder is. */
  readonly plain: TreeNode[]
  readonly below: Standing[]
}

const parentOf = (place: string): string | undefined => {
  if (place === '') return undefined
  const cut = place.lastIndexOf('/')
  return cut < 0 ? '' : place.slice(0, cut)
}

/** Every folder of the destination that holds something of the tree, under its parents, with the root of the account on top. */
export function standingsOf(nodes: Iterable<TreeNode>, isApart: (file: TreeNode) => boolean): ReadonlyMap<string, Standing> {
  const known = new Map<string, Standing>()
  const at = (place: string): Standing => {
    const before = known.get(place)
    if (before !== undefined) return before
    const made: Standing = { place, folders: [], apart: [], plain: [], below: [] }
    known.set(place, made)
    const parent = parentOf(place)
    if (parent !== undefined) at(parent).below.push(made)
    return made
  }
  at('')
  const files: (TreeNode & { readonly place: string })[] = []
  for (const node of nodes) {
    const { place } = node
    if (place === undefined) continue
    if (node.kind === 'folder') at(place).folders.push(node)
    else files.push({ ...node, place })
  }
  for (const file of files) {
    const standing = at(file.place)
    const [only, ...more] = standing.folders
    const athome = file.above.length === 1 && more.length === 0 && only !== undefined && file.above[0] === only.id
    const plain = athome && file.stranger === undefined && !isApart(file)
    ;(plain ? standing.plain : standing.apart).push(file)
  }
  return known
}
