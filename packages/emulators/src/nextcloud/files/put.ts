import type { Reply } from '../../serve/reply.ts'
import { type Asked, header } from '../dav/asked.ts'
import { checkConditions } from '../dav/targets.ts'
import { DavError, notFound } from '../serve/errors.ts'
import { isSince } from '../version.ts'
import { areaOf, fileId, HTML, note, quoted, refuseLocked, secondsNow, seenAt, uploadOf } from './asked.ts'
import { type Blob, EMPTY } from './blob.ts'
import { hashHeaders } from './hashes.ts'
import { makeFolderIn } from './make-folder.ts'
import { checkFileName } from './names.ts'
import { type FileNode, newEtag, newFile } from './node.ts'
import { CREATE, UPDATE } from './share.ts'
import { acceptedTimes, timesIn } from './times.ts'
import { attach, breakOff, nfc, propagate, rewrite } from './tree.ts'
import { freeIn, type Seen } from './view.ts'

/** PUT of a file. */
export function putFile(asked: Asked): Reply {
  if (header(asked, 'content-range') !== undefined) throw new DavError(400, 'Content-Range on PUT requests are forbidden.')
  const { kind } = areaOf(asked)
  const segments = asked.segments.slice(2)
  const parent = seenAt(asked, segments.slice(0, -1), kind) ?? madeParent(asked, segments.slice(0, -1))
  if (parent?.node.kind !== 'folder') throw notFound(segments.slice(0, -1).join('/'))
  const name = segments.at(-1) ?? ''
  const before = seenAt(asked, segments, kind)
  if (before?.node.kind === 'folder') throw new DavError(409, 'PUT is not allowed on non-files.')
  checkConditions(asked, before && quoted(before.node))
  const length = header(asked, 'content-length')
  if (length === undefined) asked.state.violations.note('PUT of a file without Content-Length: it may end as 0 bytes behind PHP-FPM')
  checkSpace(asked, parent, { path: segments.join('/'), bytes: announced(asked) })
  checkFileName(asked.state, name, { method: 'PUT', path: segments.join('/') })
  const blob = length === undefined && asked.state.chunkedPutsAreEmpty ? EMPTY : uploadOf(asked)
  return finishPut(asked, { parent, name, before }, blob)
}

/** A PUT whose body has broken off: of a new file nothing stays, since that is written beside its name; one that stood there is half overwritten. */
export function breakOffPut(asked: Asked, came: Blob): void {
  const before = seenAt(asked, asked.segments.slice(2), areaOf(asked).kind)
  if (before?.node.kind !== 'file' || (before.permissions & UPDATE) === 0) return
  checkConditions(asked, quoted(before.node))
  refuseLocked(before.node)
  breakOff(before.node, came)
}

export interface Placing {
  readonly parent: Seen
  readonly name: string
  readonly before: Seen | undefined
}

/** Stores bytes where they belong and answers; times that are not taken are a 500 after all of that (facts 4.3). */
export function finishPut(asked: Asked, placing: Placing, blob: Blob): Reply {
  const node = place(asked, placing, blob)
  node.checksum = header(asked, 'oc-checksum')
  note(asked, { segments: [...placing.parent.segments, node.name] }, placing.before ? 'update' : 'create')
  const times = timesIn(asked)
  setTimes(node, times)
  const etag = quoted(node)
  const headers = { etag, 'oc-etag': etag, 'oc-fileid': fileId(node), ...acceptedTimes(times), ...hashHeaders(asked, node.blob) }
  return { status: placing.before ? 204 : 201, headers, body: [], type: HTML }
}

export function setTimes(node: FileNode, { modified, created }: ReturnType<typeof timesIn>): void {
  if (modified !== undefined) node.modified = modified
  if (created !== undefined) node.created = created
}

/** Puts bytes into a folder, over what is there or as something new. */
export function place(asked: Asked, { parent, name, before }: Placing, blob: Blob): FileNode {
  if (parent.node.kind !== 'folder') throw notFound(name)
  refuseLocked(before?.node, parent.node.locked ? parent.node : undefined)
  const now = secondsNow(asked)
  const type = header(asked, 'content-type') ?? 'application/octet-stream'
  const tag = asked.state.chunking === 'v2' ? newEtag() : undefined
  if (before?.node.kind === 'file') {
    if ((before.permissions & UPDATE) === 0) throw new DavError(403, 'Permission denied to update the file')
    rewrite(before.node, blob)
    before.node.modified = now
    before.node.tag = tag
    before.node.uploaded = now
    propagate(before.node.parent, now)
    return before.node
  }
  if ((parent.permissions & CREATE) === 0) throw new DavError(403, 'Permission denied to create file')
  const node = newFile(nfc(name), { modified: now, blob, type: /^multipart\/|urlencoded/.test(type) ? 'application/octet-stream' : type })
  node.tag = tag
  attach(parent.node, node)
  propagate(parent.node, now)
  return node
}

const numberIn = (text: string | undefined): number => (text !== undefined && /^\d+$/.test(text.trim()) ? Number(text) : 0)

/** The most that any header speaks of. */
export const announced = (asked: Asked): number =>
  Math.max(...['x-expected-entity-length', 'content-length', 'oc-total-length'].map((name) => numberIn(header(asked, name))))

/** 507 where it does not fit. What it would replace is not counted: it stays as a version. */
export function checkSpace(asked: Asked, parent: Seen, { path, bytes }: { readonly path: string; readonly bytes: number }): void {
  const free = freeIn(asked.state, parent.store)
  if (bytes > free) throw new DavError(507, `Insufficient space in files/${path}, ${bytes} required, ${free} available`)
}

/** `X-NC-WebDAV-Auto-Mkcol: 1` from version 32 on: the folders above are made. */
function madeParent(asked: Asked, segments: readonly string[]): Seen | undefined {
  if (header(asked, 'x-nc-webdav-auto-mkcol') !== '1' || !isSince(asked.state.version, '32') || segments.length === 0) return undefined
  const { kind } = areaOf(asked)
  const above = seenAt(asked, segments.slice(0, -1), kind) ?? madeParent(asked, segments.slice(0, -1))
  if (above?.node.kind !== 'folder') return undefined
  makeFolderIn(asked, above, segments.at(-1) ?? '')
  return seenAt(asked, segments, kind)
}
