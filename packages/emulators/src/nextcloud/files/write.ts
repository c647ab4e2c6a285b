import type { Reply } from '../../serve/reply.ts'
import { type Asked, header } from '../dav/asked.ts'
import type { PropertyChange } from '../dav/change-properties.ts'
import { segmentsOf } from '../dav/paths.ts'
import { type Place, placeAt } from '../dav/place.ts'
import { checkConditions } from '../dav/targets.ts'
import { DavError, notFound } from '../serve/errors.ts'
import { checkFileName } from './names.ts'
import { isFolder } from './tree.ts'

type FilePlace = Extract<Place, { readonly kind: 'file' | 'folder' }>

const HTML = 'text/html; charset=UTF-8'
/** Facts 4.3: anything older, negative or no number is a 500, although the bytes are stored. */
const OLDEST_SECONDS = 86_401

function note(asked: Asked, segments: readonly string[], action: 'create' | 'update' | 'delete'): void {
  const { state, viewer } = asked
  state.writes.push({ at: state.now(), by: asked.by, user: viewer.id, home: viewer.id, path: segments.join('/'), action })
}

/** PUT below `files/`. */
export function putFile(asked: Asked): Reply {
  const { state, viewer } = asked
  const inside = asked.segments.slice(2)
  const name = inside.at(-1) ?? ''
  const parent = viewer.files.parent(inside)
  if (!parent) throw notFound(inside.at(-2) ?? '')
  const before = viewer.files.find(inside)
  if (before && isFolder(before)) throw new DavError(409, 'PUT is not allowed on non-files.')
  checkConditions(asked, before && `"${before.etag}"`)
  checkFileName(state, name, 'PUT')
  const announced = header(asked, 'content-length')
  const missing = asked.body.length - (before ? before.bytes.length : 0) - (viewer.quota - viewer.files.used)
  if (missing > 0)
    throw new DavError(
      507,
      `Insufficient space in ${inside.join('/')}, ${asked.body.length} required, ${viewer.quota - viewer.files.used} available`,
    )
  if (announced === undefined) state.violations.note('PUT of a file without Content-Length: it may end as 0 bytes behind PHP-FPM')
  const wish = header(asked, 'x-oc-mtime')
  const isGood = wish !== undefined && /^\d+(\.\d+)?$/.test(wish) && Number(wish) >= OLDEST_SECONDS
  const modified = isGood ? Math.floor(Number(wish)) * 1_000 : state.now()
  const entry = viewer.files.put(parent, {
    name,
    bytes: asked.body,
    modified,
    type: header(asked, 'content-type') ?? 'application/octet-stream',
  })
  note(asked, asked.segments, before ? 'update' : 'create')
  if (wish !== undefined && !isGood) throw new DavError(500, 'X-OC-MTime header must be a valid integer')
  const etag = `"${entry.etag}"`
  const headers = {
    etag,
    'oc-etag': etag,
    'oc-fileid': `${String(entry.id).padStart(8, '0')}instance`,
    ...(isGood && { 'x-oc-mtime': 'accepted' }),
  }
  return { status: before ? 204 : 201, headers, body: [], type: HTML }
}

/** MKCOL below `files/`. */
export function makeFolder(asked: Asked): Reply {
  const { state, viewer } = asked
  const inside = asked.segments.slice(2)
  if (viewer.files.find(inside)) throw new DavError(405, 'The resource you tried to create already exists')
  const parent = viewer.files.parent(inside)
  if (!parent) throw new DavError(409, 'Parent node does not exist')
  checkFileName(state, inside.at(-1) ?? '', 'MKCOL')
  viewer.files.makeFolder(parent, inside.at(-1) ?? '', state.now())
  note(asked, asked.segments, 'create')
  return { status: 201, body: [], type: HTML }
}

export function removeEntry(asked: Asked, { segments, entry }: FilePlace): Reply {
  checkConditions(asked, `"${entry.etag}"`)
  const parent = asked.viewer.files.parent(segments)
  if (!parent || segments.length === 0) throw new DavError(403, 'Permission denied to delete node')
  asked.viewer.files.remove(parent, segments.at(-1) ?? '')
  note(asked, asked.segments, 'delete')
  return { status: 204, body: [] }
}

/** MOVE below `files/`. */
export function moveFile(asked: Asked): Reply {
  const { state, viewer } = asked
  const place = placeAt(state, viewer, asked.segments)
  if (place?.kind !== 'file' && place?.kind !== 'folder') throw notFound(asked.segments.at(-1) ?? '')
  const target = destinationOf(asked)
  if (target[0] !== 'files' || target[1] !== viewer.id) throw new DavError(403, 'Destination is not in the same home')
  const inside = target.slice(2)
  const [from, to] = [viewer.files.parent(place.segments), viewer.files.parent(inside)]
  if (!from || !to) throw new DavError(409, 'The destination node is not found')
  const before = viewer.files.find(inside)
  if (before && header(asked, 'overwrite')?.toUpperCase() === 'F')
    throw new DavError(412, 'The destination node already exists, and the overwrite header is set to false')
  checkFileName(state, inside.at(-1) ?? '', 'MOVE')
  viewer.files.move({ parent: from, name: place.segments.at(-1) ?? '' }, { parent: to, name: inside.at(-1) ?? '' })
  note(asked, target, before ? 'update' : 'create')
  return { status: before ? 204 : 201, body: [], type: HTML }
}

/** The segments that a `Destination` names. */
export function destinationOf(asked: Asked): readonly string[] {
  const wish = header(asked, 'destination')
  const path = wish && (URL.canParse(wish) ? new URL(wish).pathname : wish)
  const segments = path && segmentsOf(path)
  if (!segments) throw new DavError(400, 'The destination header was not supplied or is not below the base')
  return segments
}

/** `lastmodified` is all that can be set, on files and folders (facts 4.3). */
export function setFileTimes(asked: Asked, changes: readonly PropertyChange[]): void {
  const wish = changes.find(({ name }) => name === '{DAV:}lastmodified' || name === '{DAV:}getlastmodified')?.value
  const place = placeAt(asked.state, asked.viewer, asked.segments)
  if (wish === undefined || (place?.kind !== 'file' && place?.kind !== 'folder')) return
  const parent = asked.viewer.files.parent(place.segments)
  parent?.entries.set(place.entry.name, { ...place.entry, modified: Number(wish) * 1_000 })
}
