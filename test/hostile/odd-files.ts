import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A calendar as programs have written such: lines of one VEVENT or of several, and when it takes place. */
export interface OddCalendar {
  /** Its SUMMARY. */
  readonly name: string
  readonly lines: readonly string[]
  /** Starts in UTC, to the minute; of days, the day. Absent: it stays behind, and `reason` is in the report. */
  readonly at?: readonly string[]
  readonly reason?: RegExp
  /** Outlook has no words for it, so that it never was in a Microsoft calendar. */
  readonly notInOutlook?: true
}

const event = (...lines: readonly string[]): readonly string[] => ['BEGIN:VEVENT', 'DTSTAMP:20250101T000000Z', ...lines, 'END:VEVENT']
const berlin = (time: string): string => `DTSTART;TZID=Europe/Berlin:${time}`

/** Berlin's rules under a name that nobody else knows. */
const OWN_ZONE = [
  'BEGIN:VTIMEZONE',
  'TZID:Zone of my own',
  'BEGIN:STANDARD',
  'DTSTART:19701025T030000',
  'RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU',
  'TZOFFSETFROM:+0200',
  'TZOFFSETTO:+0100',
  'END:STANDARD',
  'BEGIN:DAYLIGHT',
  'DTSTART:19700329T020000',
  'RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU',
  'TZOFFSETFROM:+0100',
  'TZOFFSETTO:+0200',
  'END:DAYLIGHT',
  'END:VTIMEZONE',
]

const moved = (uid: string, instead: string, to: string): readonly string[] =>
  event(`UID:${uid}`, `RECURRENCE-ID;TZID=Europe/Berlin:${instead}`, berlin(to), 'DURATION:PT1H', `SUMMARY:${uid} for once`)

const DAILY = 'RRULE:FREQ=DAILY'

export const ODD_CALENDARS: readonly OddCalendar[] = [
  {
    name: 'moved and cancelled and re-timed',
    lines: [
      ...moved('series', '20250120T090000', '20250121T150000'),
      ...event(
        'UID:series',
        berlin('20250106T090000'),
        'DURATION:PT1H',
        'RRULE:FREQ=WEEKLY;COUNT=6',
        'EXDATE;TZID=Europe/Berlin:20250113T090000',
        'SUMMARY:moved and cancelled and re-timed',
      ),
      ...moved('series', '20250127T090000', '20250127T110000'),
    ],
    at: ['2025-01-06T08:00', '2025-01-21T14:00', '2025-01-27T10:00', '2025-02-03T08:00', '2025-02-10T08:00'],
  },
  {
    name: 'alone for once',
    lines: moved('alone', '20250310T090000', '20250311T090000'),
    at: ['2025-03-11T08:00'],
  },
  {
    name: 'RDATE and EXDATE',
    lines: event(
      'UID:dates',
      berlin('20250401T090000'),
      `${DAILY};COUNT=4`,
      'RDATE;TZID=Europe/Berlin:20250410T120000',
      'EXDATE;TZID=Europe/Berlin:20250402T090000',
      'SUMMARY:RDATE and EXDATE',
    ),
    at: ['2025-04-01T07:00', '2025-04-03T07:00', '2025-04-04T07:00', '2025-04-10T10:00'],
    notInOutlook: true,
  },
  {
    name: 'ends by COUNT',
    lines: event('UID:count', berlin('20250329T090000'), `${DAILY};COUNT=3`, 'SUMMARY:ends by COUNT'),
    at: ['2025-03-29T08:00', '2025-03-30T07:00', '2025-03-31T07:00'],
  },
  {
    name: 'ends by UNTIL',
    lines: event('UID:until', berlin('20250329T090000'), `${DAILY};UNTIL=20250331T070000Z`, 'SUMMARY:ends by UNTIL'),
    at: ['2025-03-29T08:00', '2025-03-30T07:00', '2025-03-31T07:00'],
  },
  {
    name: 'this and future before',
    lines: event('UID:split', berlin('20250707T100000'), 'RRULE:FREQ=WEEKLY;UNTIL=20250720T215959Z', 'SUMMARY:this and future before'),
    at: ['2025-07-07T08:00', '2025-07-14T08:00'],
  },
  {
    name: 'this and future after',
    lines: event('UID:split_R20250721T080000', berlin('20250721T113000'), 'RRULE:FREQ=WEEKLY;COUNT=2', 'SUMMARY:this and future after'),
    at: ['2025-07-21T09:30', '2025-07-28T09:30'],
  },
  {
    name: 'Romance Standard Time',
    lines: event('UID:romance', 'DTSTART;TZID=Romance Standard Time:20250701T100000', `${DAILY};COUNT=1`, 'SUMMARY:Romance Standard Time'),
    at: ['2025-07-01T08:00'],
  },
  {
    // Radicale takes a zone without London's summers before 2020 for UTC, and then cannot compare it with another one.
    name: 'from London to New York',
    lines: event(
      'UID:flight',
      'DTSTART;TZID=Europe/London:20241005T130000',
      'DTEND;TZID=America/New_York:20241005T160000',
      'SUMMARY:from London to New York',
    ),
    at: ['2024-10-05T12:00'],
  },
  {
    name: 'by Easter',
    lines: event('UID:easter', 'DTSTART;VALUE=DATE:20250420', 'RRULE:FREQ=YEARLY;BYEASTER=0', 'SUMMARY:by Easter'),
    reason: /cannot be read/,
    notInOutlook: true,
  },
  {
    name: 'a private zone',
    lines: [
      ...OWN_ZONE,
      ...event('UID:private', 'DTSTART;TZID=Zone of my own:20251025T100000', `${DAILY};COUNT=2`, 'SUMMARY:a private zone'),
    ],
    at: ['2025-10-25T08:00', '2025-10-26T09:00'],
  },
  // Neither provider has floating time: it is the owner's, whose calendar is Berlin's.
  { name: 'floating', lines: event('UID:floating', 'DTSTART:20250701T100000', 'SUMMARY:floating'), at: ['2025-07-01T08:00'] },
  {
    name: 'days over the change of clocks',
    lines: event('UID:days', 'DTSTART;VALUE=DATE:20250329', `${DAILY};COUNT=3`, 'SUMMARY:days over the change of clocks'),
    at: ['2025-03-29', '2025-03-30', '2025-03-31'],
  },
  {
    name: 'Brazil before 2019',
    lines: event('UID:brazil', 'DTSTART;TZID=America/Sao_Paulo:20181029T090000', 'RRULE:FREQ=WEEKLY;COUNT=2', 'SUMMARY:Brazil before 2019'),
    // Until 2017 the clocks went forward in October.
    at: ['2018-10-29T12:00', '2018-11-05T11:00'],
  },
  {
    name: '29 February',
    lines: event('UID:leap', 'DTSTART;VALUE=DATE:20240229', 'RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29;COUNT=2', 'SUMMARY:29 February'),
    at: ['2024-02-29', '2028-02-29'],
    notInOutlook: true,
  },
  { name: 'without UID', lines: event(berlin('20250801T100000'), 'SUMMARY:without UID'), at: ['2025-08-01T08:00'] },
  {
    name: 'UID of a path',
    lines: event('UID:../a/b c%2F?;x', berlin('20250801T100000'), 'SUMMARY:UID of a path'),
    at: ['2025-08-01T08:00'],
  },
  { name: 'UID of 500', lines: event(`UID:${'u'.repeat(500)}`, berlin('20250801T100000'), 'SUMMARY:UID of 500'), at: ['2025-08-01T08:00'] },
  { name: 'Bürgergespräch', lines: event('UID:latin', berlin('20250801T100000'), 'SUMMARY:Bürgergespräch'), at: ['2025-08-01T08:00'] },
  {
    name: 'by the Hebrew calendar',
    lines: event('UID:hebrew', 'DTSTART;VALUE=DATE:20250208', 'RRULE:RSCALE=HEBREW;FREQ=YEARLY', 'SUMMARY:by the Hebrew calendar'),
    reason: /follows a calendar that servers cannot count by/,
    notInOutlook: true,
  },
  {
    name: 'a day that never comes',
    lines: event('UID:never', berlin('20250228T100000'), 'RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30', 'SUMMARY:a day that never comes'),
    // A start always counts.
    at: ['2025-02-28T09:00'],
    notInOutlook: true,
  },
]

/** A card as programs have written such, and what of it must stand at the destination. */
export interface OddCard {
  readonly name: string
  readonly lines: readonly string[]
  readonly mails?: readonly string[]
  readonly phones?: readonly string[]
}

const three = (...lines: readonly string[]): readonly string[] => ['BEGIN:VCARD', 'VERSION:3.0', ...lines, 'END:VCARD']
const same = three('FN:The very same', 'N:same;The very;;;', 'EMAIL:same@partner.example')

/** `canary`: an address which nobody may ask for anything. */
export const oddCards = (canary: string): readonly OddCard[] => [
  {
    name: 'Jürgen Groß',
    lines: [
      'BEGIN:VCARD',
      'VERSION:2.1',
      'PRODID:one',
      'PRODID:two',
      'N;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:Gro=C3=9F;J=C3=BCrgen',
      'FN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:J=C3=BCrgen =',
      'Gro=C3=9F',
      'TEL;CELL:+49 30 1',
      'EMAIL;INTERNET:j@partner.example',
      'END:VCARD',
    ],
    mails: ['j@partner.example'],
    phones: ['+49 30 1'],
  },
  {
    name: 'Zoë Ångström',
    lines: three('FN:Zoë Ångström', 'N:Ångström;Zoë;;;', 'EMAIL:zoe@partner.example'),
    mails: ['zoe@partner.example'],
  },
  { name: 'nameless@partner.example', lines: three('N:;;;;', 'EMAIL:nameless@partner.example'), mails: ['nameless@partner.example'] },
  { name: 'Photo elsewhere', lines: three('FN:Photo elsewhere', 'N:elsewhere;Photo;;;', `PHOTO;VALUE=uri:${canary}`) },
  { name: 'a;b,c\\d', lines: three('FN:a\\;b\\,c\\\\d', 'N:b\\,c;a\\;;;;', 'ORG:x\\;y;z\\,w', 'NOTE:one\\ntwo\\;\\,\\\\') },
  { name: 'שלום עולם', lines: three('FN:שלום עולם', 'N:עולם;שלום;;;', 'TEL;TYPE=HOME:+972 1'), phones: ['+972 1'] },
  { name: 'The very same', lines: same, mails: ['same@partner.example'] },
  { name: 'The very same', lines: same, mails: ['same@partner.example'] },
  { name: 'The very same', lines: same, mails: ['same@partner.example'] },
  { name: 'Ends within', lines: ['BEGIN:VCARD', 'VERSION:3.0', 'FN:Ends within', 'TEL:+1'] },
]

/** Folders with each in a file of its own, every other one in Latin-1 where that has all of its letters. */
export async function writeOddFiles(canary: string): Promise<{ readonly ics: string; readonly vcf: string }> {
  const ics = await mkdtemp(join(tmpdir(), 'offramp-odd-ics-'))
  const vcf = await mkdtemp(join(tmpdir(), 'offramp-odd-vcf-'))
  const write = (folder: string, name: string, lines: readonly string[]) => {
    const text = `${lines.join('\r\n')}\r\n`
    return writeFile(join(folder, name), text, /^[\0-\xff]*$/.test(text) ? 'latin1' : 'utf8')
  }
  for (const [at, { lines }] of ODD_CALENDARS.entries())
    await write(ics, `${at}.ics`, ['BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//odd//EN', ...lines, 'END:VCALENDAR'])
  for (const [at, { lines }] of oddCards(canary).entries()) await write(vcf, `${at}.vcf`, lines)
  return { ics, vcf }
}
