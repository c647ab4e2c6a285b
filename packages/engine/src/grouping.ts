import type { Job } from './job.ts'
import { looseKey } from './natural-keys.ts'
import type { KnownPlace } from './places.ts'

/** Whether they may be written in one batch, or one after another in one go. */
export const belongTogether = (a: Job, b: Job): boolean => a.home === b.home && !a.over === !b.over && !a.item.versions === !b.item.versions

/** Whoever shares neither of these is never taken for this one. */
export const marksOf = ({ item, home }: Job, bytes: number | undefined): readonly [string, string] => [
  `name ${home.place.id}\n${looseKey(item.naturalKey.normalize('NFC'))}`,
  `size ${bytes ?? 'unknown'}`,
]

/** Those that can be written together stand together, else in their order: a listing of a drive names files of all folders mixed. */
export function byPlace(jobs: readonly Job[]): readonly Job[] {
  const groups = new Map<KnownPlace, Job[]>()
  const singles: Job[] = []
  for (const job of jobs) {
    if (job.over || job.item.versions) singles.push(job)
    else {
      const group = groups.get(job.home)
      if (group) group.push(job)
      else groups.set(job.home, [job])
    }
  }
  return [...[...groups.values()].flat(), ...singles]
}
