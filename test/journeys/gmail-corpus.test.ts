import type { Report } from '@offramp/control'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { arrivalsOf, CORPUS, corpusFiles, haveCorpus, NOT_THERE, stored, tell } from '../lab/arrivals.ts'
import type { Ended } from '../lab/bare-lab.ts'
import { auditGmailOf, lastJson } from '../lab/operator.ts'
import { startWorkspaceLab, type WorkspaceLab } from '../lab/workspace-lab.ts'

const FIELD = 'field@fabrikam.example'
const HOSTILE = 'hostile@fabrikam.example'
const AWKWARD = 'awkward@fabrikam.example'
/** Of each of the five kinds. */
const EACH = 4

let lab: WorkspaceLab
let run: Ended

beforeAll(async () => {
  lab = await startWorkspaceLab({
    accounts: [
      { address: AWKWARD, admin: true, awkward: EACH },
      { address: HOSTILE, messages: [{ labels: ['INBOX'], count: 34 }], sizes: 'hostile' },
      ...(haveCorpus ? [{ address: FIELD, eml: CORPUS }] : []),
    ],
    // Everything is read twice, which takes a minute longer within Google's own limits.
    source: { limits: { userPerMinute: 600_000 } },
    workspace: { limits: { userPerMinute: 600_000 } },
    settings: { verifySample: 1, limits: { putSeconds: 20, sliceSeconds: 5 } },
  })
  run = await lab.offramp('run', '--json')
}, 120_000)

afterAll(() => lab?.close())

test('a run over all of it ends green, and every content was read back', () => {
  const { totals } = lastJson<Report>(run)
  expect(totals).toMatchObject({ skipped: 0, failed: 0, remainder: 0, doubled: 0, unverified: 0 })
  expect(totals.source).toBe(totals.verified)
  expect(totals.hashed).toBe(totals.verified)
  expect(run.code).toBe(0)
})

test('what Gmail holds and no standard has arrives: 8 bit without a charset, bare LF, no header, date 0, an end within a line', async () => {
  expect(await auditGmailOf(lab, AWKWARD)).toEqual({ expected: 5 * EACH, found: 5 * EACH, lost: [], doubled: [] })
  const copies = (await stored(lab.dovecot, lab.loginOf(AWKWARD))).map(({ bytes }) => bytes.toString('latin1'))
  const having = (pattern: RegExp): number => copies.filter((text) => pattern.test(text)).length
  expect([having(/Gr\xfc\xdfe, no charset/), having(/^no header at all/), having(/\r\n\r\ncut$/)]).toEqual([EACH, EACH, EACH])
  expect(having(/one\r\ntwo /)).toBe(EACH)
})

test('what breaks programs arrives as it was written: 10,000 headers, lines of 1 MB, 500 levels, no end', async () => {
  expect(await auditGmailOf(lab, HOSTILE)).toEqual({ expected: 34, found: 34, lost: [], doubled: [] })
  expect(Math.max(...(await stored(lab.dovecot, lab.loginOf(HOSTILE))).map(({ bytes }) => bytes.length))).toBeGreaterThan(1_000_000)
})

describe.skipIf(!haveCorpus)(haveCorpus ? 'messages from the field' : `messages from the field (skipped: there is no ${CORPUS})`, () => {
  test('each arrives byte by byte after CRLF normalisation, or for a reason that is known', async () => {
    const files = await corpusFiles()
    expect(files.size).toBeGreaterThan(50)
    const arrivals = await arrivalsOf(files, await stored(lab.dovecot, lab.loginOf(FIELD)))
    tell(arrivals)
    expect(arrivals.reasons[NOT_THERE] ?? []).toEqual([])
    expect(arrivals.beyond).toBe(0)
  })
})

test('nobody asked Google for more than it allows', async () => {
  expect(await lab.workspace.violations()).toEqual([])
})
