import type { DriveFile, PermissionJson } from './file.ts'
import type { DriveStore } from './store.ts'

/** Who is in which group, and which addresses are of the domain. */
export interface Circles {
  /** All groups that somebody is in, directly or not. */
  groupsOf(address: string): ReadonlySet<string>
  readonly domain: string
}

export type Role = 'reader' | 'commenter' | 'writer' | 'fileOrganizer' | 'organizer' | 'owner'

/** The least first. */
const ROLES: readonly Role[] = ['reader', 'commenter', 'writer', 'fileOrganizer', 'organizer', 'owner']

const RANKS: ReadonlyMap<string, number> = new Map(ROLES.map((role, at) => [role, at]))

const rank = (role: string | null | undefined): number => RANKS.get(role ?? '') ?? -1

/** A permission that holds for a file, and where it was given. */
export interface Holding {
  readonly permission: PermissionJson
  /** Id of the folder or drive; undefined where it was given on the very file. */
  readonly from: string | undefined
}

/** Everything that holds for a file: its own, and what comes from above. The owner's is made up where there is one. */
export function holdingsOf(store: DriveStore, file: DriveFile): readonly Holding[] {
  const holdings = new Map<string, Holding>()
  const seen = new Set<string>()
  for (let at: DriveFile | undefined = file; at !== undefined && !seen.has(at.id); at = store.files.get(at.parents[0] ?? '')) {
    seen.add(at.id)
    for (const permission of at.permissions) {
      const known = holdings.get(permission.id ?? '')
      if (known === undefined || rank(permission.role) > rank(known.permission.role))
        holdings.set(permission.id ?? '', { permission, from: at === file ? undefined : at.id })
    }
    if (at.limited) break
  }
  const drive = file.driveId === undefined ? undefined : store.drives.get(file.driveId)
  for (const permission of drive?.permissions ?? []) {
    // Behind a limited folder organizers alone still are.
    if (isLimited(store, file) && permission.role !== 'organizer') continue
    const known = holdings.get(permission.id ?? '')
    if (known === undefined || rank(permission.role) > rank(known.permission.role))
      holdings.set(permission.id ?? '', { permission, from: file.driveId })
  }
  return [...holdings.values()]
}

function isLimited(store: DriveStore, file: DriveFile): boolean {
  for (let at: DriveFile | undefined = file, depth = 0; at !== undefined && depth < 200; depth++) {
    if (at.limited) return true
    at = store.files.get(at.parents[0] ?? '')
  }
  return false
}

const isFor = ({ type, emailAddress, domain, deleted }: PermissionJson, address: string, circles: Circles): boolean => {
  if (deleted) return false
  if (type === 'anyone') return true
  if (type === 'domain') return domain === circles.domain && address.endsWith(`@${circles.domain}`)
  const name = emailAddress?.toLowerCase() ?? ''
  return type === 'group' ? circles.groupsOf(address).has(name) : name === address
}

/** What somebody may do with a file; undefined: nothing, and for them it is not there. */
export function roleOf(store: DriveStore, file: DriveFile, by: { readonly address: string; readonly circles: Circles }): Role | undefined {
  if (file.owner === by.address) return 'owner'
  const best = Math.max(
    ...holdingsOf(store, file)
      .filter(({ permission }) => isFor(permission, by.address, by.circles))
      .map(({ permission }) => rank(permission.role)),
    -1,
  )
  return ROLES[best]
}

/** Whether it shows in listings: what anybody may read does not, unless it was given to somebody. */
export function isListedFor(store: DriveStore, file: DriveFile, by: { readonly address: string; readonly circles: Circles }): boolean {
  if (file.owner === by.address) return true
  return holdingsOf(store, file).some(
    ({ permission }) =>
      (permission.type === 'user' || permission.type === 'group' || permission.allowFileDiscovery === true) &&
      isFor(permission, by.address, by.circles),
  )
}

/** What of a shared drive is somebody's by membership. */
export const isMember = (permissions: readonly PermissionJson[], by: { readonly address: string; readonly circles: Circles }): boolean =>
  permissions.some((permission) => permission.type !== 'anyone' && isFor(permission, by.address, by.circles))
