import { dirname, join } from 'node:path'
import { Fault } from '@offramp/core'
import { InputRefused, type Problem } from '../project/problem.ts'
import type { OpenedProject } from './open-project.ts'

/** A project's file as the operator named it, and what was read from it. */
export interface NamedProject {
  readonly file: string
  readonly opened: OpenedProject
}

/** Where a problem is, seen from where the operator stands: files of a project are named from its folder. */
const seenFrom =
  (file: string) =>
  (problem: Problem): Problem =>
    problem.file === file ? problem : { ...problem, file: join(dirname(file), problem.file) }

/** What was thrown over one of several projects, with its file in the message. */
function naming(file: string, thrown: unknown): unknown {
  if (thrown instanceof InputRefused) return new InputRefused(thrown.problems.map(seenFrom(file)))
  if (!(thrown instanceof Fault)) return thrown
  const { reach, code, until, remedy, cause } = thrown
  return new Fault({
    reach,
    code,
    message: `${file}: ${thrown.message}`,
    cause,
    ...(until === undefined ? {} : { until }),
    ...(remedy === undefined ? {} : { remedy }),
  })
}

/** Does `work` for one of `of` projects. What it throws names the file, where there is more than one. */
export async function ofProject<T>({ file, of }: { readonly file: string; readonly of: number }, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (thrown) {
    throw of > 1 ? naming(file, thrown) : thrown
  }
}

/** Two files of one name would be one queue with two tables. */
function refuseTwins(named: readonly NamedProject[]): void {
  const seen = new Map<string, string>()
  const problems: Problem[] = []
  for (const { file, opened } of named) {
    const { project } = opened.project
    const other = seen.get(project)
    if (other === undefined) seen.set(project, file)
    else problems.push({ level: 'error', file, says: `This project is called ${project}, as is ${other}. Give each a name of its own.` })
  }
  if (problems.length > 0) throw new InputRefused(problems)
}

/**
 * Reads the files of several projects, one after the other, and touches nothing else: what is wrong with the last stops all. Throws what
 * `open` throws, naming the file, and `InputRefused` where two have one name.
 */
export async function openSeveral(
  files: readonly string[],
  open: (file: string) => Promise<OpenedProject>,
): Promise<readonly NamedProject[]> {
  const named: NamedProject[] = []
  for (const file of files) named.push({ file, opened: await ofProject({ file, of: files.length }, () => open(file)) })
  refuseTwins(named)
  return named
}
