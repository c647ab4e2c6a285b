import { CsvError, parse } from 'csv-parse/sync'
import { InputRefused } from '../project/problem.ts'
import { decodeTable } from './decode-table.ts'

/** A line of a table that a person wrote, with the cells' edges trimmed. */
export interface Row {
  readonly line: number
  readonly cells: readonly string[]
}

const trimmed = (cell: string): string => cell.replaceAll(/^[\s\u200b\ufeff]+|[\s\u200b\ufeff]+$/gu, '')

/** The separator that the first line uses most, outside quotes. Excel writes `;` where the decimal sign is a comma. */
function separatorOf(text: string): { readonly separator: string; readonly skip: number } {
  const told = /^sep=([,;\t|])\r?\n?/.exec(text)
  if (told?.[1] !== undefined) return { separator: told[1], skip: told[0].length }
  const first = (/^[^\r\n]*/.exec(text)?.[0] ?? '').replaceAll(/"[^"]*"/g, '')
  const count = (separator: string): number => first.split(separator).length
  return { separator: [',', ';', '\t'].reduce((best, next) => (count(next) > count(best) ? next : best)), skip: 0 }
}

const breaks = (text: string): number => (/[\r\n]/.test(text) ? text.split(/\r\n|\r|\n/).length - 1 : 0)

/** Splits the text into rows, each with the line on which it starts. */
function rowsOf(text: string): readonly Row[] {
  const { separator, skip } = separatorOf(text)
  const rows: Row[] = []
  let line = 1 + breaks(text.slice(0, skip))
  const options = { delimiter: separator, record_delimiter: ['\r\n', '\n', '\r'], relax_column_count: true }
  for (const record of parse(text.slice(skip), options)) {
    const cells = record.map(trimmed)
    if (cells.some((cell) => cell !== '')) rows.push({ line, cells })
    // Counted here: the parser takes a CRLF inside quotes for two lines (csv-parse 7.0.3).
    line += 1 + record.reduce((sum, cell) => sum + breaks(cell), 0)
  }
  return rows
}

function split(text: string, file: string): readonly Row[] {
  try {
    return rowsOf(text)
  } catch (thrown) {
    if (!(thrown instanceof CsvError)) throw thrown
    const line = typeof thrown['lines'] === 'number' ? thrown['lines'] : undefined
    const says = `The quotes in the table do not match (${thrown.code}). A quoted cell ends with a quote, and a quote inside it is written twice.`
    throw new InputRefused([{ level: 'error', file, says, ...(line === undefined ? {} : { line }) }])
  }
}

/** The lines of a table that are not empty. Throws `InputRefused` for what is no table. */
export function rowsIn(bytes: Uint8Array, file: string): readonly Row[] {
  const decoded = decodeTable(bytes)
  if ('refused' in decoded) throw new InputRefused([{ level: 'error', file, says: decoded.refused }])
  return split(decoded.text, file)
}
