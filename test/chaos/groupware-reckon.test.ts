import { expect, test } from 'vitest'
import { titleIn } from './groupware-reckon.ts'

const LONG = 'Contact 0 of person-1, second text, second text, second text, second text'
const FOLDED = 'Contact 0 of person-1\\, second text\\, second text\\, second text\\, second\r\n  text'

/** Vobject, which Radicale writes with, folds after 75 bytes: a title changed four times goes on in a second line. */
test.each([
  ['a card', `BEGIN:VCARD\r\nVERSION:3.0\r\nFN:${FOLDED}\r\nEND:VCARD\r\n`],
  ['a task', `BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VTODO\r\nSUMMARY:${FOLDED}\r\nEND:VTODO\r\nEND:VCALENDAR\r\n`],
  [
    'a series that begins with an exception',
    `BEGIN:VCALENDAR\r\nX-WR-CALNAME:x\r\nBEGIN:VEVENT\r\nRECURRENCE-ID:20240101T000000Z\r\nSUMMARY:other\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nSUMMARY:${FOLDED}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n`,
  ],
])('the title of %s is read whole where it is folded', (_sort, text) => {
  expect(titleIn(text)).toBe(LONG)
})
