import type { Grant, Share } from '@offramp/core'
import { cover, type Target } from './cover.ts'
import { type Entitled, entitle, type ShareLoss } from './entitle.ts'
import { includes, lessened, type Shape, sameShape, shapeOf } from './shape.ts'
import { SourceRights } from './source-rights.ts'
import { type Standing, standingsOf, type Tree, type TreeNode } from './tree.ts'
import type { People } from './who.ts'

/** A grant for the destination, without the password that a `secret` one is to be given. */
export interface PlannedGrant {
  readonly grant: Grant
  /** What at the source it is for: one of those, where several come to the same. */
  readonly share: Share
  readonly secret: boolean
}

export interface PlannedGrants {
  readonly grants: readonly PlannedGrant[]
  readonly losses: readonly ShareLoss[]
}

export interface GrantOptions {
  /** Grants that one person or group may need where a folder cannot be given whole. More: none is given below it. Default 200. */
  readonly most?: number
  /** What somebody can do already by another way than by a grant: of whoever, and how much. Default: nothing. */
  readonly done?: (who: string, shape: Shape) => (node: TreeNode) => boolean
}

const MOST = 200

export const SAYS = {
  absent: 'It does not stand at the destination: it was skipped, or has not been moved yet.',
  parts: 'Something in it is open to fewer people, so it is given piece by piece. What is made in it later has to be shared by hand.',
  fewer: 'What could be given without opening more than at the source is nothing: something in it is open to fewer people.',
  less: 'Something in it may only be read, so all of it may only be read, and what may be changed is given by itself.',
  many: (most: number) =>
    `Something in it is open to fewer people, and it would take more than ${most} grants to give the rest one by one. Share by hand what is needed.`,
  manage: 'It may be managed and passed on at the source; it is given to be changed.',
  root: 'All of the drive is shared. The root of an account cannot be, so what stands in it is given one by one.',
} as const

interface Emitted extends Target {
  readonly shape: Shape
}

function* upwards(place: string): Iterable<string> {
  for (let at = place; at !== ''; at = at.slice(0, Math.max(0, at.lastIndexOf('/')))) yield at
}

/** Whether one of the given already opens this target as far. */
const opens = (given: ReadonlyMap<string, readonly Shape[]>, { place, locator }: Target, shape: Shape): boolean => {
  const enough = (key: string): boolean => given.get(key)?.some((one) => includes(one, shape)) ?? false
  if (locator !== undefined && enough(`${place}\n${locator}`)) return true
  for (const at of upwards(place)) if (enough(at)) return true
  return false
}

const keyOf = ({ place, locator }: Target): string => (locator === undefined ? place : `${place}\n${locator}`)

interface Scene {
  readonly rights: SourceRights
  readonly root: Standing
  readonly most: number
  readonly done: NonNullable<GrantOptions['done']>
}

/** The shapes of somebody's grants, the most first, each once. */
function shapesOf(shares: readonly Share[]): readonly Shape[] {
  const shapes: Shape[] = []
  for (const share of shares) {
    const shape = shapeOf(share)
    for (const one of shape === undefined ? [] : lessened(shape)) if (!shapes.some((other) => sameShape(one, other))) shapes.push(one)
  }
  return shapes.toSorted((a, b) => (includes(a, b) ? -1 : includes(b, a) ? 1 : 0))
}

const targetOf = ({ rights }: Scene, share: Share): Target | undefined => {
  const node = rights.knows(SourceRights.at(share))
  if (node?.place === undefined || (node.kind === 'file' && node.locator === undefined)) return undefined
  return node.locator === undefined ? { place: node.place } : { place: node.place, locator: node.locator }
}

interface Given {
  readonly emitted: readonly Emitted[]
  /** What all of them open. */
  readonly open: ReadonlyMap<string, readonly Shape[]>
  readonly tooMany: boolean
}

/** What is given to one person, group or link: for each shape the fewest targets, without those that a stronger one opens already. */
function given(scene: Scene, { meant, shares }: Entitled): Given {
  const open = new Map<string, readonly Shape[]>()
  const emitted: Emitted[] = []
  let tooMany = false
  const targets = shares.flatMap((share) => targetOf(scene, share) ?? [])
  for (const shape of shapesOf(shares)) {
    if (targets.every((target) => opens(open, target, shape))) continue
    const { targets: found, complete } = cover(scene.root, {
      may: scene.rights.may(meant.who, shape),
      done: scene.done(meant.who, shape),
      most: scene.most,
    })
    tooMany ||= !complete
    // Of what would take too many, only that is kept which was granted as such.
    const kept = complete ? found : found.filter((one) => targets.some((target) => keyOf(target) === keyOf(one)))
    for (const target of kept) {
      if (opens(open, target, shape)) continue
      emitted.push({ ...target, shape })
      open.set(keyOf(target), [...(open.get(keyOf(target)) ?? []), shape])
    }
  }
  return { emitted, open, tooMany }
}

function lossOf(scene: Scene, share: Share, { emitted, open, tooMany }: Given): ShareLoss | undefined {
  const shape = shapeOf(share)
  const target = targetOf(scene, share)
  if (target === undefined) return { share, lost: 'all', why: SAYS.absent }
  if (shape === undefined) return { share, lost: 'all', why: 'It gives less than reading, which cannot be said of files.' }
  if (opens(open, target, shape)) return share.access === 'manage' ? { share, lost: 'part', why: SAYS.manage } : undefined
  if (lessened(shape).some((less) => opens(open, target, less))) return { share, lost: 'part', why: SAYS.less }
  const below = (one: Emitted): boolean => target.place === '' || `${one.place}/`.startsWith(`${target.place}/`)
  if (tooMany) return { share, lost: emitted.some(below) ? 'part' : 'all', why: SAYS.many(scene.most) }
  if (!emitted.some(below)) return { share, lost: 'all', why: SAYS.fewer }
  return { share, lost: 'part', why: target.place === '' ? SAYS.root : SAYS.parts }
}

/** The share that stands closest above what is given. */
function shareFor(scene: Scene, { shares }: Entitled, one: Emitted): Share | undefined {
  const near = (share: Share): number => {
    const target = targetOf(scene, share)
    if (target === undefined || !`${one.place}/`.startsWith(target.place === '' ? '' : `${target.place}/`)) return -1
    return keyOf(target) === keyOf(one) ? Number.MAX_SAFE_INTEGER : target.place.length
  }
  return shares.toSorted((a, b) => near(b) - near(a))[0]
}

const grantOf = ({ place, locator, shape }: Emitted, { to }: Entitled['meant']): Grant => ({
  place,
  ...(locator === undefined ? {} : { locator }),
  to,
  access: shape.access,
  ...(shape.expires === undefined ? {} : { expires: shape.expires }),
  ...(shape.noDownload ? { noDownload: true } : {}),
  ...(shape.noDelete ? { noDelete: true } : {}),
})

/**
 * What the grants of the source become at the destination. Nobody may do anything there, to any folder or file, that they may not do at the source:
 * where a folder lies below a granted one and is open to fewer, the granted one is given in parts, or not at all. What is not given, or less of it, is
 * a loss with its reason. Asks nobody.
 */
export function planGrants(
  shares: readonly Share[],
  tree: Tree,
  people: People,
  { most = MOST, done = () => () => false }: GrantOptions = {},
): PlannedGrants {
  const nodes = [...tree.nodes]
  const rights = new SourceRights(nodes)
  const { entitled, nobody } = entitle(shares, rights, people)
  const losses: ShareLoss[] = [...nobody]
  const standings = standingsOf(nodes, ({ id }) => rights.isApart(id))
  const root = standings.get('')
  const grants: PlannedGrant[] = []
  if (root === undefined) return { grants, losses }
  const scene: Scene = { rights, root, most, done }
  for (const one of entitled) {
    const what = given(scene, one)
    for (const emitted of what.emitted) {
      const share = shareFor(scene, one, emitted)
      if (share !== undefined) grants.push({ grant: grantOf(emitted, one.meant), share, secret: one.meant.secret })
    }
    losses.push(...one.shares.flatMap((share) => lossOf(scene, share, what) ?? []))
  }
  return { grants, losses }
}
