import type { Grant, Share } from '@offramp/core'
import { countIn, cover, type Ground, groundOf, type Target } from './cover.ts'
import { type Entitled, entitle, type ShareLoss } from './entitle.ts'
import { Opened } from './opened.ts'
import { includes, lessened, type Shape, shapeOf } from './shape.ts'
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
  /** What somebody can do already by another way than by a grant: of whoever, and how much; asked of the numbers of nodes. Default: nothing. */
  readonly done?: (who: string, shape: Shape) => (node: number) => boolean
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

/** The grants of a drive, and where all of it stands at both ends. */
export interface Scene extends Ground {
  readonly rights: SourceRights
  readonly entitled: readonly Entitled[]
  /** Grants that are nobody's at the destination. */
  readonly nobody: readonly ShareLoss[]
}

export function sceneOf(shares: readonly Share[], tree: Tree, people: People): Scene {
  const nodes: readonly TreeNode[] = [...tree.nodes]
  const rights = new SourceRights(nodes)
  const who = entitle(shares, rights, people)
  return {
    ...groundOf(
      nodes,
      standingsOf(nodes, (file) => rights.isApart(file)),
    ),
    rights,
    ...who,
  }
}

interface Planning extends Scene {
  readonly most: number
  readonly done: NonNullable<GrantOptions['done']>
}

const shapeKey = ({ access, noDownload, noDelete, expires }: Shape): string => `${access} ${noDownload} ${noDelete} ${expires}`

/** The shapes of somebody's grants, the most first, each once. */
function shapesOf(shares: readonly Share[]): readonly Shape[] {
  const shapes = new Map<string, Shape>()
  for (const share of shares) {
    const shape = shapeOf(share)
    for (const one of shape === undefined ? [] : lessened(shape)) if (!shapes.has(shapeKey(one))) shapes.set(shapeKey(one), one)
  }
  return [...shapes.values()].toSorted((a, b) => (includes(a, b) ? -1 : includes(b, a) ? 1 : 0))
}

/** Where what was granted stands at the destination. */
function targetOf({ rights, nodes, standings }: Scene, share: Share): Target | undefined {
  const number = rights.numberOf(SourceRights.at(share))
  const [node, standing] = number === undefined ? [] : [nodes[number], standings.of[number]]
  if (node === undefined || standing === undefined || (node.kind === 'file' && node.locator === undefined)) return undefined
  return node.locator === undefined ? { standing } : { standing, locator: node.locator }
}

const keyOf = ({ standing, locator }: Target): string => (locator === undefined ? standing.place : `${standing.place}\n${locator}`)

interface Asked {
  readonly share: Share
  /** Absent: it does not stand at the destination. */
  readonly target: Target | undefined
}

interface Given {
  readonly emitted: readonly Emitted[]
  readonly opened: Opened
  readonly tooMany: boolean
  /** Numbers of the folders in which something is given. */
  readonly where: Int32Array
}

/** What is given to one person, group or link: for each shape the fewest targets, without those that a stronger one opens already. */
function given(planning: Planning, { meant, shares }: Entitled, asked: readonly Asked[]): Given {
  const opened = new Opened()
  const emitted: Emitted[] = []
  let tooMany = false
  const targets = asked.flatMap(({ target }) => target ?? [])
  const granted = new Set(targets.map(keyOf))
  for (const shape of shapesOf(shares)) {
    if (targets.every((target) => opened.opens(target, shape))) continue
    const may = planning.rights.may(meant.who, shape)
    const { targets: found, complete } = cover(planning, { may, done: planning.done(meant.who, shape), most: planning.most })
    tooMany ||= !complete
    // Of what would take too many, only that is kept which was granted as such.
    const kept = complete ? found : found.filter((one) => granted.has(keyOf(one)))
    for (const target of kept) {
      if (opened.opens(target, shape)) continue
      emitted.push({ ...target, shape })
      opened.add(target, shape)
    }
  }
  return { emitted, opened, tooMany, where: Int32Array.from(emitted, ({ standing }) => standing.at).sort() }
}

function lossOf({ share, target }: Asked, { opened, tooMany, where }: Given, most: number): ShareLoss | undefined {
  const shape = shapeOf(share)
  if (target === undefined) return { share, lost: 'all', why: SAYS.absent }
  if (shape === undefined) return { share, lost: 'all', why: 'It gives less than reading, which cannot be said of files.' }
  if (opened.opens(target, shape)) return share.access === 'manage' ? { share, lost: 'part', why: SAYS.manage } : undefined
  if (lessened(shape).some((less) => opened.opens(target, less))) return { share, lost: 'part', why: SAYS.less }
  const isSome = countIn(where, target.standing) > 0
  if (tooMany) return { share, lost: isSome ? 'part' : 'all', why: SAYS.many(most) }
  if (!isSome) return { share, lost: 'all', why: SAYS.fewer }
  return { share, lost: 'part', why: target.standing.place === '' ? SAYS.root : SAYS.parts }
}

/** Finds the share that stands closest above what is given: the first of several. */
function nearest(asked: readonly Asked[]): (one: Emitted) => Share | undefined {
  const exact = new Map<string, Share>()
  const at = new Map<Standing, Share>()
  for (const { share, target } of asked) {
    if (target === undefined) continue
    if (!exact.has(keyOf(target))) exact.set(keyOf(target), share)
    if (!at.has(target.standing)) at.set(target.standing, share)
  }
  return (one) => {
    const same = exact.get(keyOf(one))
    if (same !== undefined) return same
    for (let standing: Standing | undefined = one.standing; standing !== undefined; standing = standing.parent) {
      const share = at.get(standing)
      if (share !== undefined) return share
    }
    return asked[0]?.share
  }
}

const grantOf = ({ standing, locator, shape }: Emitted, { to }: Entitled['meant']): Grant => ({
  place: standing.place,
  ...(locator === undefined ? {} : { locator }),
  to,
  access: shape.access,
  ...(shape.expires === undefined ? {} : { expires: shape.expires }),
  ...(shape.noDownload ? { noDownload: true } : {}),
  ...(shape.noDelete ? { noDelete: true } : {}),
})

export function planScene(scene: Scene, { most = MOST, done = () => () => false }: GrantOptions): PlannedGrants {
  const planning: Planning = { ...scene, most, done }
  const losses: ShareLoss[] = [...scene.nobody]
  const grants: PlannedGrant[] = []
  for (const one of scene.entitled) {
    const asked = one.shares.map((share): Asked => ({ share, target: targetOf(scene, share) }))
    const what = given(planning, one, asked)
    const shareFor = nearest(asked)
    for (const emitted of what.emitted) {
      const share = shareFor(emitted)
      if (share !== undefined) grants.push({ grant: grantOf(emitted, one.meant), share, secret: one.meant.secret })
    }
    for (const each of asked) {
      const loss = lossOf(each, what, most)
      if (loss !== undefined) losses.push(loss)
    }
  }
  return { grants, losses }
}

/**
 * What the grants of the source become at the destination. Nobody may do anything there, to any folder or file, that they may not do at the source:
 * where a folder lies below a granted one and is open to fewer, the granted one is given in parts, or not at all. What is not given, or less of it, is
 * a loss with its reason. Asks nobody.
 */
export const planGrants = (shares: readonly Share[], tree: Tree, people: People, options: GrantOptions = {}): PlannedGrants =>
  planScene(sceneOf(shares, tree, people), options)
