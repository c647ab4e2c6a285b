import type { Call } from '@offramp/core'
import { type FilesDesk, folderHref } from './desk.ts'
import { listFolder, type Standing, statFile } from './stat.ts'

/** What was seen of the folder that was last looked through. */
export interface Glance {
  place: string
  /** How often something was looked for in it. */
  looks: number
  /** When it was listed, milliseconds since the Unix epoch. */
  since: number
  all: Promise<ReadonlyMap<string, Standing>> | undefined
}

export const newGlance = (): Glance => ({ place: '', looks: 0, since: 0, all: undefined })

/** Looks at single names after which the whole folder is listed, and milliseconds for which that listing is good. */
const GLANCE = { few: 9, freshMs: 60_000 } as const

/**
 * What stands there under this name, or stood there a moment ago: whoever asks looks at the file itself before it relies on it, and writes only where
 * nothing stands. A worker that was killed leaves some hundred files in doubt, each with three names: one listing answers for all of them.
 */
export async function glanceAt(desk: FilesDesk, place: string, name: string, call: Call): Promise<Standing | undefined> {
  const { glance } = desk.folders
  const now = desk.services.clock.now()
  if (glance.place !== place) Object.assign(glance, { ...newGlance(), place })
  if (glance.looks++ < GLANCE.few) return statFile(desk, place, name, call)
  if (now - glance.since > GLANCE.freshMs) Object.assign(glance, { all: undefined, since: now })
  glance.all ??= listed(desk, place, call)
  try {
    return (await glance.all).get(name)
  } catch (thrown) {
    glance.all = undefined
    throw thrown
  }
}

async function listed(desk: FilesDesk, place: string, call: Call): Promise<ReadonlyMap<string, Standing>> {
  const all = new Map<string, Standing>()
  await listFolder(desk, folderHref(desk, place), (one) => void all.set(one.name, one), call)
  return all
}
