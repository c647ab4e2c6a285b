import { type Component, type Property, property } from '../ical/jcal.ts'
import { mendText } from '../ical/mend-text.ts'
import { notUnderstood } from '../not-understood.ts'

const PRODID = '-//Offramp//Offramp//EN'

/** A VCALENDAR around components. No METHOD: CalDAV servers refuse it (sabre 415, Cyrus 403). */
export const calendarOf = (components: readonly Component[]): Component => [
  'vcalendar',
  [property('version', 'text', '2.0'), property('prodid', 'text', PRODID), property('calscale', 'text', 'GREGORIAN')],
  [...components],
]

/** A UID on one line, without what no line can hold. Fault `item`/`not-understood` where nothing is left. */
export function uidProperty(uid: string): Property {
  // Blanks within stay as they are: another UID would be another event.
  const line = mendText(uid)
    .replaceAll(/[\n\t]+/g, ' ')
    .trim()
  if (line === '') throw notUnderstood('It has no UID.')
  return property('uid', 'text', line)
}
