import { randomInt } from 'node:crypto'
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { parse } from 'csv-parse/sync'
import { csvCell } from '../report/clean-text.ts'

/** What the operator needs to hand a link on. */
export interface Handed {
  /** The same in every run. */
  readonly label: string
  readonly account: string
  readonly path: string
  readonly to: string
  readonly access: string
  /** `YYYY-MM-DD`. */
  readonly expires: string
  readonly address: string
  readonly password: string
}

const COLUMNS = ['label', 'account', 'path', 'to', 'access', 'expires', 'address', 'password'] as const

/** Without letters that are drawn alike. */
const LETTERS = 'abcdefghijkmnpqrstuvwxyz'
const CAPITALS = 'ABCDEFGHJKLMNPQRSTUVWXYZ'
const DIGITS = '23456789'

const from = (letters: string, count: number): string =>
  Array.from({ length: count }, () => letters.charAt(randomInt(letters.length))).join('')

/** 110 bits, and a capital, a digit and a sign, as password policies want them. Begins with a letter, so that no spreadsheet takes it for a formula. */
export const makePassword = (): string =>
  [1, 2, 3, 4].map(() => `${from(CAPITALS, 1)}${from(LETTERS + DIGITS, 4)}${from(DIGITS, 1)}`).join('-')

/**
 * Passwords of links and of shares by mail: a CSV file that its owner alone may read. A password is written before it is set, so that none is ever
 * set that nobody knows; in a later run it is found again.
 */
export class PasswordFile {
  readonly path: string
  readonly #rows: Map<string, Handed>

  private constructor(path: string, rows: Map<string, Handed>) {
    this.path = path
    this.#rows = rows
  }

  static async open(path: string): Promise<PasswordFile> {
    const text = await readFile(path, 'utf8').catch((thrown: NodeJS.ErrnoException) => {
      if (thrown.code === 'ENOENT') return undefined
      throw thrown
    })
    const rows = new Map<string, Handed>()
    for (const cells of text === undefined ? [] : parse(text, { from_line: 2, relax_column_count: true })) {
      const [label = '', account = '', file = '', to = '', access = '', expires = '', address = '', password = ''] = cells
      rows.set(label, { label, account, path: file, to, access, expires, address, password })
    }
    return new PasswordFile(path, rows)
  }

  passwordOf(label: string): string | undefined {
    return this.#rows.get(label)?.password
  }

  get count(): number {
    return this.#rows.size
  }

  async keep(handed: Handed): Promise<void> {
    const before = this.#rows.get(handed.label)
    this.#rows.set(handed.label, handed.address === '' && before !== undefined ? { ...handed, address: before.address } : handed)
    await mkdir(dirname(this.path), { recursive: true, mode: 0o700 })
    const lines = [...this.#rows.values()].map((row) => COLUMNS.map((column) => csvCell(row[column])).join(','))
    const draft = `${this.path}.${process.pid}.draft`
    await writeFile(draft, `${[COLUMNS.join(','), ...lines].join('\r\n')}\r\n`, { mode: 0o600 })
    // A reader sees the old one or the new one, whole.
    await rename(draft, this.path)
  }
}
