import type { Share } from '@offramp/core'
import { includes, type Shape, shapeOf } from './shape.ts'
import type { TreeNode } from './tree.ts'

/** Nodes, by their numbers. Holds until the rights are asked again. */
export interface Reached {
  readonly all: Int32Array
  has(node: number): boolean
}

interface Given {
  readonly at: number
  readonly shape: Shape
}

/** Who may do what at the source, told by name: the same for a user, a group and each link. */
export class SourceRights {
  readonly #numbers: ReadonlyMap<string, number>
  /** Who lies in which: those of node `n` stand in `#below` from `#first[n]` up to `#first[n + 1]`. */
  readonly #first: Int32Array
  readonly #below: Int32Array
  readonly #given = new Map<string, Given[]>()
  /** By number: anything is granted here; it takes nothing over from above; in how many folders it lies. */
  readonly #own: Uint8Array
  readonly #alone: Uint8Array
  readonly #folders: Int32Array
  /** By number: the last question that has reached it. And whom the last one has reached. One list for some 10,000 questions. */
  readonly #asked: Int32Array
  readonly #reached: Int32Array
  #question = 0

  constructor(nodes: readonly TreeNode[]) {
    this.#numbers = new Map(nodes.map(({ id }, number) => [id, number]))
    this.#own = new Uint8Array(nodes.length)
    // Nobody of the source has a right to a stranger.
    this.#alone = Uint8Array.from(nodes, ({ stranger }) => (stranger ? 1 : 0))
    this.#folders = Int32Array.from(nodes, ({ above }) => above.length)
    this.#asked = new Int32Array(nodes.length)
    this.#reached = new Int32Array(nodes.length)
    this.#first = new Int32Array(nodes.length + 2)
    const above = (take: (parent: number, child: number) => void): void => {
      for (const [child, node] of nodes.entries())
        for (const id of node.above) {
          const parent = this.#numbers.get(id)
          if (parent !== undefined) take(parent, child)
        }
    }
    const first = this.#first
    above((parent) => {
      first[parent + 2] = (first[parent + 2] ?? 0) + 1
    })
    for (let n = 2; n < first.length; n++) first[n] = (first[n] ?? 0) + (first[n - 1] ?? 0)
    this.#below = new Int32Array(first.at(-1) ?? 0)
    above((parent, child) => {
      const at = first[parent + 1] ?? 0
      this.#below[at] = child
      first[parent + 1] = at + 1
    })
  }

  /** Where a grant stands. */
  static at = ({ item, collection }: Share): string => item?.id ?? collection.id

  numberOf(id: string): number | undefined {
    return this.#numbers.get(id)
  }

  /** Every grant of the source is told, also those that nobody of the destination is meant by: they may be what breaks with a folder above. */
  tell(share: Share): void {
    const at = this.#numbers.get(SourceRights.at(share))
    if ((share.alone || share.inherited) && at !== undefined) this.#alone[at] = 1
  }

  give(who: string, share: Share): void {
    const shape = shapeOf(share)
    const at = this.#numbers.get(SourceRights.at(share))
    if (shape === undefined || at === undefined) return
    this.#own[at] = 1
    const given = this.#given.get(who)
    if (given === undefined) this.#given.set(who, [{ at, shape }])
    else given.push({ at, shape })
  }

  /** Whether anything is granted at this very node, or it takes nothing over from above. */
  isApart(node: number): boolean {
    return this.#own[node] === 1 || this.#alone[node] === 1
  }

  /** Where somebody may do this much. */
  may(who: string, shape: Shape): Reached {
    const from = (this.#given.get(who) ?? []).flatMap((given) => (includes(given.shape, shape) ? given.at : []))
    const all = this.#spread(from)
    const question = this.#question
    return { all, has: (node) => this.#asked[node] === question }
  }

  /** Whether this is so of all that is reached by what is granted at a node, which comes first. */
  everyReached(from: number, is: (node: number) => boolean): boolean {
    let every = true
    this.#spread([from], (node) => {
      every = is(node)
      return every
    })
    return every
  }

  /**
   * From nodes to all that is below them, as long as `goOn` says: what lies in several folders is reached where all of those are. A folder that lies in
   * itself gives nobody anything.
   */
  #spread(from: readonly number[], goOn?: (node: number) => boolean): Int32Array {
    const [asked, reached, first, question] = [this.#asked, this.#reached, this.#first, ++this.#question]
    const missing = new Map<number, number>()
    let count = 0
    const reach = (node: number): void => {
      if (asked[node] === question) return
      asked[node] = question
      reached[count++] = node
    }
    /** Whether this was the last of the folders in which it lies. */
    const isLast = (child: number): boolean => {
      const left = (missing.get(child) ?? this.#folders[child] ?? 1) - 1
      missing.set(child, left)
      return left === 0
    }
    for (const node of from) reach(node)
    for (let nth = 0; nth < count; nth++) {
      const node = reached[nth] ?? 0
      if (goOn?.(node) === false) break
      const end = first[node + 1] ?? 0
      for (let at = first[node] ?? 0; at < end; at++) {
        const child = this.#below[at] ?? 0
        if (this.#alone[child] === 0 && (this.#folders[child] === 1 || isLast(child))) reach(child)
      }
    }
    return reached.subarray(0, count)
  }
}
