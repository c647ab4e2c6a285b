import { InputRefused, type Problem } from '../project/problem.ts'
import { type Cells, cellProblems } from './cells.ts'
import { type Column, type Columns, columnsOf } from './columns.ts'
import { type EndpointFacts, endpointsOf, type Mapping } from './mapping.ts'
import { type Row, rowsIn } from './rows.ts'
import { twinProblems } from './twins.ts'

export interface MappingTable {
  readonly mappings: readonly Mapping[]
  readonly warnings: readonly Problem[]
}

export interface TableFacts {
  /** The table as the operator named it, for messages. */
  readonly file: string
  /** The project's destination endpoints. */
  readonly endpoints: readonly EndpointFacts[]
  /** Those of them that are the source's own service, where the same name is the same account. */
  readonly atSource?: readonly string[]
}

/** More than this many complaints help nobody: the table is the wrong one. */
const MOST_PROBLEMS = 50

const cellsOf = (row: Row, columns: Columns): Cells => {
  const cell = (column: Column): string => row.cells[columns.at.get(column) ?? -1] ?? ''
  return {
    source: cell('source'),
    destination: cell('destination'),
    endpoint: cell('endpoint'),
    password: cell('password'),
    groupware: cell('groupware'),
    groupwarePassword: cell('groupwarePassword'),
    files: cell('files'),
    filesPassword: cell('filesPassword'),
    fileFolder: cell('fileFolder'),
    teamFolder: cell('teamFolder'),
    wave: cell('wave'),
  }
}

/** A cell may name several, for mail and for calendars, between spaces or commas. */
function namesIn(cell: string, endpoints: readonly EndpointFacts[]): readonly string[] {
  if (cell === '' || endpoints.some(({ name }) => name === cell)) return cell === '' ? [] : [cell]
  return cell.split(/[\s,;+]+/).filter((name) => name !== '')
}

function endpointProblem({ endpoints: named = [] }: Mapping, endpoints: readonly EndpointFacts[]): string | undefined {
  const all = endpoints.map(({ name }) => name)
  if (named.some((name) => !all.includes(name))) return `There is no such destination endpoint. The project has: ${all.join(', ')}.`
  const chosen = endpointsOf({ endpoints: named }, endpoints)
  for (const { kinds } of chosen) {
    for (const kind of kinds) {
      const takers = chosen.filter((one) => one.kinds.includes(kind)).map(({ name }) => name)
      if (takers.length < 2) continue
      const those = takers.join(', ')
      return named.length === 0
        ? `The project has several destinations for one kind (${kind}): name one in the column "endpoint" (${those}).`
        : `Two of the endpoints named here, or left to choose from, take the same kind (${kind}): name one of them (${those}).`
    }
  }
  return undefined
}

const mappingOf = (line: number, cells: Cells, endpoints: readonly EndpointFacts[]): Mapping => {
  const named = namesIn(cells.endpoint ?? '', endpoints)
  const folder = (cells.fileFolder ?? '').split('/').filter(Boolean).join('/')
  return {
    line,
    source: cells.source ?? '',
    destination: cells.destination ?? '',
    ...(named.length > 0 ? { endpoints: named } : {}),
    ...(cells.password ? { passwordRef: cells.password } : {}),
    ...(cells.groupware ? { groupware: cells.groupware } : {}),
    ...(cells.groupwarePassword ? { groupwarePasswordRef: cells.groupwarePassword } : {}),
    ...(cells.files ? { files: cells.files } : {}),
    ...(cells.filesPassword ? { filesPasswordRef: cells.filesPassword } : {}),
    ...(folder === '' ? {} : { fileFolder: folder }),
    ...(cells.teamFolder ? { teamFolder: cells.teamFolder } : {}),
    ...(cells.wave ? { wave: cells.wave } : {}),
  }
}

function refuse(problems: readonly Problem[]): void {
  const errors = problems.filter((problem) => problem.level === 'error').toSorted((a, b) => (a.line ?? 0) - (b.line ?? 0))
  if (errors.length === 0) return
  const more = errors.length - MOST_PROBLEMS
  const last = errors[0]
  const tail: readonly Problem[] =
    more > 0 && last !== undefined ? [{ level: 'error', file: last.file, says: `${more} further errors are not shown.` }] : []
  throw new InputRefused([...errors.slice(0, MOST_PROBLEMS), ...tail])
}

/** Reads a table of mappings. Throws `InputRefused` with every line that cannot be used. */
export function readMappings(bytes: Uint8Array, facts: TableFacts): MappingTable {
  const { file } = facts
  const [head, ...rows] = rowsIn(bytes, file)
  if (head === undefined)
    throw new InputRefused([{ level: 'error', file, says: 'The table is empty. Its first line names the columns: source,destination' }])
  const columns = columnsOf(head.cells)
  const problems: Problem[] = columns.problems.map((problem) => ({ ...problem, file, line: head.line }))
  refuse(problems)
  const mappings: Mapping[] = []
  for (const row of rows) {
    const cells = cellsOf(row, columns)
    for (const problem of cellProblems(cells)) problems.push({ ...problem, file, line: row.line })
    const mapping = mappingOf(row.line, cells, facts.endpoints)
    const wrong = endpointProblem(mapping, facts.endpoints)
    if (wrong !== undefined) problems.push({ level: 'error', file, line: row.line, says: wrong })
    mappings.push(mapping)
  }
  if (mappings.length === 0) problems.push({ level: 'error', file, says: 'The table names its columns and no account.' })
  problems.push(...twinProblems(mappings, facts))
  refuse(problems)
  return { mappings, warnings: problems }
}
