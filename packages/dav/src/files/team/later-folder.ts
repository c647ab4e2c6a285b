import { createHash } from 'node:crypto'
import type { Call } from '@offramp/core'
import { isRefusal } from '../../faults.ts'
import { folderHref, partsOf } from '../desk.ts'
import { statAt } from '../stat.ts'
import { type AclLine, aclKey, lineKey, readLists, writeList } from './access-list.ts'
import { ownLines, placeOfTeam, type TeamAt } from './make-team.ts'
import { ALL, ownGroup } from './team-api.ts'
import { notSet } from './team-faults.ts'

/** Without the bit for sharing, which decides nothing for an empty group: by that the list of what came later is known. */
const LATER_MASK = ALL & ~16

const isMark = (name: string, { type, id }: AclLine): boolean => type === 'group' && id === ownGroup(name, 'move')

/** Whether a list closes a folder or file that came after people were let in, until they are let in there as well. */
export const isLater = ({ name }: Pick<TeamAt, 'name'>, lines: readonly AclLine[]): boolean =>
  lines.some((line) => isMark(name, line) && line.mask === LATER_MASK)

/** Nothing for anybody of whom the root's list says something, but for the account that moves. */
export async function laterLines(at: TeamAt, call: Call): Promise<readonly AclLine[]> {
  const href = folderHref(at.desk, placeOfTeam(at))
  const root = (await readLists(at.desk, { href, depth: '0' }, call)).get(aclKey(href))?.lines ?? []
  const own = ownLines(at)
  const known = new Set(own.map(lineKey))
  const members = root.filter((line) => !known.has(lineKey(line))).map((line) => ({ ...line, mask: ALL, bits: 0 }))
  return [...own.map((line) => (isMark(at.name, line) ? { ...line, mask: LATER_MASK } : line)), ...members]
}

const temporaryPlace = (place: string): string => {
  const parts = partsOf(place)
  const print = createHash('sha256').update(`later folder\n${place}`).digest('hex').slice(0, 20)
  return `/${[...parts.slice(0, -1), `.offramp-${print}.tmp`].join('/')}`
}

/**
 * Makes a folder where people are in the Team folder already. It gets its list under a name of Offramp's own, and its name with that: at no moment does
 * it stand open to whoever its parent is open to, who may not be meant. Refusals as of a MKCOL.
 */
export async function makeLaterFolder(at: TeamAt, place: string, call: Call): Promise<string | undefined> {
  const { desk, name } = at
  const href = folderHref(desk, place)
  if ((await statAt(desk, href, call)) !== undefined) return undefined
  const temporary = folderHref(desk, temporaryPlace(place))
  try {
    await desk.client.send({ method: 'MKCOL', href: temporary, asks: 'folder' }, call)
  } catch (thrown) {
    // Left by somebody who was stopped.
    if (!isRefusal(thrown, 405)) throw thrown
  }
  if (!(await writeList(desk, temporary, await laterLines(at, call), call))) throw notSet(name, place)
  try {
    const headers = { destination: desk.client.urlOf(href), overwrite: 'F' }
    const answer = await desk.client.send({ method: 'MOVE', href: temporary, asks: 'move', headers }, call)
    return answer.headers['oc-fileid'] ?? ''
  } catch (thrown) {
    if (!isRefusal(thrown, 412)) throw thrown
    await desk.client.send({ method: 'DELETE', href: temporary, asks: 'remove' }, call)
    return undefined
  }
}
