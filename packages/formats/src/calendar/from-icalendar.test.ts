import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { Fault } from '@offramp/core'
import { describe, expect, test } from 'vitest'
import { differences } from '../meaning/differences.ts'
import { fromICalendar } from './from-icalendar.ts'
import type { CalendarEvent } from './model.ts'
import { occurrences } from './occurrences.ts'
import { writeEvent } from './write-event.ts'

const calendar = (...lines: readonly string[]): Buffer => Buffer.from(['BEGIN:VCALENDAR', ...lines, 'END:VCALENDAR', ''].join('\r\n'))
const event = (...lines: readonly string[]): readonly string[] => ['BEGIN:VEVENT', ...lines, 'END:VEVENT']
const events = (bytes: Uint8Array): readonly CalendarEvent[] => fromICalendar(bytes).flatMap((one) => (one instanceof Fault ? [] : [one]))
const faults = (bytes: Uint8Array): readonly string[] => fromICalendar(bytes).flatMap((one) => (one instanceof Fault ? [one.message] : []))

test('exceptions in any order join their series; without one they stand alone', () => {
  const bytes = calendar(
    ...event('UID:a', 'RECURRENCE-ID:20240108T100000Z', 'DTSTART:20240108T120000Z'),
    ...event('UID:b', 'RECURRENCE-ID;VALUE=DATE:20240108', 'DTSTART;VALUE=DATE:20240109'),
    ...event('UID:a', 'DTSTART:20240101T100000Z', 'RRULE:FREQ=WEEKLY;BYDAY=MO, MO', 'EXDATE:20240115T100000Z'),
  )
  const [series, alone] = events(bytes)
  expect(series).toMatchObject({
    uid: 'a',
    recurrence: { rules: ['FREQ=WEEKLY;BYDAY=MO'] },
    overrides: [{ insteadOf: { local: '2024-01-08T10:00:00', zone: 'UTC' } }],
  })
  expect(alone?.uid).toMatch(/^[\da-f]{8}-/)
  expect(alone?.recurrence).toBeUndefined()
})

test('marks, Latin-1, folds within a character, missing UIDs and lines that nobody can read', () => {
  const [one] = events(Buffer.concat([Buffer.from('\ufeff'), calendar(...event('DTSTART:20240101', 'SUMMARY:x', 'garbage', 'X-A;=:;'))]))
  expect(one).toMatchObject({ start: { date: '2024-01-01' }, summary: 'x' })
  const latin = Buffer.from(calendar(...event('UID:a', 'DTSTART:20240101T100000Z', 'SUMMARY:Büro')).toString(), 'latin1')
  expect(events(latin)[0]?.summary).toBe('Büro')
  const whole = calendar(...event('UID:a', 'DTSTART:20240101T100000Z', 'SUMMARY:Büro'))
  const cut = whole.indexOf(Buffer.from('ü')) + 1
  expect(events(Buffer.concat([whole.subarray(0, cut), Buffer.from('\r\n '), whole.subarray(cut)]))[0]?.summary).toBe('Büro')
})

test('never half of anything', () => {
  expect(faults(calendar('BEGIN:VEVENT', 'UID:a', 'DTSTART:20240101T100000Z'))).toEqual(['It ends in the middle.'])
  expect(faults(calendar(...event('UID:a', 'DTSTART:20240101T100000Z', 'RRULE:FREQ=SOMETIMES')))).toHaveLength(1)
  expect(
    faults(
      calendar(
        ...event('UID:a', 'DTSTART:20240101T100000Z', 'RRULE:FREQ=DAILY'),
        ...event('UID:a', 'RECURRENCE-ID:nonsense', 'DTSTART:20240102T100000Z'),
      ),
    ),
  ).toHaveLength(1)
  expect(faults(calendar(...event('UID:a', 'SUMMARY:x')))).toEqual(['It does not say when it begins.'])
  expect(faults(Buffer.from('<html>'))).toEqual(['It is no calendar.'])
  expect(fromICalendar(calendar())).toEqual([])
})

test('zones by name, by the place that they name, by what they do; unknown ones leave the wall clock', () => {
  const zone = (id: string, ...more: readonly string[]) => ['BEGIN:VTIMEZONE', `TZID:${id}`, ...more, 'END:VTIMEZONE']
  const rules = [
    ...[
      'BEGIN:STANDARD',
      'DTSTART:16010101T030000',
      'TZOFFSETFROM:+0200',
      'TZOFFSETTO:+0100',
      'RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10',
      'END:STANDARD',
    ],
    ...[
      'BEGIN:DAYLIGHT',
      'DTSTART:16010101T020000',
      'TZOFFSETFROM:+0100',
      'TZOFFSETTO:+0200',
      'RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3',
      'END:DAYLIGHT',
    ],
  ]
  const start = (id: string, ...zones: readonly string[]) =>
    events(calendar(...zones, ...event('UID:a', `DTSTART;TZID=${id}:20240601T100000`)))[0]?.start
  expect(start('W. Europe Standard Time')).toEqual({ local: '2024-06-01T10:00:00', zone: 'Europe/Berlin' })
  expect(start('mine', ...zone('mine', 'X-LIC-LOCATION:Asia/Tokyo', ...rules))).toEqual({
    local: '2024-06-01T10:00:00',
    zone: 'Asia/Tokyo',
  })
  expect(start('Customized Time Zone', ...zone('Customized Time Zone', ...rules))).toEqual({
    local: '2024-06-01T10:00:00',
    zone: 'Europe/Berlin',
  })
  expect(start('mine')).toEqual({ local: '2024-06-01T10:00:00' })
  expect(start('mine', 'X-WR-TIMEZONE:Asia/Tokyo')).toEqual({ local: '2024-06-01T10:00:00', zone: 'Asia/Tokyo' })
})

function attempt<T>(work: () => T): T | Fault {
  try {
    return work()
  } catch (thrown) {
    if (thrown instanceof Fault) return thrown
    throw thrown
  }
}

test('a rule keeps every part, also those of other calendars, and loses what says nothing', () => {
  const ruleOf = (rule: string) =>
    fromICalendar(
      Buffer.from(
        `BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:1\r\nDTSTART:20250101T100000Z\r\nRRULE:${rule}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n`,
      ),
    )
      .flatMap((one) => (one instanceof Error ? [one.message] : (one.recurrence?.rules ?? [])))
      .join()
  expect(ruleOf('FREQ=YEARLY;BYMONTH=11;BYDAY=1SU;')).toBe('FREQ=YEARLY;BYMONTH=11;BYDAY=1SU')
  expect(ruleOf('RSCALE=HEBREW;FREQ=YEARLY;SKIP=FORWARD')).toBe('FREQ=YEARLY;RSCALE=HEBREW;SKIP=FORWARD')
  expect(ruleOf('FREQ=YEARLY;BYEASTER=0')).toBe('FREQ=YEARLY;BYEASTER=0')
})

const corpus = fileURLToPath(
  new URL('calendar', process.env['OFFRAMP_CORPORA'] ?? new URL('../../../../../shared/corpus/', import.meta.url)),
)
const here = existsSync(corpus)

describe.skipIf(!here)(here ? 'real calendars' : `real calendars: skipped, there is no ${corpus}`, () => {
  test('each entry is an event that comes back as it was written, or a reason', { timeout: 120_000 }, () => {
    let whole = 0
    for (const name of here ? readdirSync(corpus) : []) {
      for (const one of fromICalendar(readFileSync(`${corpus}/${name}`))) {
        if (one instanceof Fault) {
          expect(one, name).toMatchObject({ reach: 'item', reason: 'not-understood' })
          continue
        }
        // A rule of another calendar (RSCALE) is read, and not written: no server follows it.
        const written = attempt(() => writeEvent(one))
        if (written instanceof Fault) {
          expect(written, name).toMatchObject({ reach: 'item', reason: 'not-understood' })
          continue
        }
        whole++
        const { bytes } = written
        const [again] = events(bytes)
        expect(again === undefined ? ['gone'] : differences('event', bytes, writeEvent(again).bytes), name).toEqual([])
        occurrences(bytes, Date.UTC(2016, 0, 1), Date.UTC(2030, 0, 1))
      }
    }
    expect(whole).toBeGreaterThan(110)
  })
})
