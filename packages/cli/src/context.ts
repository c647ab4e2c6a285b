import { type OpenedProject, ofProject, openSeveral, type Place, type Workplace } from '@offramp/control'
import type { LocalWorkers, WorkersWanted } from './local-workers.ts'
import type { Terminal } from './terminal.ts'

/** What every command is given. Made in `main.ts`. */
export interface Context {
  readonly terminal: Terminal
  /** Reads the project's files. Throws `InputRefused`. */
  openProject(file: string): Promise<OpenedProject>
  /** Connects to Redis and makes the two ends. The caller closes it. */
  openWorkplace(opened: OpenedProject): Promise<Workplace>
  startWorkers(wanted: WorkersWanted): LocalWorkers
  /** Aborts with the first Ctrl-C or SIGTERM. A second one ends the process at once. */
  readonly interrupted: AbortSignal
}

/** Options that all commands share. */
export interface Common {
  readonly project: string
  readonly json: boolean
}

/** Opens the project for the time of `work`, and closes it whatever happens. */
export async function withWorkplace<T>(
  context: Context,
  file: string,
  work: (workplace: Workplace, opened: OpenedProject) => Promise<T>,
): Promise<T> {
  const opened = await context.openProject(file)
  const workplace = await context.openWorkplace(opened)
  try {
    return await work(workplace, opened)
  } finally {
    await workplace.close()
  }
}

/** The same for several projects at once. One that cannot be opened stops all, named by its file; what was opened is closed. */
export async function withPlaces<T>(
  context: Context,
  files: readonly string[],
  work: (places: readonly Place[]) => Promise<T>,
): Promise<T> {
  const named = await openSeveral(files, context.openProject)
  const places: Place[] = []
  try {
    for (const one of named) {
      const workplace = await ofProject({ file: one.file, of: files.length }, () => context.openWorkplace(one.opened))
      places.push({ ...one, workplace })
    }
    return await work(places)
  } finally {
    await Promise.all(places.map(({ workplace }) => workplace.close()))
  }
}
