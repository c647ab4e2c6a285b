import type { Share } from '@offramp/core'
import { includes, type Shape, shapeOf } from './shape.ts'
import type { TreeNode } from './tree.ts'

/** What stands at a node of the source, as it was granted there. */
interface Given {
  readonly who: string
  readonly shape: Shape
}

/** Who may do what at the source, told by name: the same for a user, a group and each link. */
export class SourceRights {
  readonly #nodes = new Map<string, TreeNode>()
  readonly #given = new Map<string, Given[]>()
  readonly #alone = new Set<string>()

  constructor(nodes: Iterable<TreeNode>) {
    for (const node of nodes) this.#nodes.set(node.id, node)
  }

  /** Where a grant stands. */
  static at = ({ item, collection }: Share): string => item?.id ?? collection.id

  knows(id: string): TreeNode | undefined {
    return this.#nodes.get(id)
  }

  /** Every grant of the source is told, also those that nobody of the destination is meant by: they may be what breaks with a folder above. */
  tell(share: Share): void {
    if (share.alone || share.inherited) this.#alone.add(SourceRights.at(share))
  }

  give(who: string, share: Share): void {
    const shape = shapeOf(share)
    if (shape === undefined) return
    const at = SourceRights.at(share)
    this.#given.set(at, [...(this.#given.get(at) ?? []), { who, shape }])
  }

  /** Whether anything is granted at this very node, or it takes nothing over from above. */
  isApart(id: string): boolean {
    return this.#alone.has(id) || this.#given.has(id)
  }

  /** Asks of any node whether somebody may do this much there. Answers are remembered: ask anew for another shape. */
  may(who: string, shape: Shape): (node: TreeNode) => boolean {
    const known = new Map<string, boolean>()
    const covered = (id: string): boolean => {
      const before = known.get(id)
      if (before !== undefined) return before
      // A folder that lies in itself gives nobody anything.
      known.set(id, false)
      const node = this.#nodes.get(id)
      const answer = node !== undefined && (this.#has(id, who, shape) || this.#fromAbove(node, covered))
      known.set(id, answer)
      return answer
    }
    return ({ id, stranger }) => stranger === undefined && covered(id)
  }

  /** Asks of any node whether what is granted at this one reaches it. */
  reach(from: string): (node: TreeNode) => boolean {
    const known = new Map<string, boolean>([[from, true]])
    const reached = (id: string): boolean => {
      const before = known.get(id)
      if (before !== undefined) return before
      known.set(id, false)
      const node = this.#nodes.get(id)
      const answer = node !== undefined && this.#fromAbove(node, reached)
      known.set(id, answer)
      return answer
    }
    return ({ id, stranger }) => stranger === undefined && reached(id)
  }

  #has(id: string, who: string, shape: Shape): boolean {
    return this.#given.get(id)?.some((given) => given.who === who && includes(given.shape, shape)) ?? false
  }

  #fromAbove({ id, above }: TreeNode, covered: (id: string) => boolean): boolean {
    return !this.#alone.has(id) && above.length > 0 && above.every(covered)
  }
}
