import type { Access, Grant, Share } from '@offramp/core'
import { includes, type Shape, shapeOf } from './shape.ts'
import type { TreeNode } from './tree.ts'

/** For tests: a drive of which it is known who may do what, and not only what a source would list of it. */
export interface DriveNode {
  readonly id: string
  readonly kind: 'folder' | 'file'
  readonly name: string
  readonly parent?: DriveNode
  /** Where it stands at the destination. */
  readonly place: string | undefined
  readonly stranger: boolean
  alone: boolean
  readonly shares: Share[]
}

export interface MadeDrive {
  readonly nodes: readonly DriveNode[]
  readonly shares: readonly Share[]
}

/** Members by group. */
export const GROUPS: Readonly<Record<string, readonly string[]>> = { g1: ['u1', 'u2'], g2: ['u2', 'u3'], gx: ['u1', 'u4'] }

const USERS = ['u1', 'u2', 'u3', 'u4', 'unmapped'] as const
const LEVELS: readonly Access[] = ['read', 'read', 'comment', 'write', 'manage']

/** Numbers that are the same in every run of a seed (mulberry32). */
export function diceOf(seed: number): (most: number) => number {
  let state = seed >>> 0
  return (most) => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = state
    t = Math.imul(t ^ (t >>> 15), t | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 4_294_967_296) * most)
  }
}

const pick = <T>(dice: (most: number) => number, from: readonly T[]): T => from[dice(from.length)] as T

export const pathOf = (node: DriveNode | undefined): readonly string[] =>
  node?.parent === undefined ? [] : [...pathOf(node.parent), node.name]

function granteeOf(dice: (most: number) => number): Pick<Share, 'to' | 'findable'> {
  const kind = dice(10)
  if (kind < 5) return { to: { kind: 'user', address: `${pick(dice, USERS)}@a.example` } }
  if (kind < 7) return { to: { kind: 'group', address: `${pick(dice, Object.keys(GROUPS))}@a.example` } }
  if (kind === 7) return { to: { kind: 'user', address: 'out@b.example', outside: true } }
  if (kind === 8) return { to: { kind: 'organisation' }, ...(dice(2) === 0 ? { findable: true } : {}) }
  return { to: { kind: 'public' } }
}

export function shareOn(node: DriveNode, given: Omit<Share, 'collection' | 'item'>): Share {
  const folder = node.kind === 'folder' ? node : node.parent
  const collection = { id: folder?.id ?? 'root', path: pathOf(folder) }
  return { collection, ...(node.kind === 'file' ? { item: { id: node.id, name: node.name } } : {}), ...given }
}

const randomShare = (dice: (most: number) => number, node: DriveNode): Share =>
  shareOn(node, {
    ...granteeOf(dice),
    access: pick(dice, LEVELS),
    ...(dice(6) === 0 ? { noDownload: true as const } : {}),
    ...(dice(5) === 0 ? { noDelete: true as const } : {}),
    ...(dice(6) === 0 ? { expires: 1000 + dice(4) * 1000 } : {}),
  })

/** Everything that is granted at a node of the drive, and from above as far as that reaches. */
export const effective = (node: DriveNode): readonly Share[] => [
  ...node.shares,
  ...(node.alone || node.parent === undefined ? [] : effective(node.parent)),
]

/** It takes nothing from above any more: some of what held there stays, and something else may come. */
function breakAt(dice: (most: number) => number, node: DriveNode): void {
  const held = node.parent === undefined ? [] : effective(node.parent)
  const stay = held.filter(() => dice(2) === 0).map((share) => shareOn(node, { ...omitPlace(share), inherited: true }))
  const own = node.shares.splice(0)
  node.alone = true
  node.shares.push(...[...stay, ...own].map((share) => ({ ...share, alone: true as const })))
  if (node.shares.length === 0)
    node.shares.push(shareOn(node, { to: { kind: 'user', address: 'owner@a.example' }, access: 'manage', alone: true }))
}

const omitPlace = ({ collection: _, item: __, ...rest }: Share): Omit<Share, 'collection' | 'item'> => rest

export interface DriveOptions {
  /** Nothing takes less than what is above it, names are different, and everything stands where it stood. */
  readonly calm?: boolean
  /** Where its root stands at the destination. Absent: in the root of the account, or in a folder. */
  readonly top?: string
  /** More is granted at its root, and at what stands in it, as in the libraries of a site. */
  readonly rooted?: boolean
}

function placeOf(dice: (most: number) => number, parent: DriveNode, own: { name: string; id: string; kind: string }, calm: boolean) {
  if (parent.place === undefined) return undefined
  if (own.kind === 'file') return parent.place
  if (!calm && dice(25) === 0) return undefined
  const name = calm ? own.name : `${own.name} (${own.id})`
  return parent.place === '' ? name : `${parent.place}/${name}`
}

/** A drive with some 5 to 40 folders and files, of which some break with what is above them. */
export function madeDrive(
  dice: (most: number) => number,
  { calm = false, rooted = false, top = dice(2) === 0 ? '' : 'Top' }: DriveOptions = {},
): MadeDrive {
  const root: DriveNode = { id: 'root', kind: 'folder', name: '', place: top, stranger: false, alone: false, shares: [] }
  const nodes: DriveNode[] = [root]
  const folders: DriveNode[] = [root]
  const count = 5 + dice(35)
  for (let n = 0; n < count; n++) {
    const parent = pick(dice, folders)
    const kind = dice(3) === 0 ? ('file' as const) : ('folder' as const)
    const own = { id: `n${n}`, kind, name: calm ? `n${n}` : `name${dice(12)}` }
    // Moved at the source since: it stands where it was, at the destination.
    const standsIn = !calm && dice(15) === 0 ? pick(dice, folders) : parent
    const stranger = !calm && kind === 'file' && dice(20) === 0
    const node: DriveNode = { ...own, parent, place: placeOf(dice, standsIn, own, calm), stranger, alone: false, shares: [] }
    nodes.push(node)
    if (kind === 'folder') folders.push(node)
  }
  for (const node of nodes) {
    if (node.stranger) continue
    const isTop = rooted && (node === root || node.parent === root) && node.kind === 'folder'
    for (let n = isTop ? dice(4) : 0; n > 0; n--) {
      const { noDownload: _, expires: __, ...share } = randomShare(dice, node)
      node.shares.push(share)
    }
    for (let n = dice(5) === 0 ? 1 + dice(3) : 0; n > 0; n--) node.shares.push(randomShare(dice, node))
    if (!calm && node !== root && dice(6) === 0) breakAt(dice, node)
  }
  return { nodes, shares: nodes.flatMap(({ shares }) => shares) }
}

const key = (path: readonly string[]): string => JSON.stringify(path)

/** What is known of a drive: paths, and not whose child a folder is. */
export function treeOf({ nodes }: MadeDrive): readonly TreeNode[] {
  const byPath = new Map<string, string[]>()
  for (const node of nodes.filter(({ kind }) => kind === 'folder'))
    byPath.set(key(pathOf(node)), [...(byPath.get(key(pathOf(node))) ?? []), node.id])
  return nodes.map((node) => ({
    id: node.id,
    kind: node.kind,
    above: node.parent === undefined ? [] : (byPath.get(key(pathOf(node.parent))) ?? []),
    ...(node.place === undefined ? {} : { place: node.place }),
    ...(node.kind === 'file' ? { locator: node.id } : {}),
    ...(node.stranger ? { stranger: true as const } : {}),
  }))
}

/** Who is asked about: a person inside or outside, or whoever has been given the address of one link. */
export type Asker = { readonly person: string } | { readonly link: Share }

const inside = (person: string): boolean => person !== 'out' && person !== 'nobody'

function isMeant({ to }: Share, person: string): boolean {
  const name = to.address?.split('@')[0] ?? ''
  if (to.kind === 'user') return name === person
  if (to.kind === 'group') return GROUPS[name]?.includes(person) ?? false
  return to.kind === 'organisation' ? inside(person) : true
}

/** What somebody may do at a node of the source. */
export function atSource(node: DriveNode, asker: Asker): readonly Shape[] {
  if (node.stranger) return []
  const mine = effective(node).filter((share) => ('link' in asker ? share === asker.link : isMeant(share, asker.person)))
  return mine.flatMap((share) => shapeOf(share) ?? [])
}

/** Members of a group of the destination. */
export const membersOf = (id: string): readonly string[] =>
  id === 'all' ? USERS.filter((user) => user !== 'unmapped') : (GROUPS[id] ?? [])

export interface Given {
  readonly grant: Grant
  readonly share: Share
}

/** What somebody may do at the same node of the destination. */
export function atDestination({ id, kind, place }: DriveNode, asker: Asker, grants: readonly Given[]): readonly Shape[] {
  if (place === undefined) return []
  const reaches = ({ grant }: Given): boolean =>
    grant.locator === undefined
      ? `${place}/`.startsWith(`${grant.place}/`)
      : kind === 'file' && grant.locator === id && grant.place === place
  const isFor = ({ grant: { to }, share }: Given): boolean => {
    if ('link' in asker) return to.kind === 'link' && share === asker.link
    if (to.kind === 'user') return to.id === asker.person
    if (to.kind === 'group') return membersOf(to.id).includes(asker.person)
    return to.kind === 'mail' && asker.person === 'out'
  }
  return grants
    .filter((one) => isFor(one) && reaches(one))
    .map(({ grant }) => ({
      access: grant.access,
      noDownload: grant.noDownload ?? false,
      noDelete: grant.noDelete ?? false,
      ...(grant.expires === undefined ? {} : { expires: grant.expires }),
    }))
}

export const PERSONS = [...USERS, 'out', 'nobody'] as const

/** Rights that somebody has at the destination and not at the source, as sentences. */
export function gainedIn(drive: MadeDrive, grants: readonly Given[]): readonly string[] {
  const links = drive.shares.filter(({ to }) => to.kind === 'public' || to.kind === 'organisation')
  const askers: readonly Asker[] = [...PERSONS.map((person) => ({ person })), ...links.map((link) => ({ link }))]
  return drive.nodes.flatMap((node) =>
    askers.flatMap((asker) => {
      const had = atSource(node, asker)
      const more = atDestination(node, asker, grants).filter((right) => !had.some((one) => includes(one, right)))
      return more.map((right) => `${'person' in asker ? asker.person : 'a link'} may ${right.access} ${node.id}`)
    }),
  )
}
