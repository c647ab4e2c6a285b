import type { Problem } from '../project/problem.ts'
import { fold } from './lookalikes.ts'
import { type Mapping, placesOf } from './mapping.ts'
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
  const destinations = new Map<string, Taken>()
  const problems: Problem[] = []
  const error = (mapping: Mapping, says: string): void => void problems.push({ level: 'error', file: facts.file, line: mapping.line, says })
  for (const mapping of mappings) {
    if (mapping.source === '' || mapping.destination === '') continue
    const source = fold(mapping.source)
    const sameSource = sources.get(source)
    if (sameSource !== undefined) {
      const says = again('source', sameSource, sameSource.source === mapping.source)
      error(mapping, `${says} One account is moved to one place: delete one of the lines.`)
    } else sources.set(source, mapping)
    for (const problem of placeProblems(mapping, facts, destinations)) error(mapping, problem)
  }
  return problems
}

interface Taken {
  readonly mapping: Mapping
  readonly account: string
}

/** A mapping that meets another at one of its places is told of the first only. */
function placeProblems(mapping: Mapping, facts: TableFacts, taken: Map<string, Taken>): readonly string[] {
  const places = placesOf(mapping, facts.endpoints)
  if (places.some(({ endpoint, account }) => facts.atSource?.includes(endpoint) && fold(mapping.source) === fold(account)))
    return ['Source and destination are the same account on the same service. Name the account at the new server.']
  for (const { endpoint, account } of places) {
    const key = `${endpoint}\n${fold(account)}`
    const same = taken.get(key)
    if (same === undefined || same.mapping === mapping) taken.set(key, { mapping, account })
    else {
      const says = again('destination', same.mapping, same.account === account)
      return [`${says} Two accounts must not be mixed in one: give each its own destination.`]
    }
  }
  return []
}
