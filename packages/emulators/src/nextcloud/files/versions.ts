import type { Asked } from '../dav/asked.ts'
import { collectionHref } from '../dav/paths.ts'
import { DavError, notFound } from '../serve/errors.ts'
import { isSince } from '../version.ts'
import { d, nc } from '../xml/names.ts'
import { element, escapeXml } from '../xml/write.ts'
import { destinationOf, note, secondsNow } from './asked.ts'
import { answerNodes, type Shown } from './listing.ts'
import { below, type FileNode, pathOf, type Version } from './node.ts'
import { contentReply, type FileReply } from './read.ts'
import { rewrite, touch } from './tree.ts'

/** `versions/<user>/versions/<fileid>/<seconds>`: what was there before each overwriting. */
export function answerVersions(asked: Asked): FileReply {
  const [, user, part, id, seconds, ...more] = asked.segments
  if (user !== asked.viewer.id || part !== 'versions' || id === undefined || more.length > 0) throw notFound(asked.segments.join('/'))
  const file = fileWith(asked, Number(id))
  if (!file) throw notFound(id)
  const version = seconds === undefined ? undefined : file.versions?.get(Number(seconds))
  if (seconds !== undefined && !version) throw notFound(seconds)
  switch (asked.method) {
    case 'PROPFIND':
      return answerNodes(asked, listed(asked, file))
    case 'GET':
    case 'HEAD':
      if (!version) break
      return contentReply(asked, { blob: version.blob, headers: { etag: `"${version.etag}"` }, type: file.type })
    case 'MOVE':
      if (!version || destinationOf(asked)[2] !== 'restore') break
      return restore(asked, file, version)
    case 'DELETE':
      if (!version) break
      file.versions?.delete(version.seconds)
      asked.viewer.files.versionBytes -= version.blob.size
      return { status: 204, body: [] }
    default:
  }
  throw new DavError(405, `The ${asked.method} method is not allowed on this path`)
}

function fileWith({ viewer }: Asked, id: number): FileNode | undefined {
  for (const node of below(viewer.files.root)) if (node.id === id && node.kind === 'file') return node
  return undefined
}

/** The present state is one as well, unless it is empty (seen on Nextcloud 32.0.1); not so in 24. */
function versionsOf({ version }: Asked['state'], file: FileNode): ReadonlyMap<number, Version> {
  const all = new Map(file.versions)
  if (isSince(version, '32') && file.blob.size > 0) all.set(file.modified, { blob: file.blob, seconds: file.modified, etag: file.etag })
  return all
}

function restore(asked: Asked, file: FileNode, version: Version): FileReply {
  rewrite(file, version.blob)
  touch(file, secondsNow(asked), secondsNow(asked))
  note(asked, { segments: pathOf(file) }, 'update')
  return { status: 201, body: [] }
}

function listed({ state, viewer, segments, headers }: Asked, file: FileNode): readonly Shown[] {
  const root = collectionHref('versions', viewer.id, 'versions', String(file.id))
  const folder: Shown = { href: root, properties: new Map([[d('resourcetype'), () => element(d('collection'))]]) }
  const all = [...versionsOf(state, file).values()].sort((one, other) => one.seconds - other.seconds)
  const shown = all.map(
    ({ seconds, blob, etag }): Shown => ({
      href: `${root}${seconds}`,
      properties: new Map<string, () => string | undefined>([
        [d('resourcetype'), () => ''],
        [d('getcontentlength'), () => String(blob.size)],
        [d('getlastmodified'), () => new Date(seconds * 1000).toUTCString()],
        [d('getcontenttype'), () => escapeXml(file.type)],
        [d('getetag'), () => `&quot;${etag}&quot;`],
        [nc('version-label'), () => ''],
      ]),
    }),
  )
  if (segments.length > 4) return shown.filter(({ href }) => href === `${root}${segments[4]}`)
  return headers['depth'] === '0' ? [folder] : [folder, ...shown]
}
