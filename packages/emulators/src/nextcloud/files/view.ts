import type { CloudState } from '../serve/state.ts'
import type { CloudUser } from '../users/user.ts'
import { type FileOrFolder, type Store, storeOf } from './node.ts'
import { ALL, CREATE, type FileShare, isExpired, mayDownload, READ } from './share.ts'
import { aclPermissions, type TeamFolder, teamPermissions } from './team.ts'
import { childOf, nfc } from './tree.ts'

/** What others' things a user has in the root of their files. */
export interface Mount {
  readonly name: string
  readonly node: FileOrFolder
  readonly permissions: number
  readonly shares: readonly FileShare[]
  readonly team: TeamFolder | undefined
}

/** A file or folder as one user sees it. */
export interface Seen {
  readonly node: FileOrFolder
  /** Names from the root of the user's view. */
  readonly segments: readonly string[]
  readonly permissions: number
  /** In which mount it is, if in any. */
  readonly mount: Mount | undefined
  readonly store: Store
}

type Eyes = { readonly state: CloudState; readonly viewer: CloudUser }

const isTo = (share: FileShare, user: CloudUser): boolean =>
  (share.kind === 'user' && share.to === user.id) || (share.kind === 'group' && user.groups.includes(share.to))

function nameFor(share: FileShare, user: CloudUser, taken: ReadonlySet<string>): string {
  const before = share.targets.get(user.id)
  if (before !== undefined) return before
  const { name } = share.node
  const dot = name.lastIndexOf('.')
  const [stem, end] = dot > 0 && share.node.kind === 'file' ? [name.slice(0, dot), name.slice(dot)] : [name, '']
  let made = name
  for (let count = 2; user.files.root.entries.has(made) || taken.has(made); count++) made = `${stem} (${count})${end}`
  share.targets.set(user.id, made)
  return made
}

/** By name. Several shares of one thing are one, with all that any of them permits. */
export function mountsOf({ state, viewer }: Eyes): ReadonlyMap<string, Mount> {
  const mounts = new Map<string, Mount>()
  const byNode = new Map<number, FileShare[]>()
  for (const share of state.shares.values()) {
    if (share.owner === viewer.id || !isTo(share, viewer) || isExpired(share, state.now()) || !storeOf(share.node)) continue
    byNode.set(share.node.id, [...(byNode.get(share.node.id) ?? []), share])
  }
  for (const shares of byNode.values()) {
    const [first] = shares
    if (!first) continue
    const name = nameFor(first, viewer, new Set(mounts.keys()))
    for (const share of shares) share.targets.set(viewer.id, name)
    const permissions = shares.reduce((sum, share) => sum | share.permissions, 0)
    mounts.set(name, { name, node: first.node, permissions, shares, team: undefined })
  }
  for (const team of state.teams.values()) {
    const permissions = teamPermissions(team, viewer)
    if (permissions === 0) continue
    makeWay(viewer, team.mountPoint)
    mounts.set(team.mountPoint, { name: team.mountPoint, node: team.store.root, permissions, shares: [], team })
  }
  return mounts
}

/** What somebody has of their own under the name of a team folder gets another name (groupfolders, `MountProvider`). */
function makeWay({ files: { root } }: CloudUser, name: string): void {
  const own = root.entries.get(name)
  if (!own) return
  let count = 1
  while (root.entries.has(`${name} (${count})`)) count++
  root.entries.delete(name)
  own.name = `${name} (${count})`
  root.entries.set(own.name, own)
}

function seen(
  eyes: Eyes,
  node: FileOrFolder,
  at: { readonly segments: readonly string[]; readonly mount: Mount | undefined },
): Seen | undefined {
  const store = storeOf(node)
  if (!store) return undefined
  const granted = at.mount?.permissions ?? ALL
  const allowed = at.mount?.team ? granted & aclPermissions(at.mount.team, node, eyes.viewer) : granted
  if ((allowed & READ) === 0) return undefined
  const permissions = node.kind === 'file' ? allowed & ~CREATE : allowed
  return { node, segments: at.segments, permissions, mount: at.mount, store }
}

/**
 * What stands at a path; undefined where there is nothing, or nothing that this user may see. A folder that they may not see hides what is in it
 * from listings alone: whoever is let in further down by an access list, and knows the path, gets there.
 */
export function look(eyes: Eyes, segments: readonly string[]): Seen | undefined {
  const [first, ...rest] = segments.map(nfc)
  const { root } = eyes.viewer.files
  if (first === undefined) return seen(eyes, root, { segments: [], mount: undefined })
  const mount = mountsOf(eyes).get(first)
  return within(eyes, mount, mount ? mount.node : childOf(root, first), [first, ...rest])
}

function within(eyes: Eyes, mount: Mount | undefined, start: FileOrFolder | undefined, segments: readonly string[]): Seen | undefined {
  let node = start
  for (const name of segments.slice(1)) {
    if (node?.kind !== 'folder') return undefined
    node = childOf(node, name)
  }
  return node && seen(eyes, node, { segments, mount })
}

/** The same below `dav/groupfolders/<user>`: team folders alone. */
export function lookInTeams(eyes: Eyes, segments: readonly string[]): Seen | undefined {
  const [first] = segments.map(nfc)
  const mount = mountsOf(eyes).get(first ?? '')
  return mount?.team && within(eyes, mount, mount.node, segments.map(nfc))
}

export const teamMounts = (eyes: Eyes): readonly Mount[] => [...mountsOf(eyes).values()].filter(({ team }) => team !== undefined)

/** What is in a folder, as far as this user may see it. */
export function membersOf(eyes: Eyes, place: Seen): readonly Seen[] {
  if (place.node.kind !== 'folder') return []
  const at = (name: string, mount: Mount | undefined) => ({ segments: [...place.segments, name], mount })
  const isHome = place.segments.length === 0 && place.mount === undefined
  const mounts = isHome ? mountsOf(eyes) : new Map<string, Mount>()
  const own = [...place.node.entries.values()].flatMap((node) =>
    mounts.has(node.name) ? [] : (seen(eyes, node, at(node.name, place.mount)) ?? []),
  )
  return [...own, ...[...mounts.values()].flatMap((mount) => seen(eyes, mount.node, at(mount.name, mount)) ?? [])]
}

/** A share without the right to take the bytes away shows a file and does not give it. */
export const mayRead = ({ mount }: Seen): boolean => !mount || mount.shares.length === 0 || mount.shares.some(mayDownload)

/** Bytes that are left for whatever is in a store; infinite where there is no quota. */
export function freeIn(state: CloudState, store: Store): number {
  const used = store.root.size + store.versionBytes + store.trashBytes
  if (store.owner !== undefined) return Math.max(0, (state.users.get(store.owner)?.quota ?? Number.POSITIVE_INFINITY) - used)
  const quota = state.teams.get(store.team ?? -1)?.quota ?? -3
  return quota < 0 ? Number.POSITIVE_INFINITY : Math.max(0, quota - used)
}
