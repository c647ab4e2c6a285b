import type { Report } from '@offramp/control'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { arrivalsOf, CORPUS, corpusFiles, haveCorpus, NOT_THERE, stored, tell } from '../lab/arrivals.ts'
import { type Ended, type Lab, startLab } from '../lab/lab.ts'
import { auditOf, lastJson } from '../lab/operator.ts'

const FIELD = 'field@contoso.example'
const HOSTILE = 'hostile@contoso.example'

let lab: Lab
let run: Ended

beforeAll(async () => {
  lab = await startLab({
    accounts: [
      { address: HOSTILE, messages: [{ path: ['Inbox'], count: 34 }], sizes: 'hostile' },
      ...(haveCorpus ? [{ address: FIELD, eml: CORPUS }] : []),
    ],
    tenant: { quirks: { regenerateMime: false } },
    settings: { verifySample: 1, limits: { putSeconds: 20, sliceSeconds: 5 } },
  })
  run = await lab.offramp('run', '--json')
}, 120_000)

afterAll(() => lab?.close())

test('a run over all of it ends green, and every content was read back', () => {
  const { totals } = lastJson<Report>(run)
  expect(totals).toMatchObject({ failed: 0, remainder: 0, doubled: 0, unverified: 0 })
  expect(totals.hashed).toBe(totals.verified)
  expect(run.code).toBe(0)
})

test('what breaks programs arrives as it was written: 10,000 headers, lines of 1 MB, 500 levels, no end', async () => {
  expect(await auditOf(lab, HOSTILE)).toMatchObject({ lost: [], doubled: [] })
  const sizes = (await stored(lab.dovecot, lab.loginOf(HOSTILE))).map(({ bytes }) => bytes.length).toSorted((a, b) => b - a)
  expect(sizes[0]).toBeGreaterThan(1_000_000)
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
