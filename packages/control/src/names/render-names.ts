import { cleanText, csvCell } from '../report/clean-text.ts'
import type { ChangedName, NameReason } from './changed-names.ts'
import type { FoundName } from './names.ts'

/** Why, for people. */
export const NAME_REASONS: Readonly<Record<NameReason, string>> = {
  encoded: 'the server refuses the name as it is',
  unicode: 'the same letters, in the composed form',
  twin: 'something else in the folder has this name',
  case: 'only the case of letters tells it from a neighbour: it gets a name of its own where the server does not tell case',
}

const place = (path: readonly string[]): string => path.map((part) => cleanText(part, 60)).join(' / ')

/** `"Reports / a:b.txt" -> "a：b.txt"`. */
export const nameLine = ({ path, to, reason, now }: ChangedName & { readonly now?: string }): string => {
  const called = now ?? (reason === 'twin' || reason === 'case' ? undefined : to)
  return `"${place(path)}" ${called === undefined ? 'gets a name of its own' : `-> "${cleanText(called, 120)}"`}: ${NAME_REASONS[reason]}`
}

export const NAMES_HEAD = 'account,sort,path,name at the destination,name now,reason\r\n'

/** A line for spreadsheets. No cell is ever a formula. */
export const nameCells = ({ account, sort, path, to, now, reason }: FoundName): string =>
  `${[account, sort, path.join('/'), reason === 'twin' || reason === 'case' ? '' : to, now ?? '', reason].map(csvCell).join(',')}\r\n`
