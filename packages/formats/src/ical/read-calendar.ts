import ICAL from 'ical.js'
import { type Found, readComponents } from './read-components.ts'

const reading = { designOf: () => ICAL.design.icalendar }

/** All components of iCalendar text, without the VCALENDARs around them. Lenient; never throws. */
export function readCalendar(bytes: Uint8Array): { readonly found: readonly Found[]; readonly calendars: readonly Found[] } {
  const roots = readComponents(bytes, reading)
  const calendars = roots.filter(({ name }) => name === 'vcalendar')
  return { calendars, found: roots.flatMap((root) => (root.name === 'vcalendar' ? root.components : [root])) }
}
