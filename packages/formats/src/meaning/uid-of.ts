import { readVCards } from '../contact/read-vcards.ts'
import { readCalendar } from '../ical/read-calendar.ts'
import { type Found, textOf } from '../ical/read-components.ts'
import { notUnderstood } from '../not-understood.ts'

const OWNERS = new Set(['vevent', 'vtodo', 'vjournal'])

/** The one UID in a calendar or a card. Fault `item`/`not-understood` where there is none, or more than one. */
export function uidOf(bytes: Uint8Array): string {
  const isCard = /^\ufeff?\s*BEGIN:VCARD/i.test(Buffer.from(bytes.subarray(0, 200)).toString('utf8'))
  return isCard ? uidIn(readVCards(bytes)) : uidInCalendar(readCalendar(bytes).found)
}

/** The same of a calendar that has been read. */
export const uidInCalendar = (found: readonly Found[]): string => uidIn(found.filter(({ name }) => OWNERS.has(name)))

/** The same of all that there is of one object. */
export function uidIn(owners: readonly Found[]): string {
  const uids = new Set(owners.map((one) => textOf(one, 'uid') ?? ''))
  const [uid] = uids
  if (uid === undefined || uid === '' || uids.size > 1) throw notUnderstood('It has no UID of its own, or more than one.')
  return uid
}
