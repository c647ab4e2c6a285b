import { editCalendar } from '@offramp/formats'
import ICAL from 'ical.js'
import { exchangeLines } from './content-lines.ts'

/** The same bytes under another UID: a calendar in each of its parts, or a card. */
export const withUid = (bytes: Uint8Array, uid: string): Uint8Array => exchangeLines(bytes, 'UID', () => `UID:${uid}`)

/**
 * Every guest is the client's affair, and so is the organiser. On each guest, because sabre looks there and at nothing else; NONE would be ignored by
 * it (vobject ITip/Broker.php compares with CLIENT only).
 */
export const withClientAgent = (bytes: Uint8Array): Uint8Array =>
  editCalendar(bytes, (part) => {
    for (const name of ['attendee', 'organizer'])
      for (const property of part.getAllProperties(name)) property.setParameter('schedule-agent', 'CLIENT')
  })

/** Without anybody to tell: what is deleted after this tells nobody. */
export const withoutGuests = (bytes: Uint8Array): Uint8Array =>
  editCalendar(bytes, (part) => {
    part.removeAllProperties('attendee')
    part.removeAllProperties('organizer')
  })

/** Cyrus 3.6 answers 403 "DTEND must occur after DTSTART" to an event that takes no time. One minute is the least that every program shows. */
export function withDuration(bytes: Uint8Array): Uint8Array | undefined {
  let changed = false
  const edited = editCalendar(bytes, (part) => {
    if (part.name !== 'vevent') return
    const start = part.getFirstPropertyValue('dtstart')
    const end = part.getFirstPropertyValue('dtend')
    const duration = part.getFirstPropertyValue('duration')
    if (!(start instanceof ICAL.Time) || start.isDate) return
    const some = end instanceof ICAL.Time ? end.compare(start) !== 0 : duration instanceof ICAL.Duration && duration.toSeconds() !== 0
    if (some) return
    changed = true
    part.removeAllProperties('dtend')
    part.updatePropertyWithValue('duration', ICAL.Duration.fromSeconds(60))
  })
  return changed ? edited : undefined
}

/** Whether anybody but its owner is in it. */
export function hasGuests(bytes: Uint8Array): boolean {
  return /^(?:ATTENDEE|ORGANIZER)[;:]/im.test(Buffer.from(bytes).toString('utf8'))
}
