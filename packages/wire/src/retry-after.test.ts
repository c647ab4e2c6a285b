import { expect, test } from 'vitest'
import { parseRetryAfter, SHORTEST_WAIT_MS } from './retry-after.ts'

const NOW = Date.parse('2026-03-19T02:00:00Z')
const WEEK_MS = 7 * 24 * 3_600_000

const said = (retryAfter: string, date?: string) =>
  parseRetryAfter({ 'retry-after': retryAfter, ...(date === undefined ? {} : { date }) }, NOW)

test.each([
  ['17', 17_000],
  ['1.5', 1_500],
  ['0', SHORTEST_WAIT_MS],
  ['-1', SHORTEST_WAIT_MS],
  ['86400', 86_400_000],
  ['999999999', WEEK_MS],
  ['Thu, 19 Mar 2026 02:00:30 GMT', 30_000],
  ['Thu, 19 Mar 2026 01:00:00 GMT', SHORTEST_WAIT_MS],
  ['Thu, 19 Mar 2099 01:00:00 GMT', WEEK_MS],
])('%s becomes %i ms', (text, ms) => {
  expect(said(text)).toBe(ms)
})

test('a date is measured against the clock of the server that wrote it', () => {
  expect(said('Fri, 20 Mar 2026 05:00:30 GMT', 'Fri, 20 Mar 2026 05:00:00 GMT')).toBe(30_000)
})

test.each(['', 'soon', 'NaN'])('%j says nothing', (text) => {
  expect(said(text)).toBeUndefined()
})

test('no header says nothing', () => {
  expect(parseRetryAfter({}, NOW)).toBeUndefined()
})
