import { expect, test } from 'vitest'
import { writeEvent } from '../calendar/write-event.ts'
import { readCalendar } from './read-calendar.ts'

const at = (local: string) => ({ local, zone: 'Europe/Berlin' })
const event = (uid: string): string =>
  Buffer.from(writeEvent({ uid, start: at('2024-01-01T10:00:00'), end: at('2024-01-01T11:00:00') }).bytes).toString()

const zonesOf = (text: string) => readCalendar(Buffer.from(text)).found.filter(({ name }) => name === 'vtimezone')

test('a time zone that comes again is the one that was read, and one of other lines is not', () => {
  const [first] = zonesOf(event('a'))
  expect(zonesOf(event('b'))).toEqual([first])
  expect(zonesOf(event('b'))[0]).toBe(first)
  const [other] = zonesOf(event('c').replace('TZOFFSETTO:+0200', 'TZOFFSETTO:+0300'))
  expect(other).not.toEqual(first)
  expect(zonesOf(event('d'))).toEqual([first])
})

test('a time zone that does not end is cut, however often it comes', () => {
  const cut = event('a').replace('END:VTIMEZONE\r\n', '')
  for (let nth = 0; nth < 2; nth++) expect(readCalendar(Buffer.from(cut)).found).toMatchObject([{ name: 'vtimezone', cut: true }])
  expect(zonesOf(event('a'))).toMatchObject([{ cut: false }])
})
