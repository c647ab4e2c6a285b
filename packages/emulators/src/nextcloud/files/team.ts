import type { CloudUser } from '../users/user.ts'
import { below, type FileOrFolder, pathOf, type Store } from './node.ts'
import { ALL } from './share.ts'

/** One line of an access list: bits that it says something about, and what it says. */
export interface AclRule {
  readonly type: 'user' | 'group'
  readonly id: string
  readonly mask: number
  readonly permissions: number
}

/** A folder of the `groupfolders` app. */
export interface TeamFolder {
  readonly id: number
  mountPoint: string
  readonly store: Store
  /** Permissions by group. */
  readonly groups: Map<string, number>
  /** Bytes; -3: unlimited. */
  quota: number
  acl: boolean
  /** Who may change access lists, beside administrators. */
  readonly managers: { readonly type: 'user' | 'group'; readonly id: string }[]
  /** By the id of the node. */
  readonly rules: Map<number, readonly AclRule[]>
}

/** What the groups of a user may do in a team folder; 0 where it is not theirs. */
export const teamPermissions = (team: TeamFolder, user: CloudUser): number =>
  user.groups.reduce((sum, group) => sum | (team.groups.get(group) ?? 0), 0)

const isFor = (rule: AclRule, user: CloudUser): boolean => (rule.type === 'user' ? rule.id === user.id : user.groups.includes(rule.id))

/** Rules of one node for one user: what any of them allows is allowed. */
function merged(rules: readonly AclRule[]): { readonly mask: number; readonly permissions: number } {
  let [mask, permissions] = [0, 0]
  for (const rule of rules) {
    mask |= rule.mask
    permissions |= rule.permissions & rule.mask
  }
  return { mask, permissions }
}

/** From the root down, each list over those above it. */
export function aclPermissions(team: TeamFolder, node: FileOrFolder, user: CloudUser): number {
  if (!team.acl) return ALL
  const chain: FileOrFolder[] = []
  for (let at: FileOrFolder | undefined = node; at; at = at.parent) chain.unshift(at)
  let permissions = ALL
  for (const each of chain) {
    const { mask, permissions: given } = merged((team.rules.get(each.id) ?? []).filter((rule) => isFor(rule, user)))
    permissions = (permissions & ~mask) | given
  }
  return permissions
}

/** What is left of some permissions in everything below, by what lists there forbid: whoever deletes a folder deletes all of it. */
export function permissionsInTree(team: TeamFolder, node: FileOrFolder, user: CloudUser): number {
  if (!team.acl) return ALL
  let permissions = ALL
  for (const each of node.kind === 'folder' ? [node, ...below(node)] : [node]) {
    const { mask, permissions: given } = merged((team.rules.get(each.id) ?? []).filter((rule) => isFor(rule, user)))
    permissions &= ~mask | given
  }
  return permissions
}

export const mayManage = (team: TeamFolder, user: CloudUser): boolean =>
  user.admin || team.managers.some(({ type, id }) => (type === 'user' ? id === user.id : user.groups.includes(id)))

/** A path within a team folder as people write it. */
export const teamPath = (team: TeamFolder, node: FileOrFolder): string => [team.mountPoint, ...pathOf(node)].join('/')
