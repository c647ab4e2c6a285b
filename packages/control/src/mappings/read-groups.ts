import { InputRefused, type Problem } from '../project/problem.ts'
import { fold } from './lookalikes.ts'
import { rowsIn } from './rows.ts'

/** Groups of the destination by the folded address or name of the source's. */
export type Groups = ReadonlyMap<string, string>

/** By this name the group is given that is everybody in the organisation. */
export const EVERYBODY = 'organisation'

interface Pair {
  readonly source: string
  readonly destination: string
  readonly line?: number
}

/** Two groups in one would let the members of each see what only the other's may. */
function paired(pairs: readonly Pair[], file: string): Groups {
  const groups = new Map<string, string>()
  const taken = new Map<string, string>()
  const problems: Problem[] = []
  for (const { source, destination, line } of pairs) {
    const error = (says: string): void => void problems.push({ level: 'error', file, says, ...(line === undefined ? {} : { line }) })
    const [name, target] = [fold(source), fold(destination)]
    if (name === '' || target === '') error('Both groups are needed: that of the source and that of the destination.')
    else if (groups.has(name)) error('This group of the source stands here twice. Keep one.')
    else if (taken.has(target))
      error('Two groups of the source are mapped to one of the destination: their members would see more than before.')
    else {
      groups.set(name, destination)
      taken.set(target, source)
    }
  }
  if (problems.length > 0) throw new InputRefused(problems)
  return groups
}

/** Groups written out in the project file. Throws `InputRefused`. */
export const groupsOf = (pairs: Readonly<Record<string, string>>, file: string): Groups =>
  paired(
    Object.entries(pairs).map(([source, destination]) => ({ source, destination })),
    file,
  )

/** Groups in a table with the columns source and destination. Throws `InputRefused`. */
export function readGroups(bytes: Uint8Array, file: string): Groups {
  const [head, ...rows] = rowsIn(bytes, file)
  const at = (name: string): number => head?.cells.findIndex((cell) => fold(cell) === name) ?? -1
  const [source, destination] = [at('source'), at('destination')]
  if (source < 0 || destination < 0)
    throw new InputRefused([{ level: 'error', file, line: 1, says: 'The first line must name the columns: source,destination.' }])
  return paired(
    rows.map(({ line, cells }) => ({ line, source: cells[source] ?? '', destination: cells[destination] ?? '' })),
    file,
  )
}
