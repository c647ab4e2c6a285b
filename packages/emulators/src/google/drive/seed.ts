import { Seal } from '../../serve/seal.ts'
import { UnitWindow } from '../limits/units.ts'
import type { FilesSeed, WorkspaceOptions } from '../options.ts'
import type { PermissionJson } from './file.ts'
import { permissionId } from './file-json.ts'
import { generateTree, type Spot } from './generate.ts'
import { seedHostile } from './hostile.ts'
import type { ChangesState, DriveState } from './state.ts'
import { DriveStore } from './store.ts'

interface Times {
  readonly now: () => number
  readonly dayMs: number
}

/** 1 TB (facts 0). */
const BYTES_PER_DAY = 10 ** 12

/** A right as Drive has it. `*`: anybody; `domain:x`: everybody in it; `group:x`: a group. */
export function permissionFor(who: string, facts: PermissionJson & { readonly role: string }): PermissionJson {
  const base = { id: permissionId(who), ...facts }
  if (who === '*') return { type: 'anyone', allowFileDiscovery: false, ...base, id: 'anyoneWithLink' }
  const [, kind, name] = /^(domain|group):(.*)$/.exec(who) ?? []
  if (kind === 'domain') return { type: 'domain', allowFileDiscovery: false, domain: name ?? '', displayName: name ?? '', ...base }
  const address = name ?? who
  return { type: kind === 'group' ? 'group' : 'user', emailAddress: address, displayName: address, deleted: false, ...base }
}

function fill(store: DriveStore, wish: FilesSeed, spot: Spot): void {
  generateTree(store, wish, spot)
  if (wish.hostile) seedHostile(store, spot)
}

/** Everybody's drive, and the shared ones, before anybody looks. */
export function makeDrives(options: WorkspaceOptions, { now, dayMs }: Times): DriveState {
  const { seed, groups = [] } = options
  const store = new DriveStore({ seed, now })
  for (const { address, files } of options.accounts) {
    const owner = address.toLowerCase()
    if (files !== undefined) fill(store, files, { root: store.rootOf(owner), owner, driveId: undefined, seed })
  }
  const isGroup = (who: string): boolean => groups.some(({ address }) => address.toLowerCase() === who.toLowerCase())
  for (const { name, members = {}, files } of options.sharedDrives ?? []) {
    const permissions = Object.entries(members).map(([who, role]) => permissionFor(isGroup(who) ? `group:${who}` : who, { role }))
    const { id } = store.addDrive(name, permissions)
    if (files !== undefined) fill(store, files, { root: id, owner: undefined, driveId: id, seed })
  }
  // What was there from the start is no change.
  store.log.length = 0
  return {
    store,
    tokens: new Seal<ChangesState>(`changes ${seed}`),
    operations: new Map(),
    egress: new UnitWindow(options.limits?.driveBytesPerDay ?? BYTES_PER_DAY, dayMs),
    exportBytes: options.limits?.exportBytes ?? 10 * 2 ** 20,
    incomplete: 0,
    exports: 0,
    pollsNeeded: 3,
  }
}
