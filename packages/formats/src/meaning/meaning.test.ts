import { describe, expect, test } from 'vitest'
import type { CalendarEvent } from '../calendar/model.ts'
import { writeEvent } from '../calendar/write-event.ts'
import { writeCard } from '../contact/write-card.ts'
import { writeTask } from '../task/write-task.ts'
import { derivedUid } from './derived-uid.ts'
import { differences } from './differences.ts'
import { cardHash, eventHash, taskHash } from './hash.ts'
import { IGNORED_PARAMETERS, IGNORED_PROPERTIES, IMPLIED } from './ignored-properties.ts'
import { uidOf } from './uid-of.ts'

const zone = 'Europe/Berlin'
const event: CalendarEvent = {
  uid: 'u1',
  start: { local: '2024-03-20T10:00:00', zone },
  end: { local: '2024-03-20T11:00:00', zone },
  summary: 'Jour fixe, "A"; B',
  description: { text: 'Zeile\nzwei', html: '<b>x</b>' },
  categories: ['b', 'a'],
  guests: [{ address: 'g@example.org', role: 'required', type: 'individual', answer: 'accepted' }],
  organizer: { address: 'o@example.org' },
  reminders: [{ method: 'display', when: { minutesBefore: 15 } }],
  attachments: [{ name: 'a', bytes: Buffer.from('hello world, hello world') }],
  recurrence: { rules: ['FREQ=WEEKLY;BYDAY=WE,MO;UNTIL=20240601'], exceptDates: [{ date: '2024-03-27' }] },
  overrides: [{ insteadOf: { date: '2024-04-03' }, start: { local: '2024-04-04T10:00:00', zone }, summary: 'moved' }],
}
const sent = Buffer.from(writeEvent(event).bytes)
const text = sent.toString().replaceAll('\r\n ', '')
const bytes = (changed: string): Buffer => Buffer.from(changed)

describe('what servers do', () => {
  test.each<[string, (given: string) => string]>([
    ['properties in another order', (given) => given.replaceAll(/(UID:u1\r\n)(DTSTART[^\r]*\r\n)/g, '$2$1')],
    ['other line ends and folds', (given) => given.replaceAll('\r\n', '\n').replace('Jour', 'Jo\n ur')],
    ['names in lower case', (given) => given.replaceAll(/^(SUMMARY|LOCATION|ATTENDEE;PARTSTAT)/gm, (name) => name.toLowerCase())],
    [
      'another PRODID and DTSTAMP',
      (given) => given.replace(/PRODID:.*/, 'PRODID:-//Zimbra//X').replaceAll(/DTSTAMP:.*/g, 'DTSTAMP:20300101T000000Z'),
    ],
    ['no VTIMEZONE', (given) => given.replaceAll(/BEGIN:VTIMEZONE[\s\S]*?END:VTIMEZONE\r\n/g, '')],
    ['another name for the same zone', (given) => given.replaceAll('Europe/Berlin', 'Europe/Vienna')],
    ['a name of its own, with the zone described', (given) => given.replaceAll('Europe/Berlin', 'Zone 1')],
    [
      'defaults written out',
      (given) => given.replaceAll('UID:u1', 'TRANSP:OPAQUE\r\nCLASS:PUBLIC\r\nSTATUS:CONFIRMED\r\nSEQUENCE:0\r\nPRIORITY:0\r\nUID:u1'),
    ],
    ['defaults left out', (given) => given.replaceAll(';CUTYPE=INDIVIDUAL', '').replaceAll(';ROLE=REQ-PARTICIPANT', '')],
    ['notes on scheduling', (given) => given.replace('ATTENDEE;', 'ATTENDEE;SCHEDULE-AGENT=CLIENT;SCHEDULE-STATUS="1.2";')],
    ['a duration for an end', (given) => given.replace(/DTEND;[^\r]*/, 'DURATION:PT1H')],
    [
      'the rule in another order',
      (given) => given.replace(/RRULE:.*/, 'RRULE:UNTIL=20240601T215959Z;BYDAY=MO,WE;INTERVAL=1;WKST=MO;FREQ=WEEKLY'),
    ],
    ['all categories in one line', (given) => given.replace('CATEGORIES:b\r\nCATEGORIES:a', 'CATEGORIES:a,b')],
    ['MAILTO in capitals', (given) => given.replace(':mailto:', ':MAILTO:')],
    ['a UID for the alarm', (given) => given.replace('BEGIN:VALARM', 'BEGIN:VALARM\r\nUID:x')],
    ['base64 in lines of its own', (given) => given.replace(/aGVsbG8g/, 'aGVs\r\n bG8g')],
  ])('%s mean the same', (_, change) => {
    const changed = change(text)
    expect(changed).not.toBe(text)
    expect(differences('event', sent, bytes(changed))).toEqual([])
    expect(eventHash(bytes(changed))).toBe(eventHash(sent))
  })

  test.each<[string, (given: string) => string, string]>([
    ['a text', (given) => given.replace('zwei', 'drei'), 'DESCRIPTION is not the same.'],
    ['the markup', (given) => given.replace('<b>x', '<b>y'), 'X-ALT-DESC is not the same.'],
    ['an hour', (given) => given.replaceAll('20240320T110000', '20240320T120000'), 'DTEND is not the same.'],
    ['a zone', (given) => given.replaceAll('Europe/Berlin', 'Europe/London'), 'TIME ZONE is not the same.'],
    ['an excluded date', (given) => given.replace(/EXDATE.*\r\n/, ''), 'EXDATE is missing.'],
    [
      'an exception',
      (given) => given.replace(/BEGIN:VEVENT\r\n(?=UID:u1\r\nRECURRENCE)[\s\S]*?END:VEVENT\r\n/, ''),
      'SUMMARY of the occurrence at 2024-04-03T08:00:00Z is missing.',
    ],
    ['a guest', (given) => given.replace('mailto:g@', 'mailto:h@'), 'ATTENDEE is not the same.'],
    ['an answer', (given) => given.replace('PARTSTAT=ACCEPTED', 'PARTSTAT=DECLINED'), 'ATTENDEE is not the same.'],
    ['a byte of a file', (given) => given.replace('aGVsbG8g', 'aGVsbG9g'), 'ATTACH is not the same.'],
    ['an alarm', (given) => given.replace('-PT15M', '-PT16M'), 'VALARM is not the same.'],
    ['the rule', (given) => given.replace('BYDAY=WE,MO', 'BYDAY=WE,TU'), 'RRULE is not the same.'],
    ['its end', (given) => given.replace('T215959Z', 'T215958Z'), 'RRULE is not the same.'],
    ['a property of its own', (given) => given.replace('END:VEVENT', 'X-OWN:1\r\nEND:VEVENT'), 'X-OWN was added.'],
    ['secrecy', (given) => given.replace('UID:u1', 'CLASS:PRIVATE\r\nUID:u1'), 'CLASS was added.'],
    ['the UID', (given) => given.replaceAll('UID:u1', 'UID:u2'), 'UID is not the same.'],
  ])('%s makes it another', (_, change, says) => {
    expect(change(text)).not.toBe(text)
    const changed = bytes(change(text))
    expect(differences('event', sent, changed)).toContain(says)
    expect(eventHash(changed)).not.toBe(eventHash(sent))
  })
})

test('a zone that only its file knows is followed as the file describes it', () => {
  const own = [
    'BEGIN:VTIMEZONE',
    'TZID:Mine',
    'BEGIN:STANDARD',
    'DTSTART:19700101T000000',
    'TZOFFSETFROM:+0123',
    'TZOFFSETTO:+0123',
    'END:STANDARD',
    'END:VTIMEZONE',
  ]
  const at = (start: string, ...zones: readonly string[]) =>
    bytes(['BEGIN:VCALENDAR', ...zones, 'BEGIN:VEVENT', 'UID:a', start, 'END:VEVENT', 'END:VCALENDAR', ''].join('\r\n'))
  const described = at('DTSTART;TZID=Mine:20240101T012300', ...own)
  expect(differences('event', at('DTSTART:20240101T000000Z'), described)).toEqual([])
  expect(differences('event', at('DTSTART:20240101T000000Z'), at('DTSTART;TZID=Mine:20240101T012300'))).toEqual([
    'DTSTART is not the same.',
  ])
})

test('garbage, half an event and two events have no meaning', () => {
  for (const bad of [
    '',
    'hello',
    text.slice(0, -60),
    text.replace('UID:u1', 'UID:u2'),
    text.replaceAll('VEVENT', 'VTODO'),
    text.replace('RRULE:FREQ=WEEKLY', 'RRULE:RSCALE=HEBREW;FREQ=WEEKLY'),
  ]) {
    expect(() => eventHash(bytes(bad))).toThrow(expect.objectContaining({ reach: 'item', reason: 'not-understood' }))
  }
})

test('tasks and cards', () => {
  const task = writeTask({ uid: 't', status: 'needs-action', title: 'a', due: { date: '2024-01-01' } }).bytes
  expect(taskHash(bytes(Buffer.from(task).toString().replace('STATUS:NEEDS-ACTION\r\n', 'PERCENT-COMPLETE:0\r\n')))).toBe(taskHash(task))
  expect(differences('task', task, bytes(Buffer.from(task).toString().replace('20240101', '20240102')))).toEqual(['DUE is not the same.'])
  const card = Buffer.from(
    writeCard({ uid: 'c', fullName: 'A', emails: [{ value: 'a@b', label: 'Büro' }], phones: [{ value: '1', types: ['cell'] }] }).bytes,
  ).toString()
  const rewritten = card
    .replaceAll('ITEM1', 'item7')
    .replace('TYPE=CELL', 'type=voice,cell')
    .replace(/PRODID.*/, 'REV:20240101T000000Z')
  expect(cardHash(bytes(rewritten))).toBe(cardHash(bytes(card)))
  expect(differences('contact', bytes(card), bytes(card.replace('Büro', 'Heim')))).toEqual(['EMAIL is not the same.'])
})

test('the UID, and UIDs made from parts', () => {
  expect(uidOf(sent)).toBe('u1')
  expect(uidOf(bytes(`BEGIN:VCARD\r\nVERSION:3.0\r\nUID:${'x'.repeat(60)}\r\n ${'y'.repeat(60)}\r\nEND:VCARD\r\n`))).toBe(
    'x'.repeat(60) + 'y'.repeat(60),
  )
  expect(() => uidOf(bytes(text.replace('UID:u1', 'UID:u2')))).toThrow()
  expect(derivedUid('a', 'b')).toBe('03d2f55f-ca75-5819-bc8a-a380d0ff014c')
  expect(new Set([derivedUid('a', 'b'), derivedUid('ab'), derivedUid('ab', ''), derivedUid('', 'ab')]).size).toBe(4)
})

test('whatever is ignored says because of whom', () => {
  for (const { name, because } of [...Object.values(IGNORED_PROPERTIES).flat(), ...IGNORED_PARAMETERS, ...IMPLIED]) {
    expect(because, name).toMatch(/\d|our own|ical\.js|compared|Zimbra/)
  }
})
