import type { Exception, LaneBalance } from '@offramp/engine'
import { expect, test } from 'vitest'
import { exceptionLines } from './exception-lines.ts'
import { renderCsv } from './render-csv.ts'
import { makeReport } from './report.ts'

const many = (count: number, kind: Exception['kind'], message: (n: number) => string): readonly Exception[] =>
  Array.from({ length: count }, (_, n) => ({ kind, collection: 'Inbox', label: `Letter ${n}`, message: message(n) }))

const balance = (exceptions: readonly Exception[], more: LaneBalance['moreByKind'] = {}): LaneBalance => ({
  lane: 'mail-1',
  collections: [],
  hashed: 0,
  goneSince: 0,
  exceptions,
  moreExceptions: Object.values(more).reduce((sum, n) => sum + n, 0),
  moreByKind: more,
})

test('what is the same for many is one line with a count, after what is graver', () => {
  const altered = many(1_000, 'altered', () => 'At the source it is unread.')
  const missing = many(2, 'missing', () => 'It is not there any more.')
  expect(exceptionLines(balance([...altered, ...missing], { altered: 9_000 }))).toEqual([
    'missing: Inbox: "Letter 0": It is not there any more.',
    'missing: Inbox: "Letter 1": It is not there any more.',
    'altered: Inbox: 1,000 items, such as "Letter 0": At the source it is unread.',
    'altered: and 9,000 more, which are counted and not named',
  ])
})

test('what differs for each is cut, and counted', () => {
  const lines = exceptionLines(balance(many(100, 'failed', (n) => `It failed with ${n}.`)))
  expect(lines).toHaveLength(41)
  expect(lines.at(-1)).toBe('failed: and 60 more; the CSV and JSON reports name them')
})

test('doubles that are not named count as doubled, and the CSV says how many it does not name', () => {
  const lane = { lane: 'mail-1', source: 'anna@a.example', destination: 'anna@b.example', kind: 'mail' }
  const lanes = [
    {
      ...lane,
      balance: balance(
        many(2, 'doubled', () => 'Twice.'),
        { doubled: 5 },
      ),
    },
  ]
  const report = makeReport({ project: 'acme', pass: 1, now: 0, cautions: [], lanes })
  expect(report.totals.doubled).toBe(7)
  expect(renderCsv(report)).toContain('"and 5 more, which are counted and not named"')
})

test('a report of an earlier version, without counts by kind, still says that there is more', () => {
  const { moreByKind: _none, ...old } = balance([])
  expect(exceptionLines({ ...old, moreExceptions: 3 })).toEqual(['and 3 more, which are counted and not named'])
})
