import { nearest } from '../project/nearest.ts'

export type Column =
  | 'source'
  | 'destination'
  | 'endpoint'
  | 'password'
  | 'groupware'
  | 'groupwarePassword'
  | 'files'
  | 'filesPassword'
  | 'fileFolder'
  | 'teamFolder'
  | 'wave'

/** What people and other tools write above these columns. Compared without case, spaces, `-` and `_`. */
const SYNONYMS: Readonly<Record<Column, readonly string[]>> = {
  source: [
    'source',
    'from',
    'old',
    'source account',
    'source address',
    'source email',
    'source mailbox',
    'email address',
    'email',
    'mailbox',
    'site',
    'shared drive',
    'upn',
    'user principal name',
    'quelle',
    'quellkonto',
  ],
  destination: [
    'destination',
    'to',
    'target',
    'new',
    'destination account',
    'destination address',
    'destination email',
    'destination login',
    'destination mailbox',
    'target account',
    'target address',
    'target email',
    'target mailbox',
    'login',
    'user name',
    'username',
    'ziel',
    'zielkonto',
  ],
  endpoint: ['destination endpoint', 'endpoint', 'destination server', 'target endpoint', 'server', 'ziel-endpunkt'],
  password: ['password ref', 'password reference', 'password', 'secret', 'secret ref', 'credential', 'passwort'],
  groupware: ['groupware login', 'groupware', 'groupware account', 'calendar login', 'dav login', 'nextcloud user', 'nextcloud login'],
  groupwarePassword: ['groupware password ref', 'groupware password', 'dav password', 'app password', 'nextcloud password'],
  files: ['file login', 'files login', 'file account', 'files', 'webdav login', 'webdav user', 'dateien'],
  filesPassword: ['file password ref', 'files password ref', 'file password', 'files password', 'webdav password'],
  fileFolder: ['file folder', 'files folder', 'root folder', 'target folder', 'destination folder', 'zielordner'],
  teamFolder: ['team folder', 'group folder', 'teamordner'],
  wave: ['wave', 'batch', 'group', 'welle'],
}

const plain = (name: string): string =>
  name
    .normalize('NFKC')
    .toLowerCase()
    .replaceAll(/[\s_\-.]+/g, '')

const COLUMNS: readonly Column[] = [
  'source',
  'destination',
  'endpoint',
  'password',
  'groupware',
  'groupwarePassword',
  'files',
  'filesPassword',
  'fileFolder',
  'teamFolder',
  'wave',
]

export const columnOf = (heading: string): Column | undefined =>
  COLUMNS.find((column) => SYNONYMS[column].some((synonym) => plain(synonym) === plain(heading)))

export interface Columns {
  /** Where each column stands, from 0. */
  readonly at: ReadonlyMap<Column, number>
  readonly problems: readonly { readonly level: 'error' | 'warning'; readonly says: string }[]
}

const unknown = (heading: string): string => {
  const meant = nearest(
    heading,
    COLUMNS.flatMap((column) => SYNONYMS[column]),
  )
  const shown = heading.replaceAll(/[^\p{L}\p{N} _.-]/gu, '?').slice(0, 40)
  return `The column "${shown}" is not used.${meant === undefined ? '' : ` Did you mean "${meant}"?`}`
}

/** Finds the columns by the names in the first line. */
export function columnsOf(headings: readonly string[]): Columns {
  const at = new Map<Column, number>()
  const problems: { level: 'error' | 'warning'; says: string }[] = []
  headings.forEach((heading, index) => {
    if (heading === '') return
    const column = columnOf(heading)
    if (column === undefined) problems.push({ level: 'warning', says: unknown(heading) })
    else if (at.has(column)) problems.push({ level: 'error', says: `Two columns are named like "${column}". Keep one.` })
    else at.set(column, index)
  })
  const missing = (['source', 'destination'] as const).filter((column) => !at.has(column))
  if (missing.length > 0) {
    problems.push({
      level: 'error',
      says: `The first line must name the columns, as in: source,destination. Missing: ${missing.join(', ')}.`,
    })
  }
  return { at, problems }
}
