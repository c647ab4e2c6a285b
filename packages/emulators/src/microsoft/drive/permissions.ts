import type { DriveItem } from './drive.ts'

/** A permission as Graph shows it. */
export interface PermissionState {
  readonly id: string
  readonly roles: readonly string[]
  readonly grantedToV2?: Readonly<Record<string, unknown>>
  readonly grantedToIdentitiesV2?: readonly Readonly<Record<string, unknown>>[]
  readonly link?: Readonly<Record<string, unknown>>
  readonly invitation?: Readonly<Record<string, unknown>>
  readonly hasPassword?: boolean
  readonly expirationDateTime?: string
  readonly shareId?: string
}

const isOwner = (permission: PermissionState): boolean => permission.roles.includes('owner')

/** What holds for an item: its own, and what comes from above, which says so. */
export function permissionsOf(item: DriveItem): readonly unknown[] {
  const shown: unknown[] = [...item.permissions]
  for (let at = item; !at.breaks && at.parent; ) {
    at = at.parent
    const from = { inheritedFrom: { id: at.id, driveType: 'business' } }
    shown.push(...at.permissions.map((each) => ({ ...each, ...from })))
  }
  return shown
}

/** `alone`: as with `Prefer: hierarchicalsharing`, where only what differs from above is marked. */
export function sharedFacet(item: DriveItem, alone: boolean): { readonly scope: string } | undefined {
  let at: DriveItem | undefined = item
  for (; at; at = alone || at.breaks ? undefined : at.parent) {
    const granted = at.permissions.filter((each) => !isOwner(each))
    if (granted.length === 0 && !(alone && at.breaks)) continue
    const scopes = granted.map((each) => String(each.link?.['scope'] ?? 'users'))
    return { scope: ['anonymous', 'organization'].find((each) => scopes.includes(each)) ?? 'users' }
  }
  return undefined
}
