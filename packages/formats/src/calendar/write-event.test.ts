import ICAL from 'ical.js'
import { describe, expect, test } from 'vitest'
import type { CalendarEvent } from './model.ts'
import { occurrences } from './occurrences.ts'
import { writeEvent } from './write-event.ts'

const BERLIN = 'Europe/Berlin'
const at = (local: string, zone = BERLIN) => ({ local, zone })
const single: CalendarEvent = { uid: 'u1', start: at('2024-03-20T10:00:00'), end: at('2024-03-20T11:00:00'), summary: 'Jour fixe' }
const weekly = (more: Partial<CalendarEvent> = {}): CalendarEvent => ({
  ...single,
  recurrence: { rules: ['FREQ=WEEKLY;COUNT=5'] },
  ...more,
})

const text = (event: CalendarEvent): string => Buffer.from(writeEvent(event).bytes).toString()
const unfolded = (event: CalendarEvent): string => text(event).replaceAll('\r\n ', '')
const lines = (event: CalendarEvent, name: string): readonly string[] =>
  unfolded(event)
    .replaceAll(/BEGIN:VTIMEZONE[\s\S]*?END:VTIMEZONE\r\n/g, '')
    .split('\r\n')
    .filter((line) => line.startsWith(name))
const refused = expect.objectContaining({ reach: 'item', reason: 'not-understood' })

describe('bytes', () => {
  test('the same event gives the same bytes: CRLF, 75 octets a line, no METHOD, one UID', () => {
    const event = { ...single, summary: `${'ä'.repeat(100)}😀`.repeat(3), modifiedAt: Date.UTC(2024, 0, 2) }
    expect(text(event)).toBe(text(structuredClone(event)))
    expect(text(event)).not.toMatch(/[^\r]\n|METHOD/)
    for (const line of text(event).split('\r\n')) expect(Buffer.byteLength(line)).toBeLessThanOrEqual(75)
    expect(lines(event, 'DTSTAMP')).toEqual(['DTSTAMP:20240102T000000Z'])
    expect(lines(single, 'DTSTAMP')).toEqual(['DTSTAMP:20000101T000000Z'])
  })

  test('what no line can hold is mended', () => {
    const event = { ...single, summary: 'a\u0000b\ud800\r\nc', location: '  x\u2028y\u0085z', uid: ' u\n1  / 2 ' }
    expect(lines(event, 'SUMMARY')).toEqual(['SUMMARY:ab\ufffd c'])
    expect(lines(event, 'LOCATION')).toEqual(['LOCATION:x\\ny\\nz'])
    expect(lines(event, 'UID')).toEqual(['UID:u 1  / 2'])
  })

  test('a description of a megabyte comes back as it was', () => {
    const description = { text: 'Zeile; mit, allem \\ 😀\n'.repeat(40_000).trim(), html: '<script>alert(1)</script>' }
    const event = new ICAL.Component(ICAL.parse(text({ ...single, description }))).getFirstSubcomponent('vevent')
    expect(event?.getFirstPropertyValue('description')).toBe(description.text)
    expect(lines({ ...single, description }, 'X-ALT-DESC')).toEqual(['X-ALT-DESC;FMTTYPE=text/html:<script>alert(1)</script>'])
  })
})

describe('times', () => {
  test('a day is a day, with an end that is not its own', () => {
    expect(lines({ uid: 'u', start: { date: '2024-12-31' } }, 'DT')).toEqual([
      'DTSTART;VALUE=DATE:20241231',
      'DTEND;VALUE=DATE:20250101',
      'DTSTAMP:20000101T000000Z',
    ])
  })

  test('UTC, floating and zoned times; Windows and old names become those of IANA', () => {
    expect(lines({ uid: 'u', start: at('2024-01-01T10:00:00', 'UTC') }, 'DTSTART')).toEqual(['DTSTART:20240101T100000Z'])
    expect(lines({ uid: 'u', start: { local: '2024-01-01T10:00:00' } }, 'DTSTART')).toEqual(['DTSTART:20240101T100000'])
    const windows = { uid: 'u', start: at('2024-01-01T10:00:00', 'FLE Standard Time') }
    expect(lines(windows, 'DTSTART')).toEqual(['DTSTART;TZID=Europe/Kyiv:20240101T100000'])
    expect(unfolded(windows)).toContain('TZID:Europe/Kyiv\r\nX-LIC-LOCATION:Europe/Kiev')
  })

  test.each<[string, Partial<CalendarEvent>]>([
    ['a day that does not exist', { start: { date: '2024-02-30' } }],
    ['a time that does not exist', { start: at('2024-02-01T25:00:00') }],
    ['a zone that does not exist', { start: at('2024-02-01T10:00:00', 'Customized Time Zone') }],
    ['an end before the start', { end: at('2024-03-20T09:00:00') }],
    ['a day as the end of a time', { end: { date: '2024-03-21' } }],
    ['no UID', { uid: ' \n' }],
    ['a rule that says nothing', { recurrence: { rules: ['FREQ=NEVER'] } }],
    ['an endless rule without any time', { recurrence: { rules: ['FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30'] } }],
    ['a rule without any time', { recurrence: { rules: ['FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30;COUNT=3'] } }],
    ['an excluded day that does not exist', { recurrence: { rules: ['FREQ=DAILY'], exceptDates: [{ date: '2024-13-01' }] } }],
    ['an exception for a day that does not exist', { overrides: [{ start: single.start, insteadOf: { date: '2024-02-30' } }] }],
  ])('%s is not understood', (_, more) => {
    expect(() => writeEvent({ ...single, ...more })).toThrow(refused)
  })
})

describe('series', () => {
  test('UNTIL is UTC beside a zone, a day beside days, local beside nothing', () => {
    const until = (value: string, start: CalendarEvent['start']) =>
      lines({ uid: 'u', start, recurrence: { rules: [`RRULE:FREQ=DAILY;UNTIL=${value}`] } }, 'RRULE')[0]?.replace(/.*UNTIL=/, '')
    expect(until('20240601', single.start)).toBe('20240601T215959Z')
    expect(until('20240601T100000', single.start)).toBe('20240601T080000Z')
    expect(until('20240601T100000Z', single.start)).toBe('20240601T100000Z')
    expect(until('20240601T000000Z', { date: '2024-03-20' })).toBe('20240601')
    expect(until('20240601T100000Z', { local: '2024-03-20T10:00:00' })).toBe('20240601T100000')
  })

  test('excluded and added dates take the sort and the zone of the start', () => {
    const recurrence = {
      rules: ['FREQ=WEEKLY;COUNT=5'],
      exceptDates: [{ date: '2024-04-03' }, at('2024-03-27T09:00:00', 'UTC')],
      dates: [at('2024-05-01T04:00:00', 'America/New_York')],
    }
    expect(lines(weekly({ recurrence }), 'EXDATE')).toEqual(['EXDATE;TZID=Europe/Berlin:20240327T100000,20240403T100000'])
    expect(lines(weekly({ recurrence }), 'RDATE')).toEqual(['RDATE;TZID=Europe/Berlin:20240501T100000'])
    const days = {
      uid: 'u',
      start: { date: '2024-03-20' },
      recurrence: { rules: ['FREQ=DAILY'], exceptDates: [at('2024-03-22T00:00:00', 'UTC')] },
    }
    expect(lines(days, 'EXDATE')).toEqual(['EXDATE;VALUE=DATE:20240322'])
  })

  test("Outlook's end of all days is none for a VTIMEZONE, and takes no time to find", () => {
    const begun = performance.now()
    const far = weekly({ recurrence: { rules: ['FREQ=DAILY;UNTIL=45000831T000000Z', 'FREQ=DAILY;COUNT=99999999'] } })
    expect(unfolded(far)).toContain('RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU')
    expect(lines(far, 'RRULE:FREQ=DAILY;UNTIL')).toEqual(['RRULE:FREQ=DAILY;UNTIL=45000831T000000Z'])
    expect(performance.now() - begun).toBeLessThan(2000)
  })

  test('EXRULE becomes dates, and says so where it has no end', () => {
    const recurrence = { rules: ['FREQ=WEEKLY;COUNT=6'], exceptRules: ['FREQ=WEEKLY;INTERVAL=2'] }
    expect(lines(weekly({ recurrence }), 'EXDATE')).toEqual(['EXDATE;TZID=Europe/Berlin:20240320T100000,20240403T100000,20240417T100000'])
    expect(writeEvent(weekly({ recurrence })).losses).toEqual([])
    const endless = writeEvent(weekly({ recurrence: { rules: ['FREQ=WEEKLY'], exceptRules: ['FREQ=WEEKLY;INTERVAL=2'] } }))
    expect(endless.losses).toEqual([expect.stringContaining('next ten years')])
  })

  test('an exception has its own time, zone, text, guests and status, under the time that it replaces', () => {
    const event = weekly({
      overrides: [
        {
          insteadOf: at('2024-04-03T08:00:00', 'UTC'),
          start: at('2024-04-04T10:00:00', 'America/New_York'),
          summary: 'moved',
          status: 'cancelled',
          guests: [{ address: 'g@example.org', role: 'required', type: 'individual', answer: 'declined' }],
        },
      ],
    })
    expect(lines(event, 'RECURRENCE-ID')).toEqual(['RECURRENCE-ID;TZID=Europe/Berlin:20240403T100000'])
    expect(unfolded(event)).toContain('DTSTART;TZID=America/New_York:20240404T100000')
    expect(unfolded(event).match(/BEGIN:VTIMEZONE/g)).toHaveLength(2)
    expect(unfolded(event)).toContain('STATUS:CANCELLED')
    expect(
      occurrences(writeEvent(event).bytes, 0, Date.UTC(2030, 0, 1)).map(
        ({ start, summary }) => `${new Date(start).toISOString()} ${summary}`,
      ),
    ).toEqual([
      '2024-03-20T09:00:00.000Z Jour fixe',
      '2024-03-27T09:00:00.000Z Jour fixe',
      '2024-04-04T14:00:00.000Z moved',
      '2024-04-10T08:00:00.000Z Jour fixe',
      '2024-04-17T08:00:00.000Z Jour fixe',
    ])
  })

  test('an exception that its rule no longer knows is kept, and one is not taken away as well', () => {
    const stray = weekly({ overrides: [{ insteadOf: at('2024-03-22T10:00:00'), start: at('2024-03-22T12:00:00'), summary: 'stray' }] })
    expect(lines(stray, 'RDATE')).toEqual(['RDATE;TZID=Europe/Berlin:20240322T100000'])
    const both = weekly({
      recurrence: { rules: ['FREQ=WEEKLY;COUNT=5'], exceptDates: [{ date: '2024-03-27' }] },
      overrides: [{ insteadOf: { date: '2024-03-27' }, start: at('2024-03-27T12:00:00') }],
    })
    expect(lines(both, 'EXDATE')).toEqual([])
  })
})

describe('what an event says', () => {
  test('guests, with and without an address', () => {
    const written = writeEvent({
      ...single,
      organizer: { address: 'boss@example.org', name: 'Anna "A"; B, C: D\\E' },
      guests: [
        { address: 'mailto:g@example.org', role: 'optional', type: 'room', answer: 'tentative', extra: 2 },
        { name: 'X 500', role: 'required', type: 'individual', answer: 'accepted' },
        { role: 'required', type: 'individual', answer: 'accepted' },
      ],
      reminders: [{ method: 'email', when: { minutesBefore: 90 } }],
    })
    const all = Buffer.from(written.bytes).toString().replaceAll('\r\n ', '')
    expect(all).toContain(`ORGANIZER;CN="Anna ^'A^'; B, C: D/E":mailto:boss@example.org`)
    expect(all).toContain('ATTENDEE;CUTYPE=ROOM;ROLE=OPT-PARTICIPANT;PARTSTAT=TENTATIVE;X-NUM-GUESTS=2:mailto:g@example.org')
    expect(all).toContain('ATTENDEE;CN=X 500;CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT;PARTSTAT=ACCEPTED:invalid:nomail')
    // Nextcloud mails an organiser's reminders by mail to every guest.
    expect(all).toContain('ACTION:DISPLAY\r\nTRIGGER:-PT1H30M')
    expect(written.losses).toHaveLength(3)
  })

  test('an organiser alone makes no invitation', () => {
    expect(lines({ ...single, organizer: { address: 'me@example.org' } }, 'ORGANIZER')).toEqual([])
  })

  test.each<[Partial<CalendarEvent>, readonly string[]]>([
    [{ busy: 'free' }, ['TRANSP:TRANSPARENT']],
    [{ busy: 'out-of-office' }, ['TRANSP:OPAQUE', 'X-MICROSOFT-CDO-BUSYSTATUS:OOF']],
    [{ busy: 'tentative' }, ['STATUS:TENTATIVE', 'TRANSP:OPAQUE', 'X-MICROSOFT-CDO-BUSYSTATUS:TENTATIVE']],
    [{ privacy: 'private', importance: 'high' }, ['CLASS:PRIVATE', 'PRIORITY:1']],
    [{ color: '#0b8043' }, ['COLOR:forestgreen']],
    [{ categories: ['a,b', ' c ', 'c', ''] }, ['CATEGORIES:a\\,b', 'CATEGORIES:c']],
    [{ url: 'https://example.org/a b' }, ['URL:https://example.org/a%20b']],
    [
      { meeting: { url: 'https://meet.google.com/abc', service: 'meet' } },
      ['URL:https://meet.google.com/abc', 'CONFERENCE;FEATURE=VIDEO;LABEL=Google Meet;VALUE=URI:https://meet.google.com/abc'],
    ],
    [
      {
        attachments: [
          { name: 'a;b.pdf', mediaType: 'application/pdf', bytes: Buffer.from('hello') },
          { name: 'l', url: 'https://example.org/l' },
        ],
      },
      [
        'ATTACH;FMTTYPE=application/pdf;FILENAME="a;b.pdf";ENCODING=BASE64;VALUE=BINARY:aGVsbG8=',
        'ATTACH;FILENAME=l:https://example.org/l',
      ],
    ],
    [{ sequence: 3, createdAt: 0 }, ['CREATED:19700101T000000Z', 'SEQUENCE:3']],
  ])('%j', (more, said) => {
    for (const line of said) expect(lines({ ...single, ...more }, line)).toEqual([line])
  })

  test('reminders before, after, at a moment; each once', () => {
    const reminders = [
      { method: 'display', when: { minutesBefore: 0 } },
      { method: 'display', when: { minutesBefore: -10 } },
      { method: 'email', when: { minutesBefore: 1440 } },
      { method: 'email', when: { minutesBefore: 1440 } },
      { method: 'display', when: { at: at('2024-03-20T08:00:00') } },
      { method: 'display', when: { minutesBefore: Number.NaN } },
    ] as const
    expect(lines({ ...single, reminders }, 'TRIGGER')).toEqual([
      'TRIGGER:PT0S',
      'TRIGGER:PT10M',
      'TRIGGER:-P1D',
      'TRIGGER;VALUE=DATE-TIME:20240320T070000Z',
    ])
    expect(lines({ ...single, reminders }, 'ACTION:EMAIL')).toHaveLength(1)
  })
})
