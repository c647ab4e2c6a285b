import { asFault } from '@offramp/core'
import { describe, expect, test } from 'vitest'
import { ruleOf } from './calendar-recurrence.ts'

const start = { local: '2026-03-02T09:00:00', zone: 'Europe/Berlin' }

/** As Graph fills what a pattern does not need. */
const filled = (pattern: object) => ({ interval: 1, month: 0, dayOfMonth: 0, firstDayOfWeek: 'sunday', index: 'first', ...pattern })
const noEnd = {
  type: 'noEnd',
  startDate: '2026-03-02',
  endDate: '0001-01-01',
  numberOfOccurrences: 0,
  recurrenceTimeZone: 'W. Europe Standard Time',
}

const rule = (pattern: object, range: object = {}, from: Parameters<typeof ruleOf>[1] = start, zone = 'Europe/Berlin') =>
  ruleOf({ pattern: filled(pattern), range: { ...noEnd, ...range } }, from, zone)

describe('patterns', () => {
  test.each([
    [{ type: 'daily' }, 'FREQ=DAILY'],
    [{ type: 'daily', interval: 3 }, 'FREQ=DAILY;INTERVAL=3'],
    [{ type: 'weekly', daysOfWeek: ['monday'], firstDayOfWeek: 'monday' }, 'FREQ=WEEKLY;BYDAY=MO;WKST=MO'],
    [{ type: 'weekly', interval: 2, daysOfWeek: ['sunday', 'tuesday'] }, 'FREQ=WEEKLY;INTERVAL=2;BYDAY=SU,TU;WKST=SU'],
    [{ type: 'weekly' }, 'FREQ=WEEKLY;BYDAY=MO;WKST=SU'],
    [{ type: 'absoluteMonthly', dayOfMonth: 15 }, 'FREQ=MONTHLY;BYMONTHDAY=15'],
    [{ type: 'absoluteMonthly', dayOfMonth: 29 }, 'FREQ=MONTHLY;BYMONTHDAY=28,29;BYSETPOS=-1'],
    [{ type: 'absoluteMonthly', dayOfMonth: 30, interval: 2 }, 'FREQ=MONTHLY;INTERVAL=2;BYMONTHDAY=28,29,30;BYSETPOS=-1'],
    [{ type: 'absoluteMonthly', dayOfMonth: 31 }, 'FREQ=MONTHLY;BYMONTHDAY=-1'],
    [{ type: 'relativeMonthly', daysOfWeek: ['tuesday'], index: 'second' }, 'FREQ=MONTHLY;BYDAY=2TU'],
    [{ type: 'relativeMonthly', daysOfWeek: ['tuesday'], index: 'last' }, 'FREQ=MONTHLY;BYDAY=-1TU'],
    [{ type: 'relativeMonthly', daysOfWeek: ['monday', 'friday'] }, 'FREQ=MONTHLY;BYDAY=MO,FR;BYSETPOS=1'],
    [{ type: 'absoluteYearly', month: 6, dayOfMonth: 15 }, 'FREQ=YEARLY;BYMONTH=6;BYMONTHDAY=15'],
    [{ type: 'absoluteYearly', month: 12, dayOfMonth: 31 }, 'FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=31'],
    [{ type: 'absoluteYearly', month: 4, dayOfMonth: 31 }, 'FREQ=YEARLY;BYMONTH=4;BYMONTHDAY=-1'],
    [{ type: 'absoluteYearly', month: 2, dayOfMonth: 29 }, 'FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=-1'],
    [{ type: 'relativeYearly', month: 11, daysOfWeek: ['thursday'], index: 'fourth' }, 'FREQ=YEARLY;BYMONTH=11;BYDAY=4TH'],
    [
      { type: 'relativeYearly', month: 3, daysOfWeek: ['saturday', 'sunday'], index: 'last' },
      'FREQ=YEARLY;BYMONTH=3;BYDAY=SA,SU;BYSETPOS=-1',
    ],
  ])('%j is %s', (pattern, expected) => {
    expect(rule(pattern)).toBe(expected)
  })
})

describe('ranges', () => {
  const weekly = { type: 'weekly', daysOfWeek: ['monday'] }

  test('of a number count what was cancelled as well', () => {
    expect(rule(weekly, { type: 'numbered', numberOfOccurrences: 7 })).toMatch(/;COUNT=7$/)
  })

  test.each([
    ['Europe/Berlin', 'UNTIL=20261228T225959Z'],
    ['America/Los_Angeles', 'UNTIL=20261229T075959Z'],
    ['Pacific/Auckland', 'UNTIL=20261228T105959Z'],
    ['UTC', 'UNTIL=20261228T235959Z'],
  ])('of a day end with it, in %s', (zone, expected) => {
    expect(rule(weekly, { type: 'endDate', endDate: '2026-12-28' }, { ...start, zone }, zone)).toContain(expected)
  })

  test('of whole days end with a day', () => {
    expect(rule(weekly, { type: 'endDate', endDate: '2026-12-28' }, { date: '2026-03-02' })).toMatch(/;UNTIL=20261228$/)
  })
})

test.each([
  [{ type: 'lunar' }, {}],
  [{ type: 'daily', interval: 0 }, {}],
  [{ type: 'daily', interval: 1.5 }, {}],
  [{ type: 'absoluteMonthly', dayOfMonth: 32 }, {}],
  [{ type: 'absoluteMonthly' }, {}],
  [{ type: 'absoluteYearly', dayOfMonth: 1 }, {}],
  [{ type: 'relativeMonthly' }, {}],
  [{ type: 'relativeMonthly', daysOfWeek: ['monday'], index: 'fifth' }, {}],
  [{ type: 'weekly', daysOfWeek: ['someday'] }, {}],
  [{ type: 'daily' }, { type: 'numbered', numberOfOccurrences: 0 }],
  [{ type: 'daily' }, { type: 'endDate', endDate: '2026-13-45' }],
  [{ type: 'daily' }, { type: 'until' }],
])('what nobody can follow is not understood: %j %j', (pattern, range) => {
  let thrown: unknown
  try {
    rule(pattern, range)
  } catch (each) {
    thrown = each
  }
  expect(asFault(thrown)).toMatchObject({ reach: 'item', reason: 'not-understood' })
})
