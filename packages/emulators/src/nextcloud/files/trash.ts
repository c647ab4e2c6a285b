import type { Reply } from '../../serve/reply.ts'
import type { Asked } from '../dav/asked.ts'
import { collectionHref, encodeSegment } from '../dav/paths.ts'
import { DavError, notFound } from '../serve/errors.ts'
import { d, nc, oc } from '../xml/names.ts'
import { element, escapeXml } from '../xml/write.ts'
import { destinationOf, note, secondsNow } from './asked.ts'
import { answerNodes, type Shown } from './listing.ts'
import { type FileOrFolder, type FolderNode, pathOf, type Store, sizeOf, type Trashed } from './node.ts'
import { attach, detach, propagate, versionBytesIn } from './tree.ts'
import type { Seen } from './view.ts'

/** Takes something away, into the trash bin of whoever it belongs to: it still counts as used (facts 4.8). */
export function toTrash(asked: Asked, { node, store, segments }: Seen): void {
  const from = pathOf(node).join('/')
  const deleted = secondsNow(asked)
  const bytes = versionBytesIn(node)
  propagate(node.parent, deleted)
  detach(node)
  let name = `${node.name}.d${deleted}`
  for (let more = 1; store.trash.has(name); more++) name = `${node.name}.d${deleted + more}`
  store.trash.set(name, { node, deleted, from })
  store.versionBytes -= bytes
  store.trashBytes += bytes + sizeOf(node)
  note(asked, { segments }, 'delete')
}

export function dropTrash(store: Store, name: string): void {
  const trashed = store.trash.get(name)
  if (!trashed) return
  store.trash.delete(name)
  store.trashBytes -= sizeOf(trashed.node) + versionBytesIn(trashed.node)
}

/** `trashbin/<user>/trash`, and `restore` beside it. */
export function answerTrash(asked: Asked): Reply {
  const { viewer, segments, method } = asked
  const [, user, part, name, ...more] = segments
  const { trash } = viewer.files
  if (user !== viewer.id || (part !== undefined && part !== 'trash' && part !== 'restore') || more.length > 0)
    throw notFound(segments.join('/'))
  const trashed = name === undefined ? undefined : trash.get(name)
  if (name !== undefined && !trashed) throw notFound(name)
  switch (method) {
    case 'PROPFIND':
      return answerNodes(asked, trashed ? inTrash(asked, trashed) : listed(asked))
    case 'DELETE':
      for (const each of name === undefined ? [...trash.keys()] : [name]) dropTrash(viewer.files, each)
      return { status: 204, body: [] }
    case 'MOVE':
      if (!trashed || name === undefined) throw new DavError(403, 'Permission denied to rename file')
      if (destinationOf(asked)[2] !== 'restore') throw new DavError(403, 'What is in the trash bin can be restored alone')
      return restore(asked, name, trashed)
    default:
      throw new DavError(405, `The ${method} method is not allowed on this path`)
  }
}

function restore(asked: Asked, name: string, { node, from }: Trashed): Reply {
  const store = asked.viewer.files
  dropTrash(store, name)
  const above = from.split('/').slice(0, -1)
  let parent: FolderNode = store.root
  for (const each of above) {
    const next = parent.entries.get(each)
    if (next?.kind !== 'folder') break
    parent = next
  }
  if (pathOf(parent).length !== above.length) parent = store.root
  while (parent.entries.has(node.name)) node.name = node.name.replace(/(\.[^.]*)?$/, ' (restored)$1')
  attach(parent, node)
  store.versionBytes += versionBytesIn(node)
  propagate(parent, secondsNow(asked))
  note(asked, { segments: pathOf(node) }, 'create')
  return { status: 201, body: [] }
}

const trashHref = ({ viewer }: Asked, ...names: readonly string[]): string =>
  `${collectionHref('trashbin', viewer.id, 'trash')}${names.map(encodeSegment).join('/')}`

function listed(asked: Asked): readonly Shown[] {
  const shown = [...asked.viewer.files.trash].map(
    ([name, { node, deleted, from }]): Shown => ({
      href: `${trashHref(asked, name)}${node.kind === 'folder' ? '/' : ''}`,
      properties: new Map<string, () => string | undefined>([
        ...common(node),
        [nc('trashbin-filename'), () => escapeXml(node.name)],
        [nc('trashbin-original-location'), () => escapeXml(from)],
        [nc('trashbin-deletion-time'), () => String(deleted)],
        [nc('trashbin-title'), () => escapeXml(from)],
      ]),
    }),
  )
  const folder: Shown = {
    href: collectionHref(...asked.segments),
    properties: new Map([[d('resourcetype'), () => element(d('collection'))]]),
  }
  return asked.headers['depth'] === '0' ? [folder] : [folder, ...shown]
}

const common = (node: FileOrFolder): readonly (readonly [string, () => string | undefined])[] => [
  [d('resourcetype'), () => (node.kind === 'folder' ? element(d('collection')) : '')],
  [d('getlastmodified'), () => new Date(node.modified * 1000).toUTCString()],
  [d('getetag'), () => `&quot;${node.etag}&quot;`],
  [d('getcontentlength'), () => String(sizeOf(node))],
  [oc('size'), () => String(sizeOf(node))],
  [oc('fileid'), () => String(node.id)],
]

/** One that was deleted, and what is in it. */
function inTrash(asked: Asked, { node }: Trashed): readonly Shown[] {
  const name = asked.segments[3] ?? ''
  const shown = (one: FileOrFolder, ...names: readonly string[]): Shown => ({
    href: `${trashHref(asked, ...names)}${one.kind === 'folder' ? '/' : ''}`,
    properties: new Map(common(one)),
  })
  const own = shown(node, name)
  if (node.kind === 'file' || asked.headers['depth'] === '0') return [own]
  return [own, ...[...node.entries.values()].map((one) => shown(one, name, one.name))]
}
