/** One line of what a bench came to. */
export interface Row {
  readonly bench: string
  readonly what: string
  /** With its unit, as a person reads it. */
  readonly value: string
  readonly ratio?: number
  /** In words: `at least 0.6`. */
  readonly aim?: string
  readonly met?: boolean
  /** Numbers behind the value, for whoever compares two runs. */
  readonly facts?: Readonly<Record<string, number>>
}

export interface Bench {
  readonly name: string
  /** What it measures, in a sentence. */
  readonly about: string
  readonly run: () => Promise<readonly Row[]>
}

const verdict = ({ met }: Row): string => (met === undefined ? '' : met ? 'met' : 'MISSED')

/** The rows as a table in Markdown, so that it can be pasted into the page of results. */
export function tableOf(rows: readonly Row[]): string {
  const cells = rows.map((row) => [row.bench, row.what, row.value, row.ratio?.toFixed(2) ?? '', row.aim ?? '', verdict(row)])
  const table = [['bench', 'what', 'result', 'ratio', 'aim', ''], ...cells]
  const widths = table[0]?.map((_, column) => Math.max(3, ...table.map((line) => line[column]?.length ?? 0))) ?? []
  const show = (line: readonly string[]): string => `| ${line.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`
  const [head = [], ...body] = table
  return [show(head), show(widths.map((width) => '-'.repeat(width))), ...body.map(show)].join('\n')
}

export const rate = (messages: number, bytes: number, seconds: number): string =>
  `${Math.round(messages / seconds).toLocaleString('en')} messages/s, ${(bytes / seconds / 1e6).toFixed(1)} MB/s`

export const megabytes = (bytes: number): string => `${Math.round(bytes / 1e6)} MB`
