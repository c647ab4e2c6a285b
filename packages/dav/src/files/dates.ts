import type { Call, PlaceDate } from '@offramp/core'
import { isRefusal } from '../faults.ts'
import { inTurns } from '../in-turns.ts'
import { type FilesDesk, folderHref, partsOf } from './desk.ts'
import { OLDEST_SECONDS } from './limits.ts'
import { setDate } from './probe.ts'

/** How folders are dated here. Undefined: not at all. */
export const folderWay = ({ server }: FilesDesk): 'D:lastmodified' | 'D:getlastmodified' | undefined => {
  if (server.kind !== 'other') return 'D:lastmodified'
  return server.dates === 'D:lastmodified' || server.dates === 'D:getlastmodified' ? server.dates : undefined
}

/** The deepest first: a write changes the dates of the folders above it. Those of one depth go together. */
export async function dateFolders(desk: FilesDesk, dates: readonly PlaceDate[], call: Call): Promise<void> {
  const way = folderWay(desk)
  if (way === undefined) return
  const depths = new Map<number, PlaceDate[]>()
  for (const date of dates) {
    const depth = partsOf(date.place).length
    // Nobody dates the account's own root.
    if (depth > 0) depths.set(depth, [...(depths.get(depth) ?? []), date])
  }
  for (const [, level] of [...depths].sort(([one], [other]) => other - one))
    await inTurns(level, desk.settings.connectionsPerAccount ?? 4, async ({ place, modifiedAt }) => {
      try {
        await setDate(desk.client, { href: folderHref(desk, place), way, ms: Math.max(OLDEST_SECONDS * 1000, modifiedAt) }, call)
      } catch (thrown) {
        if (!isRefusal(thrown, 404, 410)) throw thrown
      }
    })
}
