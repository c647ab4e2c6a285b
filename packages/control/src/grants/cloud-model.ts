import type { TeamAccess, TeamRights } from '@offramp/core'
import { atSource, type DriveNode, type MadeDrive, membersOf, PERSONS } from './made-drive.ts'

/**
 * For tests: what a Nextcloud makes of members and access lists, after the source of its app groupfolders (`ACLManager` and `Rule`, 12 to 23) and
 * without a look at the planner. Permissions: 1 read, 2 update, 4 create, 8 delete, 16 share.
 */
export type Merging = 'by path' | 'by mapping'

interface Line {
  readonly key: string
  readonly mask: number
  readonly bits: number
}

const BITS: Readonly<Record<TeamAccess, number>> = { none: 0, read: 1, add: 7, write: 15 }

/** Every list by the path at which it stands. */
function listsOf({ rules }: TeamRights | Pick<TeamRights, 'members' | 'rules'>): ReadonlyMap<string, readonly Line[]> {
  const lists = new Map<string, Line[]>()
  for (const { place, locator, access } of rules) {
    const path = locator === undefined ? place : `${place}/${locator}`
    const lines = access.map(({ kind, id, may }) => ({
      key: `${kind} ${id}`,
      mask: 31,
      bits: locator === undefined ? BITS[may] : BITS[may] & ~4,
    }))
    lists.set(path, [...(lists.get(path) ?? []), ...lines])
  }
  return lists
}

const chainTo = (path: string): readonly string[] => path.split('/').map((_, index, parts) => parts.slice(0, index + 1).join('/'))

/** Lists on the way down, as far as they are about somebody. */
function byPath(lists: readonly (readonly Line[])[]): number {
  let permissions = 31
  for (const lines of lists) {
    const mask = lines.reduce((sum, line) => sum | line.mask, 0)
    const allowed = lines.reduce((sum, line) => sum | (line.bits & line.mask), 0)
    permissions = (permissions & (~mask | allowed)) | (mask & allowed)
  }
  return permissions
}

/** The same where the server's admin has set `acl-inherit-per-user`: each mapping goes its own way down, and what any allows is allowed. */
function byMapping(lists: readonly (readonly Line[])[]): number {
  const each = new Map<string, { readonly mask: number; readonly bits: number }>()
  for (const { key, mask, bits } of lists.flat()) {
    const before = each.get(key) ?? { mask: 0, bits: 0 }
    each.set(key, { mask: before.mask | mask, bits: (before.bits & (~mask | bits)) | (mask & bits) })
  }
  const mask = [...each.values()].reduce((sum, one) => sum | one.mask, 0)
  const bits = [...each.values()].reduce((sum, one) => sum | one.bits, 0)
  return (31 & (~mask | bits)) | (mask & bits)
}

/** What a person may do there as a member: nothing without the right to read. Who is in no group of the folder does not have it at all. */
export function inTeam(person: string, path: string, rights: Pick<TeamRights, 'members' | 'rules'>, merging: Merging): number {
  const mine = rights.members.filter(({ kind, id }) => (kind === 'user' ? id === person : membersOf(id).includes(person)))
  if (mine.length === 0) return 0
  const groups = mine.reduce((sum, { most }) => sum | BITS[most], 0)
  const isAbout = ({ key }: Line): boolean =>
    key === `user ${person}` || (key.startsWith('group ') && membersOf(key.slice(6)).includes(person))
  const lists = listsOf(rights)
  const way = chainTo(path).map((at) => (lists.get(at) ?? []).filter(isAbout))
  const permissions = groups & (merging === 'by path' ? byPath(way) : byMapping(way))
  return (permissions & 1) === 0 ? 0 : permissions
}

/** What a person may do at the source for good and with the bytes: a list can say no less of it. */
export function bitsAtSource(node: DriveNode, person: string): number {
  const plain = atSource(node, { person }).filter(({ noDownload, expires }) => !noDownload && expires === undefined)
  const bits = plain.reduce((sum, { access, noDelete }) => sum | (access === 'write' ? (noDelete ? 7 : 15) : 1), 0)
  return node.kind === 'file' ? bits & ~4 : bits
}

export const pathAt = ({ place, kind, id }: DriveNode): string => (kind === 'file' ? `${place}/${id}` : (place ?? ''))

/** Rights that a list gives and the source does not, as sentences. */
export function gainedInTeam(drive: MadeDrive, rights: Pick<TeamRights, 'members' | 'rules'>): readonly string[] {
  return drive.nodes
    .filter(({ place }) => place !== undefined)
    .flatMap((node) =>
      PERSONS.flatMap((person) =>
        (['by path', 'by mapping'] as const).flatMap((merging) => {
          const has = inTeam(person, pathAt(node), rights, merging)
          const allowed = node.kind === 'file' ? has & ~4 : has
          const more = allowed & ~bitsAtSource(node, person)
          return more === 0 ? [] : [`${person} gains ${more} at ${node.id} (${merging})`]
        }),
      ),
    )
}
