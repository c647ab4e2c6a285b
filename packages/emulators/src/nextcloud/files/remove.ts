import type { Reply } from '../../serve/reply.ts'
import { type Asked, header } from '../dav/asked.ts'
import { checkConditions } from '../dav/targets.ts'
import { DavError, notFound } from '../serve/errors.ts'
import { isSince } from '../version.ts'
import { areaOf, quoted, refuseLocked, seenAt } from './asked.ts'
import { LONGEST_KEPT_BYTES } from './names.ts'
import type { FileOrFolder } from './node.ts'
import { DELETE } from './share.ts'
import { permissionsInTree } from './team.ts'
import { dropTrash, toTrash } from './trash.ts'

/** SabreDAV compares ETags of files alone: no `If-Match` but `*` ever holds of a folder (sabre/dav `Server::checkPreconditions`, read in 2026). */
function checkEtag(asked: Asked, node: FileOrFolder): void {
  const match = header(asked, 'if-match')
  if (node.kind === 'folder' && match !== undefined && match !== '*')
    throw new DavError(412, {
      message: 'An If-Match header was specified, but none of the specified ETags matched.',
      condition: '<s:header>If-Match</s:header>\n',
    })
  checkConditions(asked, quoted(node))
}

/** DELETE: into the trash bin. Whoever has something shared leaves it. */
export function removeFile(asked: Asked): Reply {
  const segments = asked.segments.slice(2)
  const seen = seenAt(asked, segments, areaOf(asked).kind)
  if (!seen) throw notFound(segments.join('/'))
  checkEtag(asked, seen.node)
  if (segments.length === 0) throw new DavError(403, 'Permission denied to delete node')
  if (seen.mount?.node === seen.node) {
    if (seen.mount.team) throw new DavError(403, 'A team folder cannot be deleted here')
    for (const share of seen.mount.shares) if (share.kind === 'user') asked.state.shares.delete(share.id)
    return { status: 204, body: [] }
  }
  if ((seen.permissions & DELETE) === 0) throw new DavError(403, 'Permission denied to delete node')
  const { team } = seen.mount ?? {}
  if (team && (permissionsInTree(team, seen.node, asked.viewer) & DELETE) === 0) throw new DavError(403, 'Permission denied to delete node')
  refuseLocked(seen.node)
  // Seen with groupfolders 22.0.6: it does not shorten what it calls it there, as the bin of an account does.
  if (team && Buffer.byteLength(seen.node.name) > LONGEST_KEPT_BYTES) throw new DavError(500, 'Failed to move Team folder item to trash')
  toTrash(asked, seen)
  // Nextcloud 32.0.1, `files_trashbin` Storage.php: then it does not go there.
  const last = [...seen.store.trash.keys()].at(-1)
  if (header(asked, 'x-nc-skip-trashbin') === 'true' && isSince(asked.state.version, '32') && last !== undefined)
    dropTrash(seen.store, last)
  return { status: 204, body: [] }
}
