import type { Call } from '@offramp/core'
import { InputRefused, type Problem } from '../project/problem.ts'
import { type NamedProject, ofProject } from '../workplace/open-several.ts'
import type { Workplace } from '../workplace/workplace.ts'
import { begin, type Prepared, prepare, type Started } from './start.ts'

/** A project whose books and ends are at hand. */
export interface Place extends NamedProject {
  readonly workplace: Workplace
}

interface Ready {
  readonly place: Place
  readonly prepared: Prepared
}

/** Each project's books know its own copies only: two that write into one place would take the other's for theirs. */
function refuseSharedPlaces(ready: readonly Ready[]): void {
  const seen = new Map<string, string>()
  const problems: Problem[] = []
  for (const { place, prepared } of ready) {
    for (const { kind, source, destination } of prepared.draft.lanes) {
      const key = `${kind}\n${destination.address}`
      const other = seen.get(key)
      if (other === undefined) seen.set(key, place.file)
      else if (other !== place.file) {
        const says = `${source.name} goes to ${destination.address}, where an account of ${other} goes as well. Two accounts must not be mixed in one.`
        problems.push({ level: 'error', file: place.file, says })
      }
    }
  }
  if (problems.length > 0) throw new InputRefused(problems)
}

/**
 * `start` for one project or for several together: whatever refuses one of them stops all, before anything starts. The answers are in the
 * order of the projects. Throws what `start` throws, naming the project's file where there are several.
 */
export async function startSeveral(places: readonly Place[], call: Call): Promise<readonly Started[]> {
  const of = places.length
  const ready: Ready[] = []
  for (const place of places) {
    const { file, workplace, opened } = place
    ready.push({ place, prepared: await ofProject({ file, of }, () => prepare(workplace, opened, call)) })
  }
  refuseSharedPlaces(ready)
  const started: Started[] = []
  for (const { place, prepared } of ready) {
    const { file, workplace } = place
    started.push(await ofProject({ file, of }, () => begin(workplace, prepared)))
  }
  return started
}
