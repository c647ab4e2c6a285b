import type { Reply } from '../../serve/reply.ts'
import { linkPath } from '../odata/page.ts'
import type { Asked } from '../serve/asked.ts'
import { badRequest, GraphError } from '../serve/errors.ts'
import { jsonReply } from '../serve/reply.ts'
import type { TenantState } from '../serve/tenant-state.ts'
import { sizeOf } from './content.ts'
import type { Drive, DriveItem } from './drive.ts'
import { addressOf, checkSelect, itemJson } from './item-json.ts'
import { permissionsOf } from './permissions.ts'
import { type FilesRoute, notThere, route } from './routes.ts'

const malware = (): GraphError => new GraphError(403, 'malwareDetected', 'Malware detected', { 'x-virus-infected': 'true' })
const archived = (): GraphError => new GraphError(423, 'notAllowed', 'The file is archived. Reactivate it first.')

interface On {
  readonly drive: Drive
  /** Parts behind the drive. */
  readonly rest: readonly string[]
  readonly owner: string
}

interface Found {
  readonly item: DriveItem | undefined
  readonly what: readonly string[]
}

/** `items/{id}/...`, `root/...`, `root:/a/b:/...`, `items/{id}:/a/b:/...` */
export function itemRoute(state: TenantState, asked: Asked, on: On): FilesRoute | undefined {
  const found = find(on)
  if (found === undefined) return undefined
  const { item, what } = found
  const about = { need: 'files', units: 1, owner: on.owner } as const
  const here = (): DriveItem => {
    if (item === undefined || item.deleted) throw notThere()
    return item
  }
  const [first, second, third] = what
  const { drive } = on
  if (first === undefined) return route('drive-item', about, () => one(state, asked, { drive, item: here() }))
  if (first === 'children') return route('drive-children', { ...about, units: 2 }, () => children(state, asked, { drive, item: here() }))
  if (first === 'content') return route('drive-content', about, () => content(state, drive, here()))
  if (first === 'permissions') return route('drive-permissions', { ...about, units: 5 }, () => jsonReply({ value: permissionsOf(here()) }))
  if (first !== 'versions') return undefined
  if (second === undefined) return route('drive-versions', { ...about, units: 2 }, () => versions(here()))
  if (third === 'content') return route('drive-version', about, () => version(state, drive, { item: here(), id: second }))
  return undefined
}

function find({ drive, rest }: On): Found | undefined {
  const [first = '', second = ''] = rest
  if (first === 'items') {
    const id = second.replace(/:$/, '')
    const start = drive.items.get(id)
    return second.endsWith(':') ? byPath(start, rest.slice(2)) : { item: start, what: rest.slice(2) }
  }
  if (first === 'root') return { item: drive.root, what: rest.slice(1) }
  if (first === 'root:') return byPath(drive.root, rest.slice(1))
  return undefined
}

function byPath(start: DriveItem | undefined, parts: readonly string[]): Found {
  const end = parts.findIndex((part) => part.endsWith(':'))
  const names = (end < 0 ? parts : parts.slice(0, end + 1)).map((part, index) => (index === end ? part.slice(0, -1) : part))
  let at = start
  for (const name of names) at = name === '' ? at : childOf(at, name)
  return { item: at, what: end < 0 ? [] : parts.slice(end + 1) }
}

/** Names are the same whatever the case of their letters. */
function childOf(parent: DriveItem | undefined, name: string): DriveItem | undefined {
  if (parent === undefined) return undefined
  const wanted = name.toLowerCase()
  return (
    [...parent.children].find((child) => child.name === name) ?? [...parent.children].find((child) => child.name.toLowerCase() === wanted)
  )
}

function one(state: TenantState, asked: Asked, { drive, item }: { readonly drive: Drive; readonly item: DriveItem }): Reply {
  checkSelect(asked.query.select)
  const shown = itemJson(state, drive, { item, showing: { select: asked.query.select, delta: false, alone: false } })
  return jsonReply({ '@odata.context': `${asked.root}/$metadata#drives('x')/items/$entity`, ...Object(shown) })
}

function children(state: TenantState, asked: Asked, { drive, item }: { readonly drive: Drive; readonly item: DriveItem }): Reply {
  const { top = 200, select, skiptoken } = asked.query
  checkSelect(select)
  const all = [...item.children].sort((a, b) => (a.name < b.name ? -1 : 1))
  const from = Number(skiptoken ?? 0)
  const value = all
    .slice(from, from + top)
    .map((child) => itemJson(state, drive, { item: child, showing: { select, delta: false, alone: false } }))
  const kept = asked.query.raw.split('&').filter((pair) => pair !== '' && !/skiptoken=/i.test(pair))
  const next = `${linkPath(asked)}?${[...kept, `$skiptoken=${from + top}`].join('&')}`
  return jsonReply({ ...(from + top < all.length ? { '@odata.nextLink': next } : {}), value })
}

function content(state: TenantState, drive: Drive, item: DriveItem): Reply {
  if (item.content === undefined) throw badRequest('Only files have content.', 'invalidRequest')
  refuse(item)
  return { status: 302, headers: { location: addressOf(state, drive, { item }) }, body: [] }
}

export function refuse(item: DriveItem): void {
  if (item.facts.malware) throw malware()
  if (item.facts.archived) throw archived()
}

/** The present state is the first of its own versions. */
function versions(item: DriveItem): Reply {
  if (item.content === undefined) throw badRequest('Only files have versions.', 'invalidRequest')
  const present = { id: `${item.bytesRevision}.0`, content: item.content, modifiedAt: item.modifiedAt }
  const value = [present, ...item.versions.toReversed()].map((each) => ({
    id: each.id,
    lastModifiedDateTime: new Date(each.modifiedAt).toISOString(),
    size: sizeOf(each.content) + (item.facts.lie ?? 0),
    lastModifiedBy: { user: { displayName: 'Somebody' } },
  }))
  return jsonReply({ value })
}

function version(state: TenantState, drive: Drive, { item, id }: { readonly item: DriveItem; readonly id: string }): Reply {
  if (id === `${item.bytesRevision}.0`) throw badRequest('You cannot get the content of the current version.', 'invalidRequest')
  if (!item.versions.some((each) => each.id === id)) throw notThere()
  refuse(item)
  return { status: 302, headers: { location: addressOf(state, drive, { item, version: id }) }, body: [] }
}
