import { type Asked, header } from '../dav/asked.ts'
import { collectionHref, encodeSegment, segmentsOf } from '../dav/paths.ts'
import { DavError } from '../serve/errors.ts'
import { type Blob, blobOf } from './blob.ts'
import type { FileOrFolder } from './node.ts'
import { look, lookInTeams, type Seen } from './view.ts'

export const HTML = 'text/html; charset=UTF-8'

/** What a PUT has brought. */
export const uploadOf = (asked: Asked): Blob => asked.upload ?? blobOf(asked.body)

/** Where a request's files hang: `files/<user>`, `groupfolders/<user>` or the old `remote.php/webdav`. */
export interface Area {
  readonly kind: 'files' | 'teams'
  /** With a slash at its end. */
  readonly root: string
}

export const OLD_ROOT = '/remote.php/webdav/'

export function areaOf(asked: Asked): Area {
  if (`${asked.path}/`.startsWith(OLD_ROOT)) return { kind: 'files', root: OLD_ROOT }
  const kind = asked.segments[0] === 'groupfolders' ? 'teams' : 'files'
  return { kind, root: collectionHref(asked.segments[0] ?? '', asked.viewer.id) }
}

export const seenAt = (asked: Asked, segments: readonly string[], kind: Area['kind'] = 'files'): Seen | undefined =>
  kind === 'teams' ? lookInTeams(asked, segments) : look(asked, segments)

/** The address of a file, or of a folder with a slash at its end. */
export const hrefIn = (area: Area, { segments, node }: Pick<Seen, 'segments' | 'node'>): string =>
  `${area.root}${segments.map(encodeSegment).join('/')}${node.kind === 'folder' && segments.length > 0 ? '/' : ''}`

/** Decoded segments of a path of any of the two roots; undefined elsewhere. */
export function fileSegments(path: string, user: string): readonly string[] | undefined {
  if (!`${path}/`.startsWith(OLD_ROOT)) return segmentsOf(path)
  try {
    const inside = decodeURIComponent(path.slice(OLD_ROOT.length))
    return ['files', user, ...inside.split('/').filter((segment) => segment !== '')]
  } catch {
    return undefined
  }
}

export interface Target {
  readonly segments: readonly string[]
  readonly parent: Seen
  readonly name: string
  readonly before: Seen | undefined
}

/** The segments that a `Destination` names, whichever tree it is in. */
export function destinationOf(asked: Asked): readonly string[] {
  const wish = header(asked, 'destination')
  const path = wish && (URL.canParse(wish) ? new URL(wish).pathname : wish)
  const segments = path && fileSegments(path, asked.viewer.id)
  if (!segments) throw new DavError(400, 'The destination header was not supplied or is not below the base')
  return segments
}

/** Where a COPY or MOVE leads within the viewer's files; 409 where there is no folder for it. */
export function targetOf(asked: Asked): Target {
  const [root, user, ...segments] = destinationOf(asked)
  const kind = root === 'groupfolders' ? 'teams' : 'files'
  if ((root !== 'files' && root !== 'groupfolders') || user !== asked.viewer.id || segments.length === 0)
    throw new DavError(403, 'Permission denied to write to the destination')
  const parent = seenAt(asked, segments.slice(0, -1), kind)
  if (parent?.node.kind !== 'folder') throw new DavError(409, 'The destination node is not found')
  const before = seenAt(asked, segments, kind)
  if (before && header(asked, 'overwrite')?.toUpperCase() === 'F')
    throw new DavError(412, {
      message: 'The destination node already exists, and the overwrite header is set to false',
      condition: '<s:header>Overwrite</s:header>\n',
    })
  return { segments, parent, name: segments.at(-1) ?? '', before }
}

/** Notes a change where everybody can look it up. */
export function note(asked: Asked, seen: { readonly segments: readonly string[] }, action: 'create' | 'update' | 'delete'): void {
  const { state, viewer, by } = asked
  state.writes.push({ at: state.now(), by, user: viewer.id, home: viewer.id, path: ['files', ...seen.segments].join('/'), action })
}

export const secondsNow = ({ state }: Pick<Asked, 'state'>): number => Math.floor(state.now() / 1000)

export const fileId = ({ id }: Pick<FileOrFolder, 'id'>): string => `${String(id).padStart(8, '0')}instance`

export const quoted = ({ etag }: Pick<FileOrFolder, 'etag'>): string => `"${etag}"`

/** 423 for what somebody has locked, or has something locked in it. */
export function refuseLocked(...nodes: readonly (FileOrFolder | undefined)[]): void {
  for (const node of nodes) {
    const locked = node && lockedIn(node)
    if (locked) throw new DavError(423, `"${locked.name}" is locked`)
  }
}

function lockedIn(node: FileOrFolder): FileOrFolder | undefined {
  if (node.locked || node.kind === 'file') return node.locked ? node : undefined
  for (const entry of node.entries.values()) {
    const found = lockedIn(entry)
    if (found) return found
  }
  return undefined
}
