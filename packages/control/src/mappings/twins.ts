import type { Problem } from '../project/problem.ts'
import { fold } from './lookalikes.ts'
import { type Mapping, type MappingPlace, placesOf } from './mapping.ts'
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
  const destinations = new Map<string, Taken[]>()
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
  /** Names from the root down, as two servers would compare them at their laxest. */
  readonly folder: readonly string[]
}

const folderOf = ({ folder = '', team }: MappingPlace): readonly string[] =>
  (team === undefined ? folder.split('/') : [team]).filter(Boolean).map(fold)

/** Whether one of two folders is the other, or lies in it. */
const nested = (a: readonly string[], b: readonly string[]): boolean => {
  const depth = Math.min(a.length, b.length)
  return a.slice(0, depth).join('/') === b.slice(0, depth).join('/')
}

/**
 * A line with a folder for files may be that of a site or a shared drive, which have nothing but files: only the source can tell, and the plan
 * compares again.
 */
const claims = (mapping: Mapping, places: readonly MappingPlace[]): readonly MappingPlace[] =>
  mapping.fileFolder === undefined && mapping.teamFolder === undefined
    ? places
    : places.filter(({ folder, team }) => folder !== undefined || team !== undefined)

/** A mapping that meets another at one of its places is told of the first only. */
function placeProblems(mapping: Mapping, facts: TableFacts, taken: Map<string, Taken[]>): readonly string[] {
  const places = claims(mapping, placesOf(mapping, facts.endpoints))
  if (places.some(({ endpoint, account }) => facts.atSource?.includes(endpoint) && fold(mapping.source) === fold(account)))
    return ['Source and destination are the same account on the same service. Name the account at the new server.']
  for (const place of places) {
    const { endpoint, account, kinds, team } = place
    const own = team === undefined ? undefined : `${endpoint}\nteam folder\n${fold(team)}`
    const met = own === undefined ? undefined : taken.get(own)?.find((other) => other.mapping !== mapping)
    if (met !== undefined)
      return [`The same team folder stands on line ${met.mapping.line}. One folder takes one site or shared drive: give each its own.`]
    if (own !== undefined) taken.set(own, [{ mapping, account, folder: [] }])
    const key = `${endpoint}\n${fold(account)}\n${kinds.includes('file') ? 'file' : ''}`
    const here: Taken = { mapping, account, folder: folderOf(place) }
    const others = taken.get(key) ?? []
    const same = others.find((other) => other.mapping !== mapping && nested(other.folder, here.folder))
    if (same === undefined) taken.set(key, [...others, here])
    else return [metSays(same, here)]
  }
  return []
}

function metSays(same: Taken, { account, folder }: Taken): string {
  const says = again('destination', same.mapping, same.account === account)
  if (folder.length === 0 && same.folder.length === 0)
    return `${says} Two accounts must not be mixed in one: give each its own destination.`
  return `${says} Their file folders are the same, or one lies in the other: give each a folder of its own, beside the other's.`
}
