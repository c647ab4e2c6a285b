import { ianaZone, instantOf, type Moment, notUnderstood, type Recurrence, wallClock } from '@offramp/formats'
import { zoneOf } from './calendars-moment.ts'

/** What is told of a period: iCalendar and servers keep its start. */
export const PERIOD_LOSS = 'Some added dates of its series have a length of their own; they are kept with the length of the series.'

interface Line {
  readonly name: string
  readonly tzid: string | undefined
  readonly value: string
}

/** `EXDATE;TZID=Europe/Berlin:20250101T090000`. Parameters stand before the first colon that is in no quotes. */
function readLine(text: string): Line {
  const [, name, parameters = '', value] = /^([A-Za-z-]+)((?:;[^=;:]+=(?:"[^"]*"|[^";:]*))*):(.*)$/s.exec(text.trim()) ?? []
  if (name === undefined || value === undefined) throw notUnderstood('A line of its recurrence is none that Google or anybody else writes.')
  const tzid = /;TZID=(?:"([^"]*)"|([^;]*))/i.exec(parameters)
  return { name: name.toUpperCase(), tzid: tzid?.[1] ?? tzid?.[2], value }
}

const dashed = (day: string): string => `${day.slice(0, 4)}-${day.slice(4, 6)}-${day.slice(6, 8)}`
const coloned = (time: string): string => `${time.slice(0, 2)}:${time.slice(2, 4)}:${time.slice(4, 6)}`

/** One value of a list of dates, of the sort and in the zone of the series. */
function dateOf(value: string, { tzid }: Line, start: Moment): Moment {
  const [, day, time, utc] = /^(\d{8})(?:T(\d{6})(Z)?)?$/i.exec(value.trim()) ?? []
  if (day === undefined) throw notUnderstood('A date of its recurrence does not exist.')
  if ('date' in start) return { date: dashed(day) }
  const zone = zoneOf(start)
  const kept = zone === undefined ? {} : { zone }
  // A day on its own names the occurrence of that day.
  if (time === undefined) return { local: `${dashed(day)}T${start.local.slice(11)}`, ...kept }
  const local = `${dashed(day)}T${coloned(time)}`
  const named = utc === undefined ? (ianaZone(tzid) ?? zone) : 'UTC'
  if (named === undefined || zone === undefined || named === zone) return { local, ...kept }
  return { local: wallClock(instantOf({ local, zone: named }), zone), zone }
}

/**
 * Lines of `recurrence`. Rules go on as they are. Throws a fault of the item for what nobody can follow: half a series is worse than none.
 */
export function recurrenceOf(lines: readonly string[], start: Moment, note: (loss: string) => void): Recurrence | undefined {
  if (lines.length === 0) return undefined
  const read = lines.map(readLine)
  const values = (name: string): string[] => read.filter((line) => line.name === name).map(({ value }) => value)
  const dates = (name: string): Moment[] =>
    read
      .filter((line) => line.name === name)
      .flatMap((line) =>
        line.value.split(',').map((value) => {
          const [from = '', until] = value.split('/')
          if (until !== undefined) note(PERIOD_LOSS)
          return dateOf(from, line, start)
        }),
      )
  const [exceptRules, added, taken] = [values('EXRULE'), dates('RDATE'), dates('EXDATE')]
  return {
    rules: values('RRULE'),
    ...(exceptRules.length === 0 ? {} : { exceptRules }),
    ...(added.length === 0 ? {} : { dates: added }),
    ...(taken.length === 0 ? {} : { exceptDates: taken }),
  }
}
