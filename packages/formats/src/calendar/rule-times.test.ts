import { expect, test } from 'vitest'
import { expand } from '../testing/expand.ts'
import { patternOf } from '../testing/patterns.ts'
import { randomFrom } from '../testing/random.ts'
import { readRule } from './rule.ts'
import { ruleTimes } from './rule-times.ts'

const ours = (rule: string, local: string, most: number): string[] => {
  const times: string[] = []
  for (const time of ruleTimes(readRule(rule, { local, zone: 'UTC' }), local)) {
    times.push(time)
    if (times.length === most) break
  }
  return times
}
const theirs = (rule: string, local: string, most: number): string[] =>
  (expand(rule, { local, zone: 'UTC' }, Date.UTC(2200, 0, 1), most) ?? []).map((time) => time.local)

/** Rules on which ical.js alone goes astray, and others that sources write. */
const RULES = [
  'FREQ=MONTHLY;BYMONTHDAY=28,29,30;BYSETPOS=-1',
  'FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=28,29;BYSETPOS=-1',
  'FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29',
  'FREQ=YEARLY',
  'FREQ=MONTHLY',
  'FREQ=YEARLY;BYWEEKNO=20;BYDAY=MO',
  'FREQ=YEARLY;BYWEEKNO=-1;BYDAY=FR;WKST=SU',
  'FREQ=YEARLY;BYDAY=20MO',
  'FREQ=YEARLY;BYYEARDAY=1,100,-1',
  'FREQ=DAILY;BYMONTH=1,6;BYDAY=MO,TU',
  'FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=1,-1',
  'FREQ=WEEKLY;BYDAY=MO,WE,FR;BYSETPOS=2',
  'FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,SU;WKST=SU',
  'FREQ=DAILY;BYHOUR=9,17',
  'FREQ=HOURLY;INTERVAL=5',
  'FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13',
]
const STARTS = ['2024-01-31T09:30:00', '2023-02-28T00:00:00', '2024-02-29T23:59:59', '2025-06-15T12:00:00', '2020-12-30T08:00:00']

test.each(RULES)('%s gives the times that another library gives', (rule) => {
  for (const start of STARTS) expect(ours(rule, start, 40), start).toEqual(theirs(rule, start, 40))
})

test('all patterns of the sources give the times that another library gives', () => {
  const random = randomFrom(7)
  for (let nth = 0; nth < 140; nth++) {
    const { rule } = patternOf(nth, random)
    expect(ours(rule, '2021-03-31T10:00:00', 25), rule).toEqual(theirs(rule, '2021-03-31T10:00:00', 25))
  }
})

test.each([
  'FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30',
  'FREQ=SECONDLY;BYMONTH=2;BYMONTHDAY=30',
  'FREQ=MINUTELY;BYSECOND=59;BYDAY=1MO',
  'FREQ=SECONDLY',
  'FREQ=MONTHLY;BYDAY=6MO',
])('%s ends with a fault, and never hangs', (rule) => {
  expect(() => [...ruleTimes(readRule(rule, { local: '2024-01-31T09:30:00', zone: 'UTC' }), '2024-01-31T09:30:00')]).toThrow(
    expect.objectContaining({ reach: 'item', reason: 'not-understood' }),
  )
})

test.each(['FREQ=DAILY;INTERVAL=2147483647', 'FREQ=YEARLY;INTERVAL=999999'])('%s comes once', (rule) => {
  expect(ours(rule, '2024-01-31T09:30:00', 5)).toEqual(['2024-01-31T09:30:00'])
})

test.each([
  '',
  'nonsense',
  'FREQ=SOMETIMES',
  'FREQ=DAILY;BYSETPOS=400',
  'FREQ=WEEKLY;BYDAY=XX',
  'FREQ=DAILY;COUNT=0',
  'FREQ=DAILY;UNTIL=20240231',
  'RSCALE=HEBREW;FREQ=YEARLY',
  'BYDAY=MO',
])('"%s" is no rule', (rule) => {
  expect(() => readRule(rule, { local: '2024-01-31T09:30:00', zone: 'UTC' })).toThrow(expect.objectContaining({ reason: 'not-understood' }))
})
