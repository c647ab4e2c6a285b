import type { Reply } from '../../serve/reply.ts'
import { type Asked, header } from '../dav/asked.ts'
import { checkConditions } from '../dav/targets.ts'
import { DavError, notFound } from '../serve/errors.ts'
import { isSince } from '../version.ts'
import { areaOf, quoted, secondsNow, seenAt } from './asked.ts'
import type { Blob } from './blob.ts'
import { noticeSize } from './tree.ts'
import { mayRead } from './view.ts'

/** Part of a blob that an answer gives: from `from` up to, and without, `to`. */
export interface Content {
  readonly blob: Blob
  readonly from: number
  readonly to: number
}

/** An answer whose body is not in memory. */
export interface FileReply extends Reply {
  readonly content?: Content
}

/** GET and HEAD of a file. */
export function readFile(asked: Asked): FileReply {
  const seen = seenAt(asked, asked.segments.slice(2), areaOf(asked).kind)
  if (!seen) throw notFound(asked.segments.slice(2).join('/'))
  const { node } = seen
  if (node.kind === 'folder')
    throw new DavError(501, { message: 'GET is only implemented for files', exception: 'Sabre\\DAV\\Exception\\NotImplemented' })
  const { state } = asked
  const isShown = isSince(state.version, '32') && state.settings.viewWithoutDownload === 'yes'
  if (!isShown && !mayRead(seen)) throw new DavError(403, 'Access to this resource has been denied because it is in view-only mode.')
  if (asked.method === 'GET') noticeSize(node, secondsNow(asked))
  const etag = quoted(node)
  if (checkConditions(asked, etag)) return { status: 304, headers: { etag }, body: [] }
  const headers = {
    etag,
    'oc-etag': etag,
    'last-modified': new Date(node.modified * 1000).toUTCString(),
    'content-disposition': `attachment; filename*=UTF-8''${encodeURIComponent(node.name)}`,
    ...(node.checksum !== undefined && { 'oc-checksum': node.checksum }),
  }
  return contentReply(asked, { blob: node.blob, headers, type: node.type })
}

/** All of it, or the range that is asked for. */
export function contentReply(
  asked: Asked,
  { blob, headers, type }: { readonly blob: Blob; readonly headers: Readonly<Record<string, string>>; readonly type: string },
): FileReply {
  const condition = header(asked, 'if-range')?.trim()
  const isSame = condition === undefined || condition === headers['etag'] || condition === headers['last-modified']
  const range = isSame ? rangeIn(header(asked, 'range'), blob.size) : 'none'
  const known = { ...headers, 'accept-ranges': 'bytes' }
  if (range === 'none') return { status: 200, headers: known, body: [], type, content: { blob, from: 0, to: blob.size } }
  if (range === 'outside')
    throw new DavError(416, {
      message: 'The start offset is beyond the end of the entity',
      exception: 'Sabre\\DAV\\Exception\\RequestedRangeNotSatisfiable',
    })
  const span = `bytes ${range.from}-${range.to - 1}/${blob.size}`
  return { status: 206, headers: { ...known, 'content-range': span }, body: [], type, content: { blob, ...range } }
}

/** One range, as sabre reads it; several are taken for none. */
function rangeIn(value: string | undefined, size: number): 'none' | 'outside' | { readonly from: number; readonly to: number } {
  const found = /^bytes=(\d*)-(\d*)$/.exec(value?.trim() ?? '')
  if (!found) return 'none'
  const [, first = '', last = ''] = found
  if (first === '' && last === '') return 'none'
  if (first === '') return { from: Math.max(0, size - Number(last)), to: size }
  const from = Number(first)
  if (from >= size) return 'outside'
  const to = last === '' ? size : Math.min(size, Number(last) + 1)
  return to <= from ? 'outside' : { from, to }
}
