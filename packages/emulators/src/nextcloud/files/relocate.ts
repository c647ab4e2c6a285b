import type { Reply } from '../../serve/reply.ts'
import { type Asked, header } from '../dav/asked.ts'
import { checkConditions } from '../dav/targets.ts'
import { DavError, notFound } from '../serve/errors.ts'
import { areaOf, fileId, HTML, note, quoted, refuseLocked, secondsNow, seenAt, type Target, targetOf } from './asked.ts'
import { checkTaggedIf } from './conditions.ts'
import { checkFileName } from './names.ts'
import { sizeOf } from './node.ts'
import { checkSpace } from './put.ts'
import { CREATE, DELETE, UPDATE } from './share.ts'
import { toTrash } from './trash.ts'
import { attach, copyOf, detach, nfc, propagate, versionBytesIn } from './tree.ts'
import type { Seen } from './view.ts'

/** MOVE and COPY of files and folders. What stood at the destination goes to the trash bin. */
export function relocate(asked: Asked): Reply {
  const from = seenAt(asked, asked.segments.slice(2), areaOf(asked).kind)
  if (!from) throw notFound(asked.segments.slice(2).join('/'))
  if (from.segments.length === 0) throw new DavError(403, 'Permission denied to rename file')
  checkConditions(asked, quoted(from.node))
  const target = targetOf(asked)
  checkTaggedIf(asked)
  if (target.before?.node === from.node && target.name === from.segments.at(-1))
    throw new DavError(403, 'Source and destination uri are identical.')
  if (`${target.segments.join('/')}/`.startsWith(`${from.segments.join('/')}/`) && from.node.kind === 'folder')
    throw new DavError(409, 'The destination may not be part of the same subtree as the source path.')
  checkFileName(asked.state, target.name, { method: 'MOVE', path: target.segments.join('/') })
  if (asked.method === 'COPY') copy(asked, from, target)
  else if (from.mount?.node === from.node) renameMount(asked, from, target)
  else move(asked, from, target)
  const done = seenAt(asked, target.segments)
  const isMove = asked.method === 'MOVE' && done?.node.kind === 'file'
  const etag = done && { ...(isMove && { etag: quoted(done.node), 'oc-etag': quoted(done.node) }), 'oc-fileid': fileId(done.node) }
  return { status: target.before ? 204 : 201, headers: { ...etag }, body: [], type: HTML }
}

function makeRoom({ before, parent }: Target): void {
  if ((parent.permissions & CREATE) === 0) throw new DavError(403, 'Permission denied to create file')
  if (!before) return
  if ((before.permissions & (DELETE | UPDATE)) === 0) throw new DavError(403, 'Permission denied to overwrite')
  refuseLocked(before.node)
  if (before.mount?.node === before.node) throw new DavError(403, 'Cannot overwrite a mount point')
}

function move(asked: Asked, from: Seen, target: Target): void {
  const isRename = from.node.parent === target.parent.node
  if ((from.permissions & (isRename ? UPDATE : DELETE)) === 0) throw new DavError(403, 'Permission denied to rename file')
  if (!isRename || target.before) makeRoom(target)
  refuseLocked(from.node)
  const isFar = from.store !== target.parent.store
  if (isFar) checkSpace(asked, target.parent, { path: target.segments.join('/'), bytes: sizeOf(from.node) })
  if (target.before && target.before.node !== from.node) toTrash(asked, target.before)
  const now = secondsNow(asked)
  propagate(from.node.parent, now)
  const versions = isFar ? versionBytesIn(from.node) : 0
  detach(from.node)
  from.store.versionBytes -= versions
  target.parent.store.versionBytes += versions
  from.node.name = nfc(target.name)
  if (target.parent.node.kind === 'folder') attach(target.parent.node, from.node)
  propagate(from.node.parent, now)
  note(asked, target, target.before ? 'update' : 'create')
  note(asked, from, 'delete')
}

/** Whoever has something shared calls it as they like, within the root of their files. */
function renameMount(asked: Asked, from: Seen, target: Target): void {
  if (from.mount?.team || target.segments.length !== 1 || target.before) throw new DavError(403, 'Permission denied to rename file')
  for (const share of from.mount?.shares ?? []) share.targets.set(asked.viewer.id, nfc(target.name))
}

function copy(asked: Asked, from: Seen, target: Target): void {
  makeRoom(target)
  checkSpace(asked, target.parent, { path: target.segments.join('/'), bytes: sizeOf(from.node) })
  const now = secondsNow(asked)
  const made = copyOf(from.node, nfc(target.name), now)
  if (header(asked, 'depth') === '0' && made.kind === 'folder') for (const entry of [...made.entries.values()]) detach(entry)
  if (target.before) toTrash(asked, target.before)
  if (target.parent.node.kind === 'folder') attach(target.parent.node, made)
  propagate(made.parent, now)
  note(asked, target, target.before ? 'update' : 'create')
}
