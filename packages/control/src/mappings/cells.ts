import { isSecretRef } from '../project/secret-refs.ts'
import type { Column } from './columns.ts'
import { lookalikeIn } from './lookalikes.ts'

/** A row's cells by column, edges trimmed. */
export type Cells = Readonly<Partial<Record<Column, string>>>

export interface CellProblem {
  readonly level: 'error' | 'warning'
  readonly says: string
}

const NAMES: Readonly<Record<Column, string>> = {
  source: 'source',
  destination: 'destination',
  endpoint: 'destination endpoint',
  password: 'password ref',
  groupware: 'groupware login',
  groupwarePassword: 'groupware password ref',
  files: 'file login',
  filesPassword: 'file password ref',
  fileFolder: 'file folder',
  teamFolder: 'team folder',
  wave: 'wave',
}

const error = (says: string): CellProblem => ({ level: 'error', says })

/** Characters that end a protocol line, draw on a terminal or hide: none belongs in a name. Tab counts. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/u

function nameProblem(column: Column, cell: string): CellProblem | undefined {
  if (CONTROL.test(cell)) return error(`The ${NAMES[column]} holds a line break or another control character. Retype it.`)
  if (/^[=@+\-|]/.test(cell)) {
    return error(`The ${NAMES[column]} starts with "${cell[0]}", which spreadsheet programs run as a formula. Write the plain address.`)
  }
  if (cell.length > 320) return error(`The ${NAMES[column]} is longer than the 320 characters that an address may have.`)
  return undefined
}

function passwordProblem(cell: string): CellProblem | undefined {
  if (!isSecretRef(cell) || CONTROL.test(cell)) {
    return error(
      'A password stands here in clear. Move it to a file that only you can read and write file:path here, or use env:NAME. Then change that password: this table may have been copied.',
    )
  }
  const file = cell.startsWith('file:') ? cell.slice(5) : ''
  // A table often comes from somebody else: it must not name any file of this machine and have it sent to a server.
  const outside = file.split(/[\\/]/).includes('..') || (/^([\\/]|[A-Za-z]:|~)/.test(file) && !file.startsWith('/run/secrets/'))
  if (outside) return error("A password file is named relative to the project's folder, without `..` (or lies in /run/secrets/).")
  return undefined
}

/** A folder is named from the account's root down, and stays below it. */
function folderProblem(cell: string): CellProblem | undefined {
  const parts = cell.split('/')
  if (!cell.includes('\\') && parts.every((part) => part !== '.' && part !== '..' && part === part.trim())) return undefined
  return error('The file folder is written from the root of the account down, with / between the names, as in: Sites/Marketing.')
}

/** A Team folder stands by itself: it is named, and has no way to it. */
function teamProblem(cell: string, fileFolder: string): CellProblem | undefined {
  if (fileFolder !== '')
    return error('This line names a file folder and a team folder. Files go into one of them: empty one of the two cells.')
  if (/[\\/]/.test(cell) || cell === '.' || cell === '..')
    return error('The team folder is the name of one folder, without / in it, as in: Marketing.')
  return undefined
}

const lookalike = (column: Column, cell: string): CellProblem | undefined => {
  const found = lookalikeIn(cell)
  if (found === undefined) return undefined
  return {
    level: 'warning',
    says: `The ${NAMES[column]} has ${found.code}, which is drawn like "${found.like}" and is another letter. Retype the address.`,
  }
}

/** Everything that is wrong with one row by itself. Never says a cell's content. */
export function cellProblems(cells: Cells): readonly CellProblem[] {
  const problems: (CellProblem | undefined)[] = []
  for (const column of ['source', 'destination'] as const) {
    const cell = cells[column] ?? ''
    const wrong = cell === '' ? error(`The ${NAMES[column]} is empty.`) : nameProblem(column, cell)
    problems.push(wrong ?? lookalike(column, cell))
  }
  for (const column of ['endpoint', 'groupware', 'files', 'fileFolder', 'teamFolder', 'wave'] as const)
    if (cells[column]) problems.push(nameProblem(column, cells[column]))
  if (cells.fileFolder) problems.push(folderProblem(cells.fileFolder))
  if (cells.teamFolder) problems.push(teamProblem(cells.teamFolder, cells.fileFolder ?? ''))
  for (const column of ['password', 'groupwarePassword', 'filesPassword'] as const)
    if (cells[column]) problems.push(passwordProblem(cells[column]))
  return problems.filter((problem) => problem !== undefined)
}
