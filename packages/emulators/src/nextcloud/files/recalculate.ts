import type { Reply } from '../../serve/reply.ts'
import { type Asked, header } from '../dav/asked.ts'
import { checkConditions } from '../dav/targets.ts'
import { DavError, notFound } from '../serve/errors.ts'
import { areaOf, quoted, seenAt } from './asked.ts'
import { hashNow } from './blob.ts'
import { algorithmsIn } from './hashes.ts'
import { UPDATE } from './share.ts'

/** `PATCH` with `X-Recalculate-Hash`: the one checksum that this server looks at the bytes for (facts 4.3). */
export function recalculate(asked: Asked): Reply {
  const seen = seenAt(asked, asked.segments.slice(2), areaOf(asked).kind)
  if (!seen) throw notFound(asked.segments.slice(2).join('/'))
  const [algorithm] = algorithmsIn(header(asked, 'x-recalculate-hash'))
  if (seen.node.kind !== 'file' || algorithm === undefined)
    throw new DavError(501, 'There was no plugin in the system that was willing to handle this PATCH method.')
  checkConditions(asked, quoted(seen.node))
  if ((seen.permissions & UPDATE) === 0) throw new DavError(403, 'Permission denied to change the checksum')
  seen.node.checksum = `${algorithm.toUpperCase()}:${hashNow(seen.node.blob, algorithm)}`
  return { status: 204, headers: { 'oc-checksum': seen.node.checksum }, body: [] }
}
