import { notUnderstood } from '../not-understood.ts'
import { ianaZone } from '../zone/iana-zone.ts'
import { instantOf } from '../zone/instant-of.ts'
import { wallClock } from '../zone/wall-clock.ts'
import type { Moment } from './model.ts'

/** A moment whose date exists and whose zone has IANA's name of today. Fault `item`/`not-understood` otherwise. */
export function normalMoment(moment: Moment): Moment {
  if ('date' in moment) {
    instantOf(moment)
    return { date: moment.date }
  }
  const zone = moment.zone === undefined ? undefined : ianaZone(moment.zone)
  if (moment.zone !== undefined && zone === undefined) throw notUnderstood('It names a time zone that does not exist.')
  const normal: Moment = zone === undefined ? { local: moment.local } : { local: moment.local, zone }
  instantOf(normal)
  return normal
}

/** A moment as text that compares as time does: `YYYY-MM-DD` or `YYYY-MM-DDTHH:MM:SS`. */
export const textOf = (moment: Moment): string => ('date' in moment ? moment.date : moment.local)

/**
 * A moment of a series (an exception, an excluded date) in the words of the series' start: a day for days, otherwise a time in the start's own zone.
 * A bare day means the start's time on that day.
 */
export function likeStart(moment: Moment, start: Moment): Moment {
  const normal = normalMoment(moment)
  if ('date' in start) return { date: textOf(normal).slice(0, 10) }
  if ('date' in normal) return { ...start, local: `${normal.date}${start.local.slice(10)}` }
  if (normal.zone === start.zone || normal.zone === undefined || start.zone === undefined) return { ...start, local: normal.local }
  return { ...start, local: wallClock(instantOf(normal), start.zone) }
}
