import fc from 'fast-check'
import ICAL from 'ical.js'
import { expect, test } from 'vitest'
import { eventHash } from '../meaning/hash.ts'
import { events } from '../testing/arbitrary-events.ts'
import { fromICalendar } from './from-icalendar.ts'
import { writeEvent } from './write-event.ts'

const runs = Number(process.env['OFFRAMP_EVENTS'] ?? 40)

test('whatever an event says comes back as it was', () => {
  fc.assert(
    fc.property(events, (event) => {
      const { bytes } = writeEvent(event)
      expect(fromICalendar(bytes)).toEqual([event])
    }),
    { numRuns: runs },
  )
})

/** What ical.js itself reads wrongly: an escaped backslash before a delimiter, a backslash in a parameter; see `read-components.ts`. */
const misread = (text: string): boolean =>
  text
    .replaceAll('\r\n ', '')
    .split('\r\n')
    .some((one) => one.includes('\\\\') || (/^(?:[^":]|"[^"]*")*:/.exec(one)?.[0] ?? '').includes('\\'))

test('ical.js writes it anew without a change of meaning', () => {
  fc.assert(
    fc.property(events, (event) => {
      const { bytes } = writeEvent(event)
      fc.pre(!misread(Buffer.from(bytes).toString()))
      const again = ICAL.stringify(ICAL.parse(Buffer.from(bytes).toString()))
      expect(eventHash(Buffer.from(again))).toBe(eventHash(bytes))
    }),
    { numRuns: runs },
  )
})
