import type { Reply } from '../../serve/reply.ts'
import type { Need } from '../directory/roles.ts'
import type { Asked } from '../serve/asked.ts'
import { GraphError, noRoute } from '../serve/errors.ts'
import { jsonReply } from '../serve/reply.ts'
import { findAccount, type TenantState } from '../serve/tenant-state.ts'
import { driveDelta, Resync, resyncReply, tokenOf } from './delta.ts'
import type { Drive } from './drive.ts'
import { itemRoute } from './item-routes.ts'
import { siteRoute } from './site-routes.ts'

/** A route of drives and sites: counted in resource units. */
export interface FilesRoute {
  readonly kind: string
  readonly need: Need
  readonly units: number
  /** Address of the account or site. */
  readonly owner: string | undefined
  readonly run: () => Reply
}

export const notThere = (): GraphError => new GraphError(404, 'itemNotFound', 'The resource could not be found.')
const noMysite = (): GraphError => new GraphError(404, 'ResourceNotFound', "User's mysite not found.")
export const siteLocked = (): GraphError => new GraphError(423, 'resourceLocked', 'Access to this site has been blocked.')

/** Undefined where the path is not about files. */
export function filesRoute(state: TenantState, asked: Asked): FilesRoute | undefined {
  const [first = '', second = '', third] = asked.parts
  if (first === 'sites') return siteRoute(state, asked)
  if (first === 'drives') return driveRoute(state, asked, { id: second, rest: asked.parts.slice(2) })
  if (first === 'users' && (third === 'drive' || third === 'drives')) return personalRoute(state, asked, second)
  return undefined
}

function personalRoute(state: TenantState, asked: Asked, user: string): FilesRoute {
  const account = findAccount(state, user)
  const drive = account === undefined ? undefined : state.files.personal.get(account.id)
  if (account === undefined || drive === undefined) {
    return route('drive', { need: 'files', units: 1, owner: account?.address }, () => {
      throw noMysite()
    })
  }
  if (asked.parts[2] === 'drives') {
    return route('drives', { need: 'files', units: 2, owner: account.address }, () => jsonReply({ value: [driveJson(drive)] }))
  }
  return driveRoute(state, asked, { id: drive.id, rest: asked.parts.slice(3) })
}

export const route = (kind: string, about: Omit<FilesRoute, 'kind' | 'run'>, run: () => Reply): FilesRoute => ({ kind, ...about, run })

function driveRoute(state: TenantState, asked: Asked, { id, rest }: { readonly id: string; readonly rest: readonly string[] }): FilesRoute {
  const owned = state.files.drives.get(id)
  const about = { need: 'files', units: 1, owner: owned?.owner } as const
  if (owned === undefined || owned.locked) {
    return route('drive', about, () => {
      throw owned === undefined ? notThere() : siteLocked()
    })
  }
  const { drive } = owned
  if (rest.length === 0) return route('drive', about, () => jsonReply(driveJson(drive)))
  if (rest[0] === 'root' && /^delta\b/.test(rest[1] ?? '')) {
    const units = tokenOf(asked) === undefined ? 2 : 1
    return route('drive-delta', { ...about, units }, () => delta(state, asked, drive))
  }
  const found = itemRoute(state, asked, { drive, rest, owner: owned.owner })
  if (!found) throw noRoute(rest[0] ?? '')
  return found
}

function delta(state: TenantState, asked: Asked, drive: Drive): Reply {
  try {
    return driveDelta(state, asked, drive)
  } catch (thrown) {
    if (thrown instanceof Resync) return resyncReply(state, thrown)
    throw thrown
  }
}

export function driveJson(drive: Drive): Record<string, unknown> {
  return {
    id: drive.id,
    name: drive.name,
    driveType: drive.type,
    webUrl: drive.webUrl,
    quota: { total: 1_099_511_627_776, used: usedOf(drive), deleted: 0, state: 'normal' },
    ...(drive.system ? { system: {} } : {}),
  }
}

function usedOf(drive: Drive): number {
  let used = 0
  for (const { content } of drive.items.values()) if (content) used += 'bytes' in content ? content.bytes.length : content.size
  return used
}
