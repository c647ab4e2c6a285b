import { existsSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Report } from '@offramp/control'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Ended, type Lab, startLab } from '../lab/lab.ts'
import { auditOf, lastJson } from '../lab/operator.ts'
import type { RawMessage } from '../servers/raw-imap.ts'

/** Beside the repository, where there is one: messages as they were found in the field. */
const CORPUS = new URL('../../../shared/corpus/mail/', import.meta.url).pathname
const CORPUS_HERE = process.env['OFFRAMP_CORPUS'] ?? CORPUS

const FIELD = 'field@contoso.example'
const HOSTILE = 'hostile@contoso.example'
const haveCorpus = existsSync(CORPUS_HERE)

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

let lab: Lab
let run: Ended

beforeAll(async () => {
  lab = await startLab({
    accounts: [
      { address: HOSTILE, messages: [{ path: ['Inbox'], count: 34 }], sizes: 'hostile' },
      ...(haveCorpus ? [{ address: FIELD, eml: CORPUS_HERE }] : []),
    ],
    tenant: { quirks: { regenerateMime: false } },
    settings: { verifySample: 1, limits: { putSeconds: 20, sliceSeconds: 5 } },
  })
  run = await lab.offramp('run', '--json')
}, 120_000)

afterAll(() => lab?.close())

/** Everything that stands in an account's mailbox. */
async function stored(address: string): Promise<readonly RawMessage[]> {
  const raw = await lab.dovecot.raw(lab.loginOf(address))
  const found: RawMessage[] = []
  for (const name of await raw.list()) found.push(...(await raw.messages(name)))
  raw.close()
  return found
}

test('a run over all of it ends green, and every content was read back', () => {
  const { totals } = lastJson<Report>(run)
  expect(totals).toMatchObject({ failed: 0, remainder: 0, doubled: 0, unverified: 0 })
  expect(totals.hashed).toBe(totals.verified)
  expect(run.code).toBe(0)
})

test('what breaks programs arrives as it was written: 10,000 headers, lines of 1 MB, 500 levels, no end', async () => {
  expect(await auditOf(lab, HOSTILE)).toMatchObject({ lost: [], doubled: [] })
  const sizes = (await stored(HOSTILE)).map(({ bytes }) => bytes.length).toSorted((a, b) => b - a)
  expect(sizes[0]).toBeGreaterThan(1_000_000)
})

describe.skipIf(!haveCorpus)(haveCorpus ? 'messages from the field' : `messages from the field (skipped: there is no ${CORPUS})`, () => {
  test('each arrives byte by byte after CRLF normalisation, or for a reason that is known', async () => {
    const names = (await readdir(CORPUS_HERE, { recursive: true })).filter((name) => name.endsWith('.eml')).toSorted()
    expect(names.length).toBeGreaterThan(50)
    const left = new Map<string, number>()
    for (const { bytes } of await stored(FIELD)) {
      const text = bytes.toString('latin1')
      left.set(text, (left.get(text) ?? 0) + 1)
    }
    const reasons: Record<string, string[]> = {}
    for (const name of names) {
      const text = withCrlf(await readFile(join(CORPUS_HERE, name)))
      const reason = REASONS.find(([, of]) => (left.get(of(text)) ?? 0) > 0)
      const copy = reason === undefined ? [...left.keys()].find((each) => isBase64Of(text, each)) : reason[1](text)
      if (copy !== undefined) left.set(copy, (left.get(copy) ?? 0) - 1)
      const says = reason?.[0] ?? (copy === undefined ? 'NOT THERE' : 'Dovecot writes binary parts as base64')
      reasons[says] = [...(reasons[says] ?? []), name]
    }
    // Printed, so that the log of a test run says what was found.
    for (const [says, which] of Object.entries(reasons))
      process.stdout.write(`  corpus: ${which.length} ${says}${which.length < 6 ? `: ${which.join(', ')}` : ''}\n`)
    expect(reasons['NOT THERE'] ?? []).toEqual([])
    expect([...left.values()].filter((count) => count > 0)).toEqual([])
  })
})
