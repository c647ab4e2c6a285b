import ICAL from 'ical.js'
import type { Property } from './jcal.ts'
import { type Found, type Reading, readComponents } from './read-components.ts'

const isNothing = (value: unknown): boolean => value === '' || value === '--' || value === '--T::'

/** A day without `VALUE=DATE` is a day; an empty list of dates says nothing. Both are common. */
function settle(property: Property): Property | undefined {
  const [name, parameters, type, ...values] = property
  if (type !== 'date-time' && type !== 'date') return property
  const given = values.filter((value) => !isNothing(value))
  if (given.length === 0) return undefined
  const bare = given.every((value) => /^\d{4}-\d{2}-\d{2}T::$/.test(String(value)))
  return bare ? [name, {}, 'date', ...given.map((value) => String(value).slice(0, 10))] : [name, parameters, type, ...given]
}

const reading: Reading = {
  designOf: () => ICAL.design.icalendar,
  // `BYDAY=MO, TU`: people type rules.
  mend: (line) => (/^(?:RRULE|EXRULE)[;:]/i.test(line) ? line.replaceAll(/\s/g, '') : line),
  settle,
  keepsZones: true,
}

export interface CalendarText {
  /** All components, without the VCALENDARs around them. */
  readonly found: readonly Found[]
  readonly calendars: readonly Found[]
}

/** All components of iCalendar text. Lenient; never throws. */
export function readCalendar(bytes: Uint8Array): CalendarText {
  const roots = readComponents(bytes, reading)
  const calendars = roots.filter(({ name }) => name === 'vcalendar')
  return { calendars, found: roots.flatMap((root) => (root.name === 'vcalendar' ? root.components : [root])) }
}
