import { readComponent, textOf } from '../calendars/component.ts'
import { COLOR, type DavCollection, named, newCollection } from '../dav/collection.ts'
import type { CloudState } from '../serve/state.ts'

const URI = 'contact_birthdays'

/** Keeps the read-only calendar of birthdays, which the server makes by itself (facts 6). */
export function updateBirthday(state: CloudState, book: DavCollection, card: { readonly name: string; readonly bytes?: Buffer }): void {
  const user = state.users.get(book.owner)
  if (!user || state.settings.generateBirthdayCalendar === 'no') return
  const name = `${book.uri}-${card.name}.ics`
  const text = card.bytes && birthdayOf(card.bytes, name)
  const there = user.calendars.find(({ uri }) => uri === URI)
  if (!text) {
    there?.shelf.remove(name)
    return
  }
  const calendar = there ?? made(state, book.owner)
  if (!there) user.calendars.push(calendar)
  calendar.shelf.put({ name, bytes: Buffer.from(text), uid: name, component: 'VEVENT', modified: state.now(), writer: { by: 'server' } })
}

const made = (state: CloudState, owner: string): DavCollection =>
  newCollection({
    id: state.nextId(),
    kind: 'calendar',
    uri: URI,
    owner,
    components: ['VEVENT'],
    properties: named('Contact birthdays', [[COLOR, '#E9D859']]),
    birthdays: true,
  })

function birthdayOf(bytes: Buffer, uid: string): string | undefined {
  let card: ReturnType<typeof readComponent>
  try {
    card = readComponent(bytes.toString())
  } catch {
    return undefined
  }
  const digits = /(?:(\d{4})|--)-?(\d{2})-?(\d{2})/.exec(textOf(card, 'bday') ?? '')
  if (!digits) return undefined
  const start = `${digits[1] ?? '1970'}${digits[2]}${digits[3]}`
  const lines = ['BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//IDN nextcloud.com//Birthday calendar//EN', 'BEGIN:VEVENT', `UID:${uid}`]
  return [
    ...lines,
    'DTSTAMP:20260101T000000Z',
    `DTSTART;VALUE=DATE:${start}`,
    'RRULE:FREQ=YEARLY',
    `SUMMARY:🎂 ${(textOf(card, 'fn') ?? '').replace(/[\\;,]/g, '\\$&')}`,
    'TRANSP:TRANSPARENT',
    'END:VEVENT',
    'END:VCALENDAR',
    '',
  ].join('\r\n')
}
