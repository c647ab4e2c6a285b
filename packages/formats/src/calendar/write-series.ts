import { type Property, property } from '../ical/jcal.ts'
import type { Moment } from './model.ts'
import { ruleAsJcal } from './rule.ts'
import { lastYearOf, type Series } from './series.ts'
import { momentProperty } from './write-moment.ts'
import type { Cover } from './write-zones.ts'

/** A time of a series as a moment again. */
export const momentOf = (time: string, start: Moment): Moment => ('date' in start ? { date: time } : { ...start, local: time })

function list(name: string, times: readonly string[], start: Moment): Property[] {
  const [first, ...more] = times.map((time) => momentOf(time, start))
  return first === undefined ? [] : [momentProperty(name, [first, ...more])]
}

/** RRULE, RDATE and EXDATE, all in the words of the start. */
export function recurrenceProperties({ start, rules, dates, exceptDates }: Series): Property[] {
  return [
    ...rules.map((rule) => property('rrule', 'recur', ruleAsJcal(rule))),
    ...list('rdate', dates, start),
    ...list('exdate', exceptDates, start),
  ]
}

/** The moments that decide which years a VTIMEZONE has to cover. */
export const momentsOfSeries = ({ start, dates, exceptDates }: Series): readonly Moment[] => [
  start,
  ...[...dates, ...exceptDates].map((time) => momentOf(time, start)),
]

/** To which year the zone of the series has to be covered; `for ever` where the series has no end. Undefined where it has no zone. */
export function coverOf(series: Series): Cover | undefined {
  if ('date' in series.start || series.start.zone === undefined) return undefined
  return { zone: series.start.zone, last: lastYearOf(series) ?? 'for ever' }
}
