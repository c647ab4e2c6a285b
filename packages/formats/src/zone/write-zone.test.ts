import ICAL from 'ical.js'
import { expect, test } from 'vitest'
import type { Component } from '../ical/jcal.ts'
import { writeZone } from './write-zone.ts'

const HOUR = 3_600_000
/** Those of which the published VTIMEZONEs were an hour off, and the odd ones. `OFFRAMP_ZONES=all`: every zone of the runtime. */
const ODD =
  'Europe/Berlin Europe/Dublin Europe/Istanbul Europe/Moscow Asia/Tehran Africa/Cairo Africa/Casablanca America/Mexico_City Asia/Amman America/New_York America/Sao_Paulo Australia/Lord_Howe America/Nuuk America/Caracas Asia/Pyongyang Pacific/Apia Asia/Gaza America/Santiago Antarctica/Troll Asia/Kolkata'
const ZONES = process.env['OFFRAMP_ZONES'] === 'all' ? Intl.supportedValuesOf('timeZone') : ODD.split(' ')

/** Straight from the runtime: what a clock shows, as if it were UTC. */
function clockOf(zone: string): (ms: number) => number {
  const format = new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short', timeStyle: 'medium' })
  return (ms) => Date.parse(`${format.format(ms).replace(' ', 'T')}Z`)
}

const follow = (component: Component) => {
  const zone = new ICAL.Timezone(new ICAL.Component(component))
  return (local: number): number => zone.utcOffset(ICAL.Time.fromDateTimeString(new Date(local).toISOString().slice(0, 19))) * 1000
}

/** Local times that come twice cannot be told apart by anybody. */
const ambiguous = (clock: (ms: number) => number, ms: number): boolean =>
  [-3, -2, -1, -0.5, 0.5, 1, 2, 3].some((hours) => clock(ms + hours * HOUR) === clock(ms))

function wrong(zone: string, span: { first: number; last: number | undefined }): string[] {
  const [clock, offset] = [clockOf(zone), follow(writeZone(zone, span))]
  const found: string[] = []
  for (let ms = Date.UTC(span.first, 0, 2); ms < Date.UTC(span.last ?? 2034, 11, 20); ms += 53.3 * HOUR) {
    const at = Math.floor(ms / 60_000) * 60_000
    if (offset(clock(at)) !== clock(at) - at && !ambiguous(clock, at)) found.push(`${zone} ${new Date(at).toISOString()}`)
  }
  return found
}

test.each(ZONES)('a VTIMEZONE of %s gives the offsets of the runtime, past and future', (zone) => {
  expect(wrong(zone, { first: 2004, last: undefined })).toEqual([])
  expect(wrong(zone, { first: 2013, last: 2016 })).toEqual([])
})

test.each([
  ['America/Sao_Paulo', '2015-12-01T12:00:00', -2],
  ['Europe/Istanbul', '2014-12-01T12:00:00', 2],
  ['Europe/Moscow', '2013-06-01T12:00:00', 4],
  ['Asia/Tehran', '2020-07-01T12:00:00', 4.5],
  ['Africa/Cairo', '2020-07-01T12:00:00', 2],
  ['America/Mexico_City', '2021-07-01T12:00:00', -5],
  ['America/New_York', '2006-03-20T12:00:00', -5],
  ['Asia/Amman', '2021-12-01T12:00:00', 2],
  ['Europe/Dublin', '2024-07-01T12:00:00', 1],
  ['Africa/Casablanca', '2024-03-20T12:00:00', 0],
  ['Australia/Lord_Howe', '2024-01-01T12:00:00', 11],
])('%s at %s is %d hours ahead, as it was in truth', (zone, local, hours) => {
  const year = Number(local.slice(0, 4))
  expect(follow(writeZone(zone, { first: year - 1, last: year + 1 }))(Date.parse(`${local}Z`)) / HOUR).toBe(hours)
})

const text = (zone: string, first: number, last?: number): string => ICAL.stringify(writeZone(zone, { first, last }))

test('a law that is in force is one rule, and its past is written change by change', () => {
  expect(text('Europe/Berlin', 2023).match(/RRULE:.*/g)).toEqual([
    'RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU',
    'RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU',
  ])
  const york = text('America/New_York', 2005)
  expect(york.match(/DTSTART:\d{8}/g)).toEqual(
    ['20050101', '20050403', '20051030', '20060402', '20061029', '20070311', '20071104'].map((day) => `DTSTART:${day}`),
  )
  expect(text('America/Santiago', 2024)).toContain('RRULE:FREQ=YEARLY;BYMONTH=9;BYDAY=SU;BYMONTHDAY=2,3,4,5,6,7,8')
})

test('a zone whose clocks no longer change has no rule, and one without a law has its changes up to 2060', () => {
  expect(text('Europe/Istanbul', 2024)).not.toContain('RRULE')
  expect(text('Asia/Gaza', 2024)).toContain('DTSTART:2059')
  expect(text('Asia/Gaza', 2024, 2025)).not.toContain('DTSTART:2027')
})

test('before the first law and behind the horizon there are offsets, too', () => {
  expect(follow(writeZone('Europe/Berlin', { first: 2099, last: 2101 }))(Date.UTC(2100, 6, 1)) / HOUR).toBe(2)
  expect(text('Europe/Berlin', 1700, 1702)).toContain('DTSTART:17000101T000000')
})

test('no RDATE, which ical.js and others misread, and the former name for servers with old data', () => {
  for (const zone of ODD.split(' ')) expect(text(zone, 2004)).not.toContain('RDATE')
  expect(text('Europe/Kyiv', 2024)).toContain('X-LIC-LOCATION:Europe/Kiev')
})
