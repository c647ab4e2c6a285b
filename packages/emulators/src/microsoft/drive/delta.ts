import type { Reply } from '../../serve/reply.ts'
import type { Asked } from '../serve/asked.ts'
import { badRequest, GraphError } from '../serve/errors.ts'
import { JSON_TYPE, jsonReply } from '../serve/reply.ts'
import type { TenantState } from '../serve/tenant-state.ts'
import type { Drive, DriveItem } from './drive.ts'
import { checkSelect, itemJson, ODD_QUERY, type Showing } from './item-json.ts'

/** Where a walk of a drive stands. Short names: it travels in every link. */
export interface DriveDeltaState {
  /** Drive, generation, next place in the log. */
  readonly d: string
  readonly g: number
  readonly s: number
  /** A first walk leaves out what was deleted before it began, at this place of the log. */
  readonly u: number | null
  readonly n: number
  readonly sel: readonly string[] | null
  readonly p: number
}

const USUAL = 200
const MOST = 5_000

/** The token of a link, in whatever spelling: `?token=`, `?$skiptoken=`, `(token='')`. */
export const tokenOf = ({ parts, query }: Asked): string | undefined =>
  /^delta\(token='([^']*)'\)$/.exec(parts.at(-1) ?? '')?.[1] ?? query.skiptoken ?? query.custom.get('token')

export function driveDelta(state: TenantState, asked: Asked, drive: Drive): Reply {
  const token = tokenOf(asked)
  const at = token === undefined || token === 'latest' ? begin(asked, drive, token) : open(state, asked, { drive, token })
  const showing: Showing = {
    select: at.sel ?? undefined,
    delta: true,
    alone: /hierarchicalsharing/i.test(String(asked.headers['prefer'] ?? '')),
  }
  const { page, next } = read(drive, at)
  const last = next >= drive.log.length
  const values = page.flatMap((item, index) => {
    const shown = itemJson(state, drive, { item, showing })
    const { staleEvery } = state.files.quirks
    const isStale = staleEvery > 0 && (at.s + index) % staleEvery === staleEvery - 1 && item.parent !== undefined && !item.deleted
    return isStale ? [staleOf(shown), shown] : [shown]
  })
  const { repeatEvery } = state.files.quirks
  const before = at.p > 0 && repeatEvery > 0 && at.p % repeatEvery === 0 ? lastBefore(drive, at) : undefined
  if (before) values.unshift(itemJson(state, drive, { item: before, showing }))
  const following = { ...at, s: next, p: at.p + 1 }
  const link = linkOf(state, asked, last ? { ...following, u: null, p: 0 } : following)
  return jsonReply({
    '@odata.context': `${asked.root}/$metadata#Collection(driveItem)`,
    [last ? '@odata.deltaLink' : '@odata.nextLink']: link,
    value: values,
  })
}

function begin(asked: Asked, drive: Drive, token: string | undefined): DriveDeltaState {
  const { top, select } = asked.query
  if (top !== undefined && (top < 1 || top > MOST)) throw badRequest('Invalid page size.', 'invalidRequest')
  checkSelect(select)
  const isLatest = token === 'latest'
  const s = isLatest ? drive.log.length : 0
  return { d: drive.id, g: drive.generation, s, u: isLatest ? null : drive.log.length, n: top ?? USUAL, sel: select ?? null, p: 0 }
}

function open(state: TenantState, asked: Asked, { drive, token }: { readonly drive: Drive; readonly token: string }): DriveDeltaState {
  const at = state.files.seal.open(token)
  if (at === undefined || at.d !== drive.id) throw badRequest('Invalid token.', 'invalidRequest')
  if (!asked.query.raw.endsWith(`sig=${ODD_QUERY}`)) {
    state.violations.note('a link of a drive was not followed as it came')
    throw badRequest('Invalid signature.', 'invalidRequest')
  }
  if (at.g !== drive.generation) throw new Resync(linkOf(state, asked, { ...at, g: drive.generation, s: 0, u: drive.log.length, p: 0 }))
  return at
}

/** 410: the state is forgotten, and where to begin anew. */
export class Resync extends GraphError {
  readonly link: string

  constructor(link: string) {
    super(410, 'resyncRequired', 'Resync required. Replace any local items with the server’s version.')
    this.link = link
  }
}

export function resyncReply(state: TenantState, { link }: Resync): Reply {
  const { resync, noLocation } = state.files.quirks
  const error = { code: 'resyncRequired', message: 'Resync required.', innererror: { code: resync } }
  return {
    status: 410,
    body: [Buffer.from(JSON.stringify({ error }))],
    type: JSON_TYPE,
    ...(noLocation ? {} : { headers: { location: link } }),
  }
}

function read(drive: Drive, at: DriveDeltaState): { readonly page: readonly DriveItem[]; readonly next: number } {
  const page: DriveItem[] = []
  let next = at.s
  for (; next < drive.log.length && page.length < at.n; next++) {
    const item = drive.log[next]
    if (item === undefined || (item.deleted && at.u !== null && next < at.u)) continue
    page.push(item)
  }
  while (next < drive.log.length && drive.log[next] === undefined) next++
  return { page, next }
}

function lastBefore(drive: Drive, at: DriveDeltaState): DriveItem | undefined {
  for (let before = at.s - 1; before >= 0; before--) {
    const item = drive.log[before]
    if (item && !item.deleted) return item
  }
  return undefined
}

/** As it stood before: what comes later under the same id holds. */
function staleOf(shown: unknown): unknown {
  if (typeof shown !== 'object' || shown === null || !('name' in shown)) return shown
  return { ...shown, name: `before ${String(shown.name)}`, eTag: '"{00000000-0000-0000-0000-000000000000},1"' }
}

/** Links are spelled in turns as they are seen in the field. */
function linkOf(state: TenantState, asked: Asked, at: DriveDeltaState): string {
  const token = state.files.seal.seal(at)
  const base = `${asked.root}/drives/${at.d}/root`
  const tail = `sig=${ODD_QUERY}`
  const spellings = [
    `${base}/delta?token=${token}&${tail}`,
    `${base}/delta(token='${token}')?${tail}`,
    `${base}/microsoft.graph.delta(token='${token}')?%24top=${at.n}&${tail}`,
    `${base}/delta?$skiptoken=${token}&${tail}`,
  ]
  return spellings[(at.s + at.p) % spellings.length] ?? ''
}
