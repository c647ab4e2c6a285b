import type { Reply } from '../../serve/reply.ts'
import { type Asked, header } from '../dav/asked.ts'
import { DavError, notFound } from '../serve/errors.ts'
import { type Area, areaOf, hrefIn, seenAt } from './asked.ts'
import { answerNodes, type Shown } from './listing.ts'
import { fileProperties } from './properties.ts'
import { membersOf, type Seen, teamMounts } from './view.ts'

const shownAt = (asked: Asked, area: Area, seen: Seen): Shown => ({ href: hrefIn(area, seen), properties: fileProperties(asked, seen) })

/** PROPFIND of files: `Depth: infinity` where the server has it on. */
export function listFiles(asked: Asked): Reply {
  const area = areaOf(asked)
  const depth = header(asked, 'depth')?.toLowerCase() ?? '1'
  const segments = asked.segments.slice(2)
  if (area.kind === 'teams' && segments.length === 0) return answerNodes(asked, teamsOf(asked, area, depth))
  const place = seenAt(asked, segments, area.kind)
  if (!place) throw notFound(segments.join('/'))
  if (depth === '0') return answerNodes(asked, [shownAt(asked, area, place)])
  if (depth !== 'infinity') return answerNodes(asked, withMembers(asked, area, place))
  if (asked.state.settings.depthInfinity === 'no')
    throw new DavError(403, {
      message: 'Depth: infinity is not allowed',
      exception: 'Sabre\\DAV\\Exception\\Forbidden',
      condition: '<d:propfind-finite-depth/>\n',
    })
  return answerNodes(asked, everything(asked, area, place))
}

function* withMembers(asked: Asked, area: Area, place: Seen): Generator<Shown> {
  yield shownAt(asked, area, place)
  for (const member of membersOf(asked, place)) yield shownAt(asked, area, member)
}

function* everything(asked: Asked, area: Area, place: Seen): Generator<Shown> {
  yield shownAt(asked, area, place)
  for (const member of membersOf(asked, place)) yield* everything(asked, area, member)
}

function* teamsOf(asked: Asked, area: Area, depth: string): Generator<Shown> {
  yield { href: area.root, properties: new Map([['{DAV:}resourcetype', () => '<d:collection/>']]) }
  if (depth === '0') return
  for (const { name } of teamMounts(asked)) {
    const seen = seenAt(asked, [name], 'teams')
    if (seen) yield shownAt(asked, area, seen)
  }
}
