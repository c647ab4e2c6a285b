import ICAL from 'ical.js'
import { notUnderstood } from '../not-understood.ts'
import { toBytes } from './jcal.ts'
import { readCalendar } from './read-calendar.ts'
import { asJcal, type Found } from './read-components.ts'

const isSound = ({ cut, broken, components }: Found): boolean => !cut && broken.length === 0 && components.every(isSound)

/**
 * A calendar's bytes after a change to every event or task in it (the master and each exception). Reads as the rest of this package does, because ical.js
 * alone loses backslashes (`read-components.ts`). Fault `item`/`not-understood` where anything in it cannot be read: nothing is left out by writing it anew.
 */
export function editCalendar(bytes: Uint8Array, edit: (part: ICAL.Component) => void): Uint8Array {
  const [calendar, ...more] = readCalendar(bytes).calendars
  if (calendar === undefined || more.length > 0 || !isSound(calendar)) throw notUnderstood('It holds lines that nobody can read.')
  const component = new ICAL.Component(asJcal(calendar))
  for (const part of component.getAllSubcomponents()) if (part.name !== 'vtimezone') edit(part)
  return toBytes(component.toJSON())
}
