import { existsSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Dovecot } from '../servers/dovecot.ts'
import type { RawMessage } from '../servers/raw-imap.ts'

/** What Dovecot 2.3 makes of bytes that are no mail, and nothing else may differ (docs/imap-servers.md). */
const REASONS: readonly (readonly [reason: string, of: (text: string) => string])[] = [
  ['as it is, with CRLF', (text) => text],
  ['Dovecot keeps NUL as 0x80', (text) => text.replaceAll('\0', '\u0080')],
  ['Dovecot drops one of two carriage returns', (text) => text.replaceAll('\0', '\u0080').replaceAll('\r\r\n', '\r\n').replace(/\r$/, '')],
]

/** The parts of a message with what they hold, whether as `binary` or as base64. */
const decoded = (text: string): string =>
  text
    .split(/\r\n(?=--)/)
    .map((part) => {
      const [head = '', body = ''] = part.split(/\r\n\r\n(.*)/s)
      const coded = /^Content-Transfer-Encoding: (base64|binary)$/im.exec(head)?.[1]
      return coded === undefined
        ? part
        : `${head.replace(coded, '')}\n${coded === 'base64' ? Buffer.from(body, 'base64').toString('latin1') : body}`
    })
    .join('\n')

/** Dovecot writes parts of encoding `binary` as base64 where there is NUL among them, and leaves all else. */
const isBase64Of = (text: string, copy: string): boolean => text.includes('\0') && decoded(text) === decoded(copy)

const withCrlf = (bytes: Uint8Array): string =>
  Buffer.from(bytes)
    .toString('latin1')
    .replace(/(?<!\r)\n/g, '\r\n')

/** Files by what has become of them: for which reason they stand there as they do, or that they do not. */
export interface Arrivals {
  readonly reasons: Readonly<Record<string, readonly string[]>>
  /** Copies beyond those of the files. */
  readonly beyond: number
}

export const NOT_THERE = 'NOT THERE'

/** Looks for each file among the copies, each copy for one file. */
export async function arrivalsOf(files: ReadonlyMap<string, () => Promise<Uint8Array>>, copies: readonly RawMessage[]): Promise<Arrivals> {
  const left = new Map<string, number>()
  for (const { bytes } of copies) {
    const text = bytes.toString('latin1')
    left.set(text, (left.get(text) ?? 0) + 1)
  }
  const reasons: Record<string, string[]> = {}
  for (const [name, read] of files) {
    const text = withCrlf(await read())
    const reason = REASONS.find(([, of]) => (left.get(of(text)) ?? 0) > 0)
    const copy = reason === undefined ? [...left.keys()].find((each) => isBase64Of(text, each)) : reason[1](text)
    if (copy !== undefined) left.set(copy, (left.get(copy) ?? 0) - 1)
    const says = reason?.[0] ?? (copy === undefined ? NOT_THERE : 'Dovecot writes binary parts as base64')
    reasons[says] = [...(reasons[says] ?? []), name]
  }
  return { reasons, beyond: [...left.values()].reduce((sum, count) => sum + count, 0) }
}

/** Everything that stands in a login's mailbox. */
export async function stored(dovecot: Dovecot, login: string): Promise<readonly RawMessage[]> {
  const raw = await dovecot.raw(login)
  const found: RawMessage[] = []
  for (const name of await raw.list()) found.push(...(await raw.messages(name)))
  raw.close()
  return found
}

/** Printed, so that the log of a test run says what was found. */
export function tell({ reasons }: Arrivals): void {
  for (const [says, which] of Object.entries(reasons))
    process.stdout.write(`  corpus: ${which.length} ${says}${which.length < 6 ? `: ${which.join(', ')}` : ''}\n`)
}

/** Beside the repository, where there is one: messages as they were found in the field. */
export const CORPUS = process.env['OFFRAMP_CORPUS'] ?? new URL('../../../shared/corpus/mail/', import.meta.url).pathname
export const haveCorpus = existsSync(CORPUS)

/** Its files, by their names. */
export async function corpusFiles(): Promise<ReadonlyMap<string, () => Promise<Uint8Array>>> {
  const names = (await readdir(CORPUS, { recursive: true })).filter((name) => name.endsWith('.eml')).toSorted()
  return new Map(names.map((name) => [name, () => readFile(join(CORPUS, name))]))
}
