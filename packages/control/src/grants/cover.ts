import type { Standing, TreeNode } from './tree.ts'

/** Something that can be granted as one. */
export interface Target {
  /** `Place.id`. */
  readonly place: string
  readonly locator?: string
}

/** The root of an account is nobody's to share. */
const grantable = ({ place, folders }: Standing): boolean => /[^/]/.test(place) && folders.length > 0

/**
 * The fewest targets that open everything which `may` allows and nothing else. A folder is one of them only where everything below it is allowed,
 * however deep. What is `done` is open already, and needs no target. Gives up, and says how many there are at least, once there are more than `most`.
 */
export function cover(
  root: Standing,
  { may, done, most }: { readonly may: (node: TreeNode) => boolean; readonly done: (node: TreeNode) => boolean; readonly most: number },
): { readonly targets: readonly Target[]; readonly complete: boolean } {
  const whole = new Map<Standing, boolean>()
  const some = new Map<Standing, boolean>()
  const lacks = (node: TreeNode): boolean => may(node) && !done(node)
  const look = (standing: Standing): void => {
    for (const below of standing.below) look(below)
    const own = [...standing.folders, ...standing.apart].map(may)
    const folder = standing.folders.length > 0 && standing.folders.every(may)
    const plain = standing.plain.length === 0 || folder
    whole.set(standing, plain && own.every(Boolean) && standing.below.every((below) => whole.get(below)))
    some.set(standing, [...standing.folders, ...standing.apart].some(lacks) || standing.below.some((below) => some.get(below)))
  }
  look(root)
  const targets: Target[] = []
  const take = (standing: Standing): void => {
    if (!some.get(standing) || targets.length > most) return
    const { place, folders, plain, apart, below } = standing
    if (whole.get(standing) && grantable(standing)) {
      targets.push({ place })
      return
    }
    const open = folders.length > 0 && folders.every(may) && !folders.every(done) ? plain : []
    for (const { locator } of [...open, ...apart.filter(lacks)]) if (locator !== undefined) targets.push({ place, locator })
    for (const one of below) take(one)
  }
  take(root)
  return { targets, complete: targets.length <= most }
}
