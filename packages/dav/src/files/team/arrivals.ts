import { createHash } from 'node:crypto'
import type { Call } from '@offramp/core'
import { isRefusal } from '../../faults.ts'
import { type ClosedPlace, type FilesDesk, folderHref } from '../desk.ts'
import { listFolder } from '../stat.ts'
import { aclKey, lineKey, readLists, writeList } from './access-list.ts'
import { isLater, laterLines } from './later-folder.ts'
import { placeOfTeam, type TeamAt } from './make-team.ts'
import { notSet } from './team-faults.ts'

/** Milliseconds for which nobody is taken to have changed the list of the root. */
const FRESH_MS = 15_000

/** The same in every process, and nobody's by chance: the name of what is not yet whole. */
const placeOf = (at: TeamAt): string => {
  const print = createHash('sha256').update(`arrivals\n${at.name}`).digest('hex').slice(0, 20)
  return `${placeOfTeam(at)}/.offramp-${print}.tmp`
}

/** Where what comes later is written, and the way in: see `ClosedPlace`. */
export interface Arrivals {
  readonly closed: NonNullable<FilesDesk['closed']>
  /** Takes the closed folder away, if this process has used it and it is empty. */
  tidy(call: Call): Promise<void>
}

/**
 * What comes into a Team folder that people are in. A file may have rights of its own at the source, and would stand open to whom its folder is open: so
 * it is written into a closed folder, gets a list that closes it, and its name with that. Access lists are of a file's number, which a MOVE keeps
 * (groupfolders 20.1.7 on Nextcloud 32.0.1, where bytes that are written over it keep it as well).
 */
export function makeArrivals(at: TeamAt, isOpen: (call: Call) => Promise<boolean>): Arrivals {
  const { clock } = at.desk.services
  let known: { readonly since: number; readonly ready: Promise<ClosedPlace> } | undefined
  let isUsed = false
  const look = (call: Call): Promise<ClosedPlace> => {
    const ready = closedPlace(at, call)
    known = { since: clock.now(), ready }
    ready.catch(() => {
      known = undefined
    })
    return ready
  }
  return {
    async closed(call, anew) {
      if (!(await isOpen(call))) return undefined
      isUsed = true
      return anew === undefined && known !== undefined && clock.now() - known.since < FRESH_MS ? known.ready : look(call)
    },
    async tidy(call) {
      if (!isUsed) return
      isUsed = false
      known = undefined
      await tidyArrivals(at, call)
    },
  }
}

/** Closed before anything is in it, and looked at again each time, since somebody may have been let into the Team folder. */
async function closedPlace(at: TeamAt, call: Call): Promise<ClosedPlace> {
  const { desk, name } = at
  const place = placeOf(at)
  const href = folderHref(desk, place)
  const lines = await laterLines(at, call)
  const stands = (await readLists(desk, { href, depth: '0' }, call)).get(aclKey(href))?.lines ?? []
  const closed = new Set(isLater(at, stands) ? stands.map(lineKey) : [])
  if (!lines.every((line) => closed.has(lineKey(line)))) {
    await makeFolder(desk, href, call)
    if (!(await writeList(desk, href, lines, call))) throw notSet(name, place)
  }
  return {
    place,
    async close(file, over, asking) {
      const list = over === undefined ? lines : ((await readLists(desk, { href: over, depth: '0' }, asking)).get(aclKey(over))?.lines ?? [])
      if (list.length > 0 && !(await writeList(desk, file, list, asking))) throw notSet(name, place)
    },
  }
}

async function makeFolder({ client }: FilesDesk, href: string, call: Call): Promise<void> {
  try {
    await client.send({ method: 'MKCOL', href, asks: 'folder' }, call)
  } catch (thrown) {
    if (!isRefusal(thrown, 405)) throw thrown
  }
}

/** Takes the closed folder away, if there is one and nothing is in it. What somebody was stopped with stays there, closed, until they go on. */
export async function tidyArrivals(at: TeamAt, call: Call): Promise<void> {
  const { desk } = at
  const href = folderHref(desk, placeOf(at))
  let count = 0
  if (!(await listFolder(desk, href, () => void count++, call)) || count > 0) return
  try {
    await desk.client.send({ method: 'DELETE', href, asks: 'remove' }, call)
  } catch (thrown) {
    if (!isRefusal(thrown, 404, 423)) throw thrown
  }
}
