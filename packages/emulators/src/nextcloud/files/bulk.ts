import type { Reply } from '../../serve/reply.ts'
import { type Asked, header } from '../dav/asked.ts'
import { DavError } from '../serve/errors.ts'
import { isSince } from '../version.ts'
import { fileId, note, seenAt } from './asked.ts'
import { boundaryIn, type Part, partsOf } from './multipart.ts'
import { checkFileName } from './names.ts'
import { permissionLetters } from './properties.ts'
import { checkSpace, place, setTimes } from './put.ts'
import type { BlobWriter } from './spool.ts'
import { secondsIn } from './times.ts'

/** Facts 4.2: more than this is where PHP runs out of memory. */
const WORRYING_BYTES = 100 * 1024 * 1024

/** `POST dav/bulk`: many small files at once. What stood there is written over without a question. */
export function bulkUpload(asked: Asked): Reply {
  const { state } = asked
  if (state.settings.bulkUpload === 'no') throw new DavError(404, 'File not found: bulk')
  if (asked.body.length > WORRYING_BYTES) state.violations.note('a bulk upload of more than 100 MB: PHP holds it in memory')
  const boundary = boundaryIn(header(asked, 'content-type'))
  const written: Record<string, object> = {}
  for (const part of partsOf(asked.body, boundary, isSince(state.version, '25'))) {
    if (part === 'failed') return reply(400, written)
    const path = part.headers['x-file-path'] ?? ''
    // Everything before it is there, and nobody is told so (seen on Nextcloud 32.0.1).
    if (isSince(state.version, '32') && path.toLowerCase().endsWith('.part'))
      throw new DavError(500, { message: 'Call to a member function getETag() on null', exception: 'Error' })
    try {
      written[path] = writePart(asked, path, part)
    } catch (error) {
      if (!(error instanceof DavError)) throw error
      // Of space that is short nothing is said here (seen on Nextcloud 32.0.1).
      written[path] = { error: true, message: error.status === 507 ? `Could not create path "${path}"` : error.message }
    }
  }
  return reply(200, written)
}

/** PHP writes an empty map as a list. */
const reply = (status: number, written: Readonly<Record<string, object>>): Reply => ({
  status,
  body: [Buffer.from(Object.keys(written).length === 0 ? '[]' : JSON.stringify(written))],
  type: 'text/html; charset=UTF-8',
})

function writePart(asked: Asked, path: string, { headers, bytes }: Part): object {
  const { state } = asked
  const wish = headers['x-file-mtime'] ?? headers['x-oc-mtime']
  const modified = wish === undefined ? undefined : secondsIn(wish)
  const segments = path.split('/').filter((segment) => segment !== '')
  const parent = seenAt(asked, segments.slice(0, -1))
  if (parent?.node.kind !== 'folder' || segments.length === 0) throw new DavError(404, `Could not create path "${path}"`)
  const before = seenAt(asked, segments)
  if (before?.node.kind === 'folder') throw new DavError(409, `Could not create path "${path}"`)
  const name = segments.at(-1) ?? ''
  checkFileName(state, name, { method: 'PUT', path })
  checkSpace(asked, parent, { path, bytes: bytes.length })
  const writer: BlobWriter = state.spool.writer()
  writer.add(bytes)
  const node = place(asked, { parent, name, before }, writer.finish())
  node.checksum = undefined
  node.type = 'application/octet-stream'
  // Nobody is told when it came (seen on Nextcloud 32.0.1).
  node.uploaded = 0
  setTimes(node, { modified, created: undefined })
  note(asked, { segments: [...parent.segments, node.name] }, before ? 'update' : 'create')
  const seen = seenAt(asked, segments)
  const told = { error: false, etag: node.etag }
  return isSince(state.version, '25') && seen ? { ...told, fileid: fileId(node), permissions: permissionLetters(seen) } : told
}
