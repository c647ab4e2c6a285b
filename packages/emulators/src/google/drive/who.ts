import type { Asked } from '../serve/asked.ts'
import type { WorkspaceState } from '../serve/state.ts'
import { type Circles, isListedFor, isMember, type Role, roleOf } from './access.ts'
import { driveNotFound, fileNotFound } from './errors.ts'
import type { DriveFile, SharedDrive } from './file.ts'

const known = new WeakMap<WorkspaceState, Circles>()

/** Groups within groups, and the domain. */
export function circlesOf(state: WorkspaceState): Circles {
  const found = known.get(state)
  if (found !== undefined) return found
  const groups = new Map<string, ReadonlySet<string>>()
  const holds = (group: string, member: string, seen: ReadonlySet<string>): boolean => {
    const members = state.groups.find(({ address }) => address.toLowerCase() === group)?.members ?? []
    if (members.some((each) => each === '*' || each.toLowerCase() === member)) return true
    return members.some((each) => !seen.has(each) && holds(each.toLowerCase(), member, new Set([...seen, each])))
  }
  const circles: Circles = {
    domain: state.domain,
    groupsOf(address) {
      const all =
        groups.get(address) ??
        new Set(state.groups.map((group) => group.address.toLowerCase()).filter((group) => holds(group, address, new Set([group]))))
      groups.set(address, all)
      return all
    },
  }
  known.set(state, circles)
  return circles
}

/** Who asks, for questions of access. */
export const callerOf = (asked: Asked) => ({ address: asked.account.address, circles: circlesOf(asked.state) })

const on = (asked: Asked, name: string): boolean => asked.query.get(name) === 'true'

export const supportsAllDrives = (asked: Asked): boolean => on(asked, 'supportsAllDrives') || on(asked, 'supportsTeamDrives')

/** A file that the caller may see, and as what. `root` is its own top. What may not be seen is not there. */
export function fileOf(asked: Asked, { blind = false } = {}): { readonly file: DriveFile; readonly role: Role } {
  const { store } = asked.state.drive
  const name = asked.names['file'] ?? ''
  const id = name === 'root' ? store.rootOf(asked.account.address) : name
  const file = store.files.get(id)
  const role = file && roleOf(store, file, callerOf(asked))
  if (file === undefined || role === undefined) throw fileNotFound(name)
  if (file.driveId !== undefined && !blind && !supportsAllDrives(asked)) {
    asked.state.violations.note(`${asked.method} without supportsAllDrives: what is in a shared drive is not found`)
    throw fileNotFound(name)
  }
  return { file, role }
}

/** A shared drive: of a member, or of an administrator who says so. */
export function sharedDriveOf(asked: Asked, id: string): SharedDrive {
  const drive = asked.state.drive.store.drives.get(id)
  if (drive === undefined || !(on(asked, 'useDomainAdminAccess') ? asked.account.admin : isMember(drive.permissions, callerOf(asked))))
    throw driveNotFound(id)
  return drive
}

export const isShown = (asked: Asked, file: DriveFile): boolean => isListedFor(asked.state.drive.store, file, callerOf(asked))
