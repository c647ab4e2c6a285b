import { expect, test } from 'vitest'
import { writeEvent } from '../calendar/write-event.ts'
import { differences } from '../meaning/differences.ts'
import { editCalendar } from './edit-calendar.ts'

const { bytes } = writeEvent({
  uid: 'u1',
  start: { local: '2024-03-20T10:00:00', zone: 'Europe/Berlin' },
  summary: 'a\\',
  categories: ['C:\\', 'b\\;c'],
  location: '\\\\server\\share',
  recurrence: { rules: ['FREQ=DAILY;COUNT=3'] },
  overrides: [{ insteadOf: { date: '2024-03-21' }, start: { local: '2024-03-21T12:00:00', zone: 'Europe/Berlin' }, summary: '\\;,' }],
})

test('what is not changed stays as it was, backslashes too', () => {
  expect(Buffer.from(editCalendar(bytes, () => undefined)).toString()).toBe(Buffer.from(bytes).toString())
})

test('every event is changed, and no time zone', () => {
  const parts: string[] = []
  const edited = editCalendar(bytes, (part) => {
    parts.push(part.name)
    part.updatePropertyWithValue('summary', 'x')
  })
  expect(parts).toEqual(['vevent', 'vevent'])
  expect(differences('event', bytes, edited)).toEqual([
    'SUMMARY is not the same.',
    'SUMMARY of the occurrence at 2024-03-21T09:00:00Z is not the same.',
  ])
})

test.each(['', 'BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\ngarbage\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n', 'BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n'])(
  'nothing is left out of %j by writing it anew',
  (text) => {
    expect(() => editCalendar(Buffer.from(text), () => undefined)).toThrow(expect.objectContaining({ reason: 'not-understood' }))
  },
)
