import type { LaneBalance } from '@offramp/engine'
import { describe, expect, it } from 'vitest'
import { cleanText, csvCell } from './clean-text.ts'
import { lossesOf, lossLines } from './losses.ts'
import { renderCsv } from './render-csv.ts'
import { renderText } from './render-text.ts'
import { isBalanced, isWrong, type LaneReport, makeReport } from './report.ts'
import { showBytes, showDuration } from './show-numbers.ts'
import { showTable, widthOf } from './show-table.ts'

const collection = {
  name: 'Inbox',
  source: 10,
  verified: 8,
  skipped: { 'too-large': 1 },
  failed: 1,
  remainder: 0,
  bytes: 1_572_864,
} as const
const BALANCE: LaneBalance = {
  lane: 'mail-1',
  collections: [collection],
  hashed: 2,
  goneSince: 0,
  exceptions: [{ kind: 'skipped', collection: 'Inbox', label: 'Big one', message: 'Too large.' }],
  moreExceptions: 0,
}
const LANE: LaneReport = { lane: 'mail-1', source: 'anna@a.example', destination: 'anna@b.example', kind: 'mail', balance: BALANCE }
const report = (...lanes: readonly LaneReport[]) =>
  makeReport({ project: 'acme', pass: 1, now: Date.UTC(2026, 10, 22), cautions: [], lanes })
const balance = (change: Partial<LaneBalance['collections'][number]>, more: Partial<LaneBalance> = {}): LaneReport => ({
  ...LANE,
  balance: { ...BALANCE, exceptions: [], collections: [{ ...collection, skipped: {}, failed: 0, verified: 10, ...change }], ...more },
})

describe('the report', () => {
  it('begins with the unexplained remainder', () => {
    expect(renderText(report(LANE)).split('\n').slice(0, 2)).toEqual([
      'Unexplained remainder: 0 of 10 items in 1 account.',
      '10 at the source = 8 verified + 1 skipped + 1 failed + 0 unexplained',
    ])
    expect(renderText(report(balance({ verified: 7, remainder: 3 })))).toMatch(/^Unexplained remainder: 3 of 10 items/)
  })

  it('explains every reason that occurs, and no other', () => {
    const text = renderText(report(LANE))
    expect(text).toContain('too-large: It is larger than the destination accepts.')
    expect(text).not.toContain('malware')
  })

  it('shows cautions, losses and what was not verified', () => {
    const lost: LaneReport = { ...balance({}), losses: { traits: ['importance'], maxItemBytes: 10 * 1_048_576 } }
    const { balance: _none, ...rest } = LANE
    const dark: LaneReport = { ...rest, source: 'ben@a.example', why: 'The password was refused.', remedy: 'Set a new one.' }
    const text = renderText({ ...report(lost, dark), cautions: ['mail.example.org is written to without encryption.'] })
    expect(text).toMatch(/Cautions\n {2}mail\.example\.org is written to without encryption\./)
    expect(text).toContain('Not kept at the destination: its importance (high, low). (1 account)')
    expect(text).toContain('Items larger than 10 MiB are skipped')
    expect(text).toMatch(/NOT VERIFIED: 1 account;/)
    expect(text).toContain('not verified: The password was refused. Set a new one.')
  })

  it('says what single items have lost, how nobody was mailed, and which kind a line is of', () => {
    const loss = 'A guest has no address.'
    const calendars: LaneReport = {
      ...balance(
        { name: 'Calendar' },
        { losses: { [loss]: 7 }, exceptions: [{ kind: 'lessened', collection: 'Calendar', label: 'x', message: loss }] },
      ),
      kind: 'event',
      assurances: ['Every write tells the server not to mail anybody; proved by a canary.'],
    }
    const text = renderText(report(LANE, calendars))
    expect(text).toMatch(/^Unexplained remainder: 0 of 20 items in 1 account\./)
    expect(text).toContain('What single items have lost on the way\n  7 items: A guest has no address.')
    expect(text).toContain('How nobody was mailed\n  Every write tells the server not to mail anybody; proved by a canary. (1 account)')
    expect(text).toMatch(/anna@a\.example -> anna@b\.example, calendars\n {4}lessened: Calendar: "x": A guest has no address\./)
    expect(text).toContain('read back and compared by content')
    expect(isBalanced(report(calendars))).toBe(true)
  })

  it('does not say of files how nobody was mailed', () => {
    const text = renderText(report({ ...LANE, kind: 'file', assurances: ['Each hash is compared.'] }))
    expect(text).toContain('How files were written and proved\n  Each hash is compared. (1 account)')
    expect(text).not.toContain('How nobody was mailed')
  })

  it('says of an account that is halted why, what to do, and how far it came', () => {
    const full: LaneReport = { ...balance({ verified: 7, remainder: 3 }), why: 'The mailbox is full.', remedy: 'Make room.' }
    expect(renderText(report(full))).toMatch(/STOPPED: 1 account is not finished[\s\S]*stopped: The mailbox is full\. Make room\./)
    expect(isWrong(report(full))).toBe(false)
    expect(isWrong(report(balance({ verified: 7, remainder: 3 })))).toBe(true)
  })

  it.each<[string, LaneReport, boolean]>([
    ['everything verified', balance({}), true],
    ['some skipped for a reason', balance({ verified: 9, skipped: { malware: 1 } }), true],
    ['one failed', balance({ verified: 9, failed: 1 }), false],
    ['one unexplained', balance({ verified: 9, remainder: 1 }), false],
    ['one too many', balance({ verified: 11, remainder: -1 }), false],
    ['one doubled', balance({}, { exceptions: [{ kind: 'doubled', collection: 'Inbox', label: 'x', message: 'twice' }] }), false],
    ['a lane that is halted, with all that it has moved', { ...balance({}), why: 'The mailbox is full.' }, false],
    ['a lane that nobody looked at', { lane: 'l', source: 'a', destination: 'b', kind: 'mail' }, false],
  ])('is balanced or not: %s', (_name, lane, expected) => expect(isBalanced(report(lane))).toBe(expected))

  it('does not let too many in one collection make up for too few in another', () => {
    const both: LaneReport = {
      ...LANE,
      balance: {
        ...BALANCE,
        collections: [
          { ...collection, remainder: 1 },
          { ...collection, remainder: -1 },
        ],
      },
    }
    expect(report(both).totals.remainder).toBe(2)
  })

  it('keeps strangers out of the terminal and the spreadsheet', () => {
    const label = '\u001b[2J\u001b]0;owned\u0007=HYPERLINK("http://evil.example")\nforged line\u202e'
    const nasty = balance(
      { name: '\u009b31m-Folder\r\n' },
      { exceptions: [{ kind: 'failed', collection: '@SUM(A1)', label, message: '\0' }] },
    )
    const lane = { ...nasty, source: '+49@a.example' }
    const text = renderText(report(lane))
    expect(text.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\u202e]/u)
    expect(text).not.toMatch(/\[2J|0;owned|31m/)
    expect(text.split('\n').some((line) => line.trimStart().startsWith('forged line'))).toBe(false)
    const cells = renderCsv(report(lane))
      .split('\r\n')
      .flatMap((line) => line.split(','))
    expect(cells.filter((cell) => /^"?[=+@-]/.test(cell))).toEqual([])
    expect(renderCsv(report(lane)).split('\r\n')).toHaveLength(4)
  })
})

describe('what does not survive', () => {
  it('is what the source offers and the destination does not keep', () => {
    const losses = lossesOf(
      { kind: 'mail', offers: ['read', 'importance', 'keywords'] },
      { kind: 'mail', keeps: ['read', 'keywords'], maxItemBytes: 52_428_800 },
    )
    expect(losses).toEqual({ traits: ['importance'], maxItemBytes: 52_428_800 })
    expect(lossLines(losses)).toHaveLength(2)
  })
})

describe('small parts', () => {
  it.each([
    ['=1+1', "'=1+1"],
    ['-2', "'-2"],
    ['a "b", c', '"a ""b"", c"'],
    ['plain', 'plain'],
  ])('a cell %j becomes %j', (text, cell) => expect(csvCell(text)).toBe(cell))

  it('cuts by characters and not through one', () => expect(cleanText('😀😀😀😀', 3)).toBe('😀😀…'))

  it.each([
    [0, '0 B'],
    [1536, '1.5 KiB'],
    [5 * 1024 ** 3, '5.0 GiB'],
  ])('%d bytes are %s', (bytes, text) => expect(showBytes(bytes)).toBe(text))

  it.each([
    [40_000, '40 s'],
    [7_500_000, '2 h 05 min'],
    [200_000_000, '2 d 7 h'],
  ])('%d ms are %s', (ms, text) => expect(showDuration(ms)).toBe(text))

  it('sets columns by what they take on a terminal', () => {
    const lines = showTable(
      ['a', 'n'],
      [
        ['日本', '1'],
        ['x', '22'],
      ],
      [1],
    )
    expect(new Set(lines.map(widthOf))).toEqual(new Set([8]))
  })
})
