import type { Reached } from './source-rights.ts'
import type { Standing, Standings, TreeNode } from './tree.ts'

/** Something that can be granted as one. */
export interface Target {
  readonly standing: Standing
  /** Of a file. */
  readonly locator?: string
}

/** The root of an account is nobody's to share. */
const grantable = ({ place, folders }: Standing): boolean => folders.length > 0 && /[^/]/.test(place)

/** How many of these, which rise, are below a bound. */
export function countBelow(rising: Int32Array, bound: number): number {
  let [from, to] = [0, rising.length]
  while (from < to) {
    const middle = (from + to) >> 1
    if ((rising[middle] ?? 0) < bound) from = middle + 1
    else to = middle
  }
  return from
}

/** How many numbers of a rising list are of a folder or of what is below it. */
export const countIn = (rising: Int32Array, { at, end }: Standing): number => countBelow(rising, end) - countBelow(rising, at)

/** What is asked of a drive over and over. */
export interface Ground {
  readonly nodes: readonly TreeNode[]
  readonly standings: Standings
  /** Numbers of the folders of the destination that anything of the source is open or closed in. */
  readonly firm: Int32Array
}

export const groundOf = (nodes: readonly TreeNode[], standings: Standings): Ground => ({
  nodes,
  standings,
  firm: Int32Array.from(standings.all.filter(({ folders, apart }) => folders.length + apart.length > 0).map(({ at }) => at)),
})

interface Wanted {
  readonly may: Reached
  readonly done: (node: number) => boolean
  readonly most: number
}

/** Folders of the destination in which everything is allowed, by their numbers; and those in or below which something is that lacks a grant. */
function looked({ standings }: Ground, { may, done }: Wanted): { readonly open: Int32Array; readonly lacking: Int32Array } {
  const allowed = new Int32Array(standings.all.length)
  const lacks = new Uint8Array(standings.all.length)
  const [open, lacking]: [number[], number[]] = [[], []]
  for (const node of may.all) {
    const standing = standings.of[node]
    if (standing === undefined || standings.isPlain[node] === 1) continue
    const count = (allowed[standing.at] ?? 0) + 1
    allowed[standing.at] = count
    if (count === standing.folders.length + standing.apart.length) open.push(standing.at)
    if (lacks[standing.at] === 1 || done(node)) continue
    for (let above: Standing | undefined = standing; above !== undefined && lacks[above.at] === 0; above = above.parent) {
      lacks[above.at] = 1
      lacking.push(above.at)
    }
  }
  return { open: Int32Array.from(open).sort(), lacking: Int32Array.from(lacking).sort() }
}

/**
 * The fewest targets that open everything which `may` allows and nothing else. A folder is one of them only where everything below it is allowed,
 * however deep. What is `done` is open already, and needs no target. Gives up, and says how many there are at least, once there are more than `most`.
 * Takes time for what is allowed, and not for all that there is.
 */
export function cover(ground: Ground, wanted: Wanted): { readonly targets: readonly Target[]; readonly complete: boolean } {
  const { nodes, standings, firm } = ground
  const { may, done, most } = wanted
  const { open, lacking } = looked(ground, wanted)
  const targets: Target[] = []
  const take = (standing: Standing, files: readonly number[]): void => {
    for (const file of files) {
      const locator = nodes[file]?.locator
      if (locator !== undefined) targets.push({ standing, locator })
    }
  }
  let next = 0
  for (const at of lacking) {
    const standing = standings.all[at]
    if (at < next || standing === undefined) continue
    if (targets.length > most) break
    if (grantable(standing) && countIn(open, standing) === countIn(firm, standing)) {
      targets.push({ standing })
      next = standing.end
      continue
    }
    const { folders, plain, apart } = standing
    if (folders.length > 0 && folders.every(may.has) && !folders.every(done)) take(standing, plain)
    take(
      standing,
      apart.filter((file) => may.has(file) && !done(file)),
    )
  }
  return { targets, complete: targets.length <= most }
}
