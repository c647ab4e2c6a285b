import type { Problem } from '../project/problem.ts'
import { fold } from './lookalikes.ts'
import type { Mapping } from './mapping.ts'
import type { TableFacts } from './read-mappings.ts'

/** Where one place of the table is named again. Lines are enough: the names may be private. */
const again = (what: string, first: Mapping, exact: boolean): string =>
  `The same ${what} stands on line ${first.line}${exact ? '' : ' in other letters (case, accents or invisible characters)'}.`

/**
 * Two mappings that meet: into one destination they would mix two people's mail; from one source they would copy it twice.
 * Names that differ by case or Unicode form only are one name to nearly every server.
 */
export function twinProblems(mappings: readonly Mapping[], facts: TableFacts): readonly Problem[] {
  const sources = new Map<string, Mapping>()
  const destinations = new Map<string, Mapping>()
  const problems: Problem[] = []
  const error = (mapping: Mapping, says: string): void => void problems.push({ level: 'error', file: facts.file, line: mapping.line, says })
  for (const mapping of mappings) {
    if (mapping.source === '' || mapping.destination === '') continue
    const source = fold(mapping.source)
    const endpoint = mapping.endpoint ?? facts.endpoints[0] ?? ''
    const destination = `${endpoint}\n${fold(mapping.destination)}`
    const sameSource = sources.get(source)
    const sameDestination = destinations.get(destination)
    if (source === fold(mapping.destination) && facts.atSource?.includes(endpoint)) {
      error(mapping, 'Source and destination are the same account on the same service. Name the account at the new server.')
    }
    if (sameSource !== undefined) {
      const says = again('source', sameSource, sameSource.source === mapping.source)
      error(mapping, `${says} One account is moved to one place: delete one of the lines.`)
    } else sources.set(source, mapping)
    if (sameDestination !== undefined) {
      const says = again('destination', sameDestination, sameDestination.destination === mapping.destination)
      error(mapping, `${says} Two accounts must not be mixed in one: give each its own destination.`)
    } else destinations.set(destination, mapping)
  }
  return problems
}
