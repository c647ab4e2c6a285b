import { type Property, property } from '../ical/jcal.ts'
import type { Moment } from './model.ts'
import { ruleAsJcal } from './rule.ts'
import { isEndless, lastTime, type Series } from './series.ts'
import { momentProperty } from './write-moment.ts'

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
export function momentsOfSeries(series: Series): readonly Moment[] {
  const last = lastTime(series)
  const times = [...series.dates, ...series.exceptDates, ...(last === undefined ? [] : [last])]
  return [series.start, ...times.map((time) => momentOf(time, series.start))]
}

/** The zone in which the series goes on for ever, if it does. */
export const endlessZone = (series: Series): string | undefined =>
  series.rules.some(isEndless) && 'local' in series.start ? series.start.zone : undefined
