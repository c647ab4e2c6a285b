import type { Reply } from '../../serve/reply.ts'
import { extendedIds, findFolder, type MailAccount } from '../mail/find.ts'
import { messageJson, type Shape, selectedProperties, viewOf } from '../mail/message-json.ts'
import { checkPage, shapeOf } from '../mail/message-routes.ts'
import type { Folder } from '../mail/state.ts'
import type { Filter } from '../odata/filter.ts'
import { linkPath } from '../odata/page.ts'
import type { Query } from '../odata/query.ts'
import type { Asked } from '../serve/asked.ts'
import { badRequest, GraphError, quotaExceeded } from '../serve/errors.ts'
import { jsonReply } from '../serve/reply.ts'
import type { TenantState } from '../serve/tenant-state.ts'
import { beginWalk, type DeltaPage, deltaPage } from './rounds.ts'
import type { DeltaOptions, DeltaState } from './token.ts'

/** Outlook's default page of a delta (facts 3.3). */
const DEFAULT_PAGE = 10

/** 410, with the numbers that the real one has. */
function syncStateNotFound(generation: number, highest: number): GraphError {
  const known = [highest, highest - 2, highest - 3]
    .map((each) => `[${each}]`)
    .join('')
    .replace('[', '[highest=')
  return new GraphError(410, 'SyncStateNotFound', `The sync state generation is not found; generation=${generation};${known}.`)
}

/** `GET /users/{u}/mailFolders/{f}/messages/delta`. */
export function messageDelta(tenant: TenantState, asked: Asked, account: MailAccount): Reply {
  const { mailbox } = account
  const folder = findFolder(mailbox, asked.parts[3] ?? '')
  if (folder.search) throw badRequest('The change tracking is not supported for search folders.', 'ErrorInvalidRequest')
  // The sync state is written into the mailbox, and there is no room (microsoft-graph-docs issue 5730).
  if (account.account.overQuota) throw quotaExceeded()
  const token = asked.query.skiptoken ?? asked.query.deltatoken
  const state = token === undefined ? first(tenant, asked, folder) : continued(tenant, asked, folder, token)
  const shape: Shape = { properties: selectedProperties(state.options.select), extended: state.options.expand ?? [], typed: true }
  const page = deltaPage(mailbox, folder, state, {
    limit: asked.prefer.maxPageSize ?? DEFAULT_PAGE,
    ids: asked.prefer.ids,
    lostMoves: tenant.quirks.lostMoves,
    emptyPageEvery: tenant.quirks.emptyPageEvery,
    repeatEvery: tenant.quirks.repeatEvery,
  })
  checkPage(
    page.values.flatMap((value) => ('message' in value ? [value.message] : [])),
    shape,
  )
  return answer(tenant, asked, account, { page, shape })
}

function answer(
  tenant: TenantState,
  asked: Asked,
  { mailbox }: MailAccount,
  { page, shape }: { readonly page: DeltaPage; readonly shape: Shape },
): Reply {
  const value = page.values.map((each) => {
    if ('message' in each) return messageJson(viewOf(mailbox, each.message, asked.prefer.ids), shape)
    return {
      '@odata.type': '#microsoft.graph.message',
      id: mailbox.ids.message(each.gone, asked.prefer.ids),
      '@removed': { reason: each.reason },
    }
  })
  const sealed = tenant.seal.seal(page.state)
  const path = linkPath({
    ...asked,
    path: `/users('${encodeURIComponent(asked.parts[1] ?? '')}')/mailFolders('${encodeURIComponent(asked.parts[3] ?? '')}')/messages/delta`,
  })
  const link = page.last ? { '@odata.deltaLink': `${path}?$deltatoken=${sealed}` } : { '@odata.nextLink': `${path}?$skiptoken=${sealed}` }
  return jsonReply({ '@odata.context': `${asked.root}/$metadata#Collection(message)`, ...link, value })
}

function first(tenant: TenantState, asked: Asked, folder: Folder): DeltaState {
  const { query } = asked
  if (query.search !== undefined) throw badRequest("Parameter '$search' not supported for this request.", 'ErrorInvalidUrlQuery')
  if (query.skip !== undefined) throw badRequest("Parameter '$skip' not supported for this request.", 'ErrorInvalidUrlQuery')
  if (query.top !== undefined) tenant.violations.note('$top on a delta: Outlook limits the total to it, and older messages are never seen')
  const shape = shapeOf(asked, true)
  const options: DeltaOptions = {
    ...(query.select !== undefined && { select: shape.properties }),
    ...(query.expand.length > 0 && { expand: extendedIds(query.expand) }),
    ...(query.filter !== undefined && { since: sinceOf(query.filter) }),
    ...newestFirst(query),
    ...changeType(query),
  }
  return beginWalk(folder, options, query.top)
}

function newestFirst({ orderby }: Query): Pick<DeltaOptions, 'newestFirst'> {
  const [only, ...others] = orderby
  if (only === undefined) return {}
  if (others.length > 0 || only.path !== 'receivedDateTime' || !only.descending)
    throw badRequest("Parameter '$orderby' not supported for this request.", 'ErrorInvalidUrlQuery')
  return { newestFirst: true }
}

function changeType({ custom }: Query): Pick<DeltaOptions, 'changeType'> {
  const what = custom.get('changeType')
  if (what === undefined) return {}
  if (what === 'created' || what === 'updated' || what === 'deleted') return { changeType: what }
  throw badRequest(`The value '${what}' of changeType is invalid.`)
}

function sinceOf(filter: Filter): { readonly at: number; readonly inclusive: boolean } {
  const fits = (filter.op === 'ge' || filter.op === 'gt') && 'path' in filter.left && filter.left.path === 'receivedDateTime'
  if (!fits || !('value' in filter.right) || typeof filter.right.value !== 'string') {
    throw badRequest("Parameter '$filter' not supported for this request.", 'ErrorInvalidUrlQueryFilter')
  }
  return { at: Date.parse(filter.right.value), inclusive: filter.op === 'ge' }
}

const expired = new WeakSet<Folder>()

function continued(tenant: TenantState, asked: Asked, folder: Folder, token: string): DeltaState {
  const { query } = asked
  if (query.select || query.top !== undefined || query.filter || query.expand.length > 0 || query.custom.size > 0) {
    tenant.violations.note('query options added to a nextLink or deltaLink: it must be called as it is')
  }
  const state = tenant.seal.open(token)
  if (state === undefined) throw new GraphError(410, 'SyncStateInvalid', 'The sync state is invalid.')
  if (state.folder !== folder.serial) throw new GraphError(410, 'SyncStateInvalid', 'The sync state is for another folder.')
  const { expireAfterPages } = tenant.quirks
  if (expireAfterPages > 0 && state.mode === 'walk' && state.pages >= expireAfterPages && !expired.has(folder)) {
    expired.add(folder)
    folder.oldestGeneration = folder.generation + 1
    folder.generation += 1
  }
  const tooOld = state.generation < folder.generation - tenant.quirks.deltaGenerations
  if (tooOld || state.generation < folder.oldestGeneration) throw syncStateNotFound(state.generation, folder.generation + 1)
  return state
}
