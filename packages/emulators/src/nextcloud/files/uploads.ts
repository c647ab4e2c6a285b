import type { Reply } from '../../serve/reply.ts'
import { type Asked, header } from '../dav/asked.ts'
import { collectionHref, encodeSegment } from '../dav/paths.ts'
import { DavError, notFound } from '../serve/errors.ts'
import { isSince } from '../version.ts'
import { d, oc } from '../xml/names.ts'
import { element } from '../xml/write.ts'
import { fileSegments, HTML, seenAt, uploadOf } from './asked.ts'
import { assemble } from './assemble.ts'
import { answerNodes, type Shown } from './listing.ts'
import { newEtag } from './node.ts'
import { type Chunk, changed, inOrder, newUploadFolder, partsInOrder, type UploadFolder, wholeOf } from './upload-folder.ts'
import { freeIn } from './view.ts'

const MOST_CHUNKS = 10_000

/** `uploads/<user>/<id>/<chunk>` (facts 4.1). */
export function answerUploads(asked: Asked): Reply {
  const [, user, id, chunk, ...more] = asked.segments
  if (user !== asked.viewer.id || more.length > 0) throw notFound(asked.segments.join('/'))
  if (id === undefined) return onHome(asked)
  const folder = asked.viewer.uploads.get(id)
  if (asked.method === 'MKCOL' && chunk === undefined) return open(asked, id, folder)
  if (!folder) throw asked.method === 'MKCOL' ? new DavError(409, 'Parent node does not exist') : notFound(id)
  switch (asked.method) {
    case 'PUT':
      return putChunk(asked, folder, chunk ?? '')
    case 'MOVE':
      return assemble(asked, folder, chunk ?? '')
    case 'DELETE':
      return remove(asked, folder, chunk)
    case 'PROPFIND':
      return answerNodes(asked, shown(asked, folder, chunk))
    default:
      throw new DavError(405, 'Reading intermediate uploads is not allowed')
  }
}

function onHome(asked: Asked): Reply {
  if (asked.method !== 'PROPFIND') throw new DavError(405, `The ${asked.method} method is not allowed on this path`)
  // So on Nextcloud 34.0.1, where 29.0.1 and 32.0.1 list it: what a client may not count on anywhere.
  if (header(asked, 'depth') !== '0') throw new DavError(405, 'Listing members of this collection is disabled')
  return answerNodes(asked, [{ href: collectionHref('uploads', asked.viewer.id), properties: folderProperties(undefined) }])
}

function open(asked: Asked, id: string, before: UploadFolder | undefined): Reply {
  if (before) throw new DavError(405, 'The resource you tried to create already exists')
  const { state, viewer } = asked
  const isAimed = header(asked, 'destination') !== undefined
  viewer.uploads.set(id, newUploadFolder(id, { now: state.now(), isMultipart: isAimed && state.chunking === 'v2', isAimed }))
  return { status: 201, body: [], type: HTML }
}

function putChunk(asked: Asked, folder: UploadFolder, name: string): Reply {
  const { state } = asked
  if (folder.assembling) throw new DavError(423, `"${folder.id}" is locked`)
  if (header(asked, 'content-length') === undefined)
    state.violations.note('PUT of a chunk without Content-Length: it may end as 0 bytes behind PHP-FPM')
  watch(asked, folder, name)
  const chunk: Chunk = { name, blob: uploadOf(asked), etag: newEtag(), at: state.now() }
  if (state.chunking === 'v2' && header(asked, 'destination') !== undefined) return putPart(asked, folder, chunk)
  if (name === '' || name.startsWith('.')) throw new DavError(403, 'Permission denied to create file')
  checkTotal(asked)
  const before = folder.chunks.has(name)
  folder.chunks.set(name, chunk)
  changed(folder, state.now())
  const etag = `"${chunk.etag}"`
  // A new one is told no ETag (seen on Nextcloud 32.0.1).
  return { status: before ? 204 : 201, headers: before ? { etag, 'oc-etag': etag } : {}, body: [], type: HTML }
}

/** What the second flavour needs on every request, whichever there is: nobody tells a client (facts 4.1). */
function watch(asked: Asked, folder: UploadFolder, name: string): void {
  const { violations } = asked.state
  // Of an empty file in a folder that is no upload of the second flavour nothing is made: it is a client's own note.
  if (!folder.isAimed && header(asked, 'destination') === undefined && header(asked, 'content-length') === '0') return
  if (header(asked, 'destination') === undefined) violations.note('PUT of a chunk without Destination')
  if (header(asked, 'oc-total-length') === undefined) violations.note('PUT of a chunk without OC-Total-Length')
  if (!/^\d+$/.test(name) || Number(name) < 1 || Number(name) > MOST_CHUNKS) violations.note('a chunk that is not called 1 to 10000')
}

/** The second flavour: names are numbers, and the cache must know of the upload. */
function putPart(asked: Asked, folder: UploadFolder, chunk: Chunk): Reply {
  if (!folder.parts)
    throw new DavError(
      412,
      'Missing metadata for chunked upload. The distributed cache does not hold the information of previous requests.',
    )
  const number = /^\s*[+-]?\d+(\.\d+)?\s*$/.test(chunk.name) ? Math.trunc(Number(chunk.name)) : -1
  if (number < 1 || number > MOST_CHUNKS) throw new DavError(400, 'Invalid chunk name, must be numeric between 1 and 10000')
  checkTotal(asked)
  folder.parts.set(number, { ...chunk, name: String(number) })
  changed(folder, asked.state.now())
  return { status: 201, body: [], type: HTML }
}

/** Newer servers look at the whole length when a chunk comes; 24 says so only in the end (facts 4.1). */
function checkTotal(asked: Asked): void {
  const total = Number(header(asked, 'oc-total-length'))
  const to = header(asked, 'destination')
  if (!isSince(asked.state.version, '28') || to === undefined || !Number.isFinite(total)) return
  const [root, , ...segments] = fileSegments(URL.canParse(to) ? new URL(to).pathname : to, asked.viewer.id) ?? []
  const parent = root === 'files' ? seenAt(asked, segments.slice(0, -1)) : undefined
  const free = parent ? freeIn(asked.state, parent.store) : Number.POSITIVE_INFINITY
  if (total > free) throw new DavError(507, `Insufficient space in files/${segments.join('/')}, ${total} required, ${free} available`)
}

function remove(asked: Asked, folder: UploadFolder, chunk: string | undefined): Reply {
  if (folder.assembling) throw new DavError(423, `"${folder.id}" is locked`)
  if (chunk === undefined) asked.viewer.uploads.delete(folder.id)
  else if (!folder.chunks.delete(chunk) && !folder.parts?.delete(Number(chunk))) throw notFound(chunk)
  folder.whole = undefined
  return { status: 204, body: [] }
}

const folderProperties = (folder: UploadFolder | undefined): Shown['properties'] =>
  new Map<string, () => string | undefined>([
    [d('resourcetype'), () => element(d('collection'))],
    [d('getetag'), () => (folder ? `&quot;${folder.etag}&quot;` : undefined)],
    [d('getlastmodified'), () => (folder ? new Date(folder.touched).toUTCString() : undefined)],
  ])

/** The folder, what is in it, and the file that it will become. */
function shown(asked: Asked, folder: UploadFolder, only: string | undefined): readonly Shown[] {
  const root = collectionHref('uploads', asked.viewer.id, folder.id)
  const chunks = folder.parts ? partsInOrder(folder.parts) : inOrder(folder.chunks.values())
  const whole: Chunk = { name: '.file', blob: wholeOf(folder), etag: folder.etag, at: folder.touched }
  const all = [...chunks, whole].map(
    ({ name, blob, etag, at }): Shown => ({
      href: `${root}${encodeSegment(name)}`,
      properties: new Map<string, () => string | undefined>([
        [d('resourcetype'), () => ''],
        [d('getcontentlength'), () => String(blob.size)],
        [oc('size'), () => String(blob.size)],
        [d('getetag'), () => `&quot;${etag}&quot;`],
        [d('getlastmodified'), () => new Date(at).toUTCString()],
        [d('getcontenttype'), () => 'application/octet-stream'],
      ]),
    }),
  )
  if (only !== undefined) {
    const found = all.filter(({ href }) => href === `${root}${encodeSegment(only)}`)
    if (found.length === 0) throw notFound(only)
    return found
  }
  const here: Shown = { href: root, properties: folderProperties(folder) }
  return header(asked, 'depth') === '0' ? [here] : [here, ...all]
}
