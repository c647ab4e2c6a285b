import type { Reply } from '../../serve/reply.ts'
import { Seal } from '../../serve/seal.ts'
import { linkPath } from '../odata/page.ts'
import type { Asked } from '../serve/asked.ts'
import { badRequest, GraphError, quotaExceeded } from '../serve/errors.ts'
import { jsonReply } from '../serve/reply.ts'
import type { TenantState } from '../serve/tenant-state.ts'
import { type Shelf, type ShelfState, type Shelved, shelfPage } from './shelf.ts'

/** Outlook's default page of a delta. */
const DEFAULT_PAGE = 10

const seals = new WeakMap<TenantState, Seal<ShelfState>>()
const expired = new WeakSet<object>()

function sealOf(tenant: TenantState): Seal<ShelfState> {
  const seal = seals.get(tenant) ?? new Seal<ShelfState>(`shelf ${tenant.seed}`)
  seals.set(tenant, seal)
  return seal
}

export interface DeltaRoute<Item extends Shelved> {
  readonly shelf: Shelf<Item>
  /** `contact`, `todoTask`. */
  readonly type: string
  /** As links spell it. */
  readonly path: string
  readonly overQuota: boolean
  idOf(item: Item): string
  /** Throws the real 400 for properties that there are not. */
  json(item: Item, select: readonly string[] | undefined): Record<string, unknown>
}

/** `GET .../delta` of a contact folder or task list. */
export function shelfDelta<Item extends Shelved>(tenant: TenantState, asked: Asked, route: DeltaRoute<Item>): Reply {
  // The sync state is written into the mailbox, and there is no room (microsoft-graph-docs issue 5730).
  if (route.overQuota) throw quotaExceeded()
  const token = asked.query.skiptoken ?? asked.query.deltatoken
  const state = token === undefined ? first(tenant, asked, route.shelf) : continued(tenant, asked, { shelf: route.shelf, token })
  const { emptyPageEvery, repeatEvery } = tenant.quirks
  const page = shelfPage(route.shelf, state, { limit: asked.prefer.maxPageSize ?? DEFAULT_PAGE, emptyPageEvery, repeatEvery })
  const type = `#microsoft.graph.${route.type}`
  const value = page.values.map(({ item, gone }) =>
    gone
      ? { '@odata.type': type, id: route.idOf(item), '@removed': { reason: 'deleted' } }
      : { '@odata.type': type, ...route.json(item, page.state.select ?? undefined) },
  )
  const sealed = sealOf(tenant).seal(page.state)
  const path = linkPath({ ...asked, path: route.path })
  const link = page.last ? { '@odata.deltaLink': `${path}?$deltatoken=${sealed}` } : { '@odata.nextLink': `${path}?$skiptoken=${sealed}` }
  return jsonReply({ '@odata.context': `${asked.root}/$metadata#Collection(${route.type})`, ...link, value })
}

function first<Item extends Shelved>(tenant: TenantState, { query }: Asked, shelf: Shelf<Item>): ShelfState {
  if (query.search !== undefined || query.skip !== undefined || query.filter || query.orderby.length > 0 || query.expand.length > 0) {
    throw badRequest('A query option is not supported for this request.', 'ErrorInvalidUrlQuery')
  }
  if (query.top !== undefined) tenant.violations.note('$top on a delta: Outlook limits the total to it, and the rest is never seen')
  return shelf.begin({ top: query.top, select: query.select })
}

function continued<Item extends Shelved>(
  tenant: TenantState,
  { query }: Asked,
  { shelf, token }: { readonly shelf: Shelf<Item>; readonly token: string },
): ShelfState {
  if (query.select || query.top !== undefined || query.filter || query.expand.length > 0 || query.custom.size > 0) {
    tenant.violations.note('query options added to a nextLink or deltaLink: it must be called as it is')
  }
  const state = sealOf(tenant).open(token)
  if (state?.shelf !== shelf.serial) throw new GraphError(410, 'SyncStateInvalid', 'The sync state is invalid.')
  const { expireAfterPages, deltaGenerations } = tenant.quirks
  if (expireAfterPages > 0 && state.mode === 'walk' && state.pages >= expireAfterPages && !expired.has(shelf)) {
    expired.add(shelf)
    shelf.expire()
  }
  if (state.generation < shelf.oldestGeneration || state.generation < shelf.generation - deltaGenerations) {
    throw new GraphError(
      410,
      'SyncStateNotFound',
      `The sync state generation is not found; generation=${state.generation};[highest=${shelf.generation}].`,
    )
  }
  return state
}
