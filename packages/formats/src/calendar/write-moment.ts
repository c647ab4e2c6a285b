import { type Property, utc } from '../ical/jcal.ts'
import { instantOf } from '../zone/instant-of.ts'
import type { Moment } from './model.ts'

/** A moment as jCal has it: `YYYY-MM-DD`, or a time with `Z` for UTC. */
const valueOfMoment = (moment: Moment): string =>
  'date' in moment ? moment.date : moment.zone === 'UTC' ? `${moment.local}Z` : moment.local

/** DTSTART, RDATE ...: all moments of one sort and zone. They must be normal (`normalMoment`). */
export function momentProperty(name: string, [first, ...more]: readonly [Moment, ...Moment[]]): Property {
  const values = [first, ...more].map(valueOfMoment)
  if ('date' in first) return [name, {}, 'date', ...values]
  const zoned = first.zone === undefined || first.zone === 'UTC' ? {} : { tzid: first.zone }
  return [name, zoned, 'date-time', ...values]
}

/** A moment as an instant, for what must be in UTC. */
export const utcOf = (moment: Moment): string => utc(instantOf(moment))
