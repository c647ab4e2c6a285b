import { expect, test } from 'vitest'
import { type Asking, CREATE, eventText, type TestCloud, testCloud } from '../test-cloud.ts'

const ME = 'ORGANIZER:mailto:alice@cloud.example'
const BOB = 'ATTENDEE;PARTSTAT=NEEDS-ACTION:MAILTO:Bob@cloud.example'
const SINK = 'ATTENDEE;CN=Guest:mailto:guest@sink.example'
const PATH = 'calendars/alice/personal/m.ics'

const put = (cloud: TestCloud, lines: readonly string[], more: Asking & { readonly path?: string } = {}) =>
  cloud.ask('PUT', more.path ?? PATH, { ...more, body: eventText({ lines }), headers: { ...CREATE, ...more.headers } })

const letters = (cloud: TestCloud) => cloud.state.mails.map(({ about, to }) => `${about} ${to}`)
const scheduled = (cloud: TestCloud) =>
  cloud.state.writes.filter(({ by }) => by === 'scheduling').map(({ home, path, action }) => `${action} ${home} ${path.split('/')[0]}`)

test("an organizer's event reaches local attendees, mails everybody, and comes back without an ETag", async () => {
  const cloud = testCloud()
  const made = put(cloud, [ME, BOB, SINK, 'BEGIN:VALARM', 'ACTION:DISPLAY', 'TRIGGER:-PT5M', 'DESCRIPTION:x', 'END:VALARM'])
  expect([made.status, made.headers['etag']]).toEqual([201, undefined])
  expect(letters(cloud)).toEqual(['REQUEST bob@cloud.example', 'REQUEST guest@sink.example'])
  expect(scheduled(cloud)).toEqual(['create bob inbox', 'create bob calendars'])
  const [copy] = (await cloud.user('bob').stored('calendars')).map(({ text, by, writer }) => ({ text, by, writer }))
  expect(copy).toMatchObject({ by: 'scheduling', writer: 'alice' })
  expect(copy?.text).not.toContain('METHOD')
  expect(copy?.text).not.toContain('VALARM')
  expect((await cloud.user('bob').stored('inbox'))[0]?.text).toContain('METHOD:REQUEST')
  const stored = cloud.ask('GET', PATH).text
  expect(stored).toMatch(/ATTENDEE;PARTSTAT=NEEDS-ACTION;SCHEDULE-STATUS=1\.1:MAILTO:Bob/i)
  expect(stored).toContain('BEGIN:VALARM')
})

test.each([
  [
    'SCHEDULE-AGENT=CLIENT on each ATTENDEE',
    '24',
    {},
    [ME, BOB, SINK].map((line) => line.replace(/^ATTENDEE/, 'ATTENDEE;SCHEDULE-AGENT=CLIENT')),
  ],
  ['X-NC-Scheduling from 31 on', '31', { 'x-nc-scheduling': 'false' }, [ME, BOB, SINK]],
  ['Schedule-Reply: F, whatever the version', '24', { 'schedule-reply': 'F' }, [ME, BOB, SINK]],
  ['no organizer', '32', {}, [BOB, SINK]],
  [
    'an organizer elsewhere, and no answer yet',
    '32',
    {},
    ['ORGANIZER:mailto:boss@elsewhere.example', 'ATTENDEE:mailto:alice@cloud.example', BOB],
  ],
] as const)('nothing is sent with %s', (_what, version, headers, lines) => {
  const cloud = testCloud({ version })
  const made = put(cloud, lines, { headers })
  expect([made.status, letters(cloud), scheduled(cloud)]).toEqual([201, [], []])
  expect(made.headers['etag']).toBeDefined()
})

test.each([
  ['X-NC-Scheduling before 31', '30', { 'x-nc-scheduling': 'false' }, [ME, BOB, SINK]],
  ['SCHEDULE-AGENT=CLIENT on the ORGANIZER alone', '33', {}, [ME.replace('ORGANIZER', 'ORGANIZER;SCHEDULE-AGENT=CLIENT'), BOB, SINK]],
  ['SCHEDULE-AGENT=NONE', '33', {}, [ME, BOB, SINK].map((line) => line.replace(/^ATTENDEE/, 'ATTENDEE;SCHEDULE-AGENT=NONE'))],
  ['X-NC-DISABLE-SCHEDULING before 32', '31', {}, [ME, BOB, SINK, 'X-NC-DISABLE-SCHEDULING:true']],
] as const)('all is sent in spite of %s', (_what, version, headers, lines) => {
  const cloud = testCloud({ version })
  put(cloud, lines, { headers })
  expect(letters(cloud)).toHaveLength(2)
  expect(scheduled(cloud)).toEqual(['create bob inbox', 'create bob calendars'])
})

test.each([
  ['sendInvitations is no', { settings: { sendInvitations: 'no' } }, [], '3.7'],
  ['X-NC-DISABLE-SCHEDULING from 32 on', { version: '32' }, ['X-NC-DISABLE-SCHEDULING:true'], '3.7'],
] as const)('%s: no mail, but the calendars of others are written', (_what, options, lines, status) => {
  const cloud = testCloud(options)
  put(cloud, [ME, BOB, SINK, ...lines])
  expect([letters(cloud), scheduled(cloud)]).toEqual([[], ['create bob inbox', 'create bob calendars']])
  expect(cloud.ask('GET', PATH).text).toContain(`SCHEDULE-STATUS=${status}`)
})

test('a past event mails nobody, an endless series that began in the past does', () => {
  const cloud = testCloud()
  cloud.clock.now = Date.UTC(2030, 0, 1)
  put(cloud, [ME, SINK])
  expect(letters(cloud)).toEqual([])
  const body = eventText({ uid: 'two', lines: [ME, SINK, 'RRULE:FREQ=WEEKLY'] })
  cloud.ask('PUT', 'calendars/alice/personal/s.ics', { body, headers: CREATE })
  expect(letters(cloud)).toEqual(['REQUEST guest@sink.example'])
})

test('an answer in an imported copy is sent, to a local organizer and by mail; with the parameter on the ORGANIZER it is not', async () => {
  const cloud = testCloud({ version: '34' })
  put(cloud, [ME, BOB])
  cloud.state.mails.length = 0
  const [copy] = await cloud.user('bob').stored('calendars')
  const path = `calendars/bob/personal/${copy?.path.split('/').at(-1)}`
  const accepted = (copy?.text ?? '').replace('PARTSTAT=NEEDS-ACTION', 'PARTSTAT=ACCEPTED')
  const made = cloud.ask('PUT', path, { as: 'bob', body: accepted, headers: { 'if-match': copy?.etag ?? '', prefer: 'handling=strict' } })
  expect([made.status, made.headers['etag'], letters(cloud)]).toEqual([204, undefined, ['REPLY alice@cloud.example']])
  expect(cloud.ask('GET', PATH).text).toMatch(/PARTSTAT=ACCEPTED;SCHEDULE-STATUS=2\.0/)

  const answered = (organizer: string, uid: string) =>
    cloud.ask('PUT', `calendars/bob/personal/${uid}.ics`, {
      as: 'bob',
      body: eventText({ uid, lines: [organizer, 'ATTENDEE;PARTSTAT=ACCEPTED:mailto:bob@cloud.example'] }),
      headers: CREATE,
    })
  answered('ORGANIZER:mailto:boss@sink.example', 'three')
  expect(letters(cloud).at(-1)).toBe('REPLY boss@sink.example')
  answered('ORGANIZER;SCHEDULE-AGENT=CLIENT:mailto:boss@sink.example', 'four')
  expect(letters(cloud)).toHaveLength(2)
})

test('before 34 an answer in a new copy is sent to nobody', () => {
  const cloud = testCloud({ version: '32.0.1' })
  put(cloud, ['ORGANIZER:mailto:boss@sink.example', 'ATTENDEE;PARTSTAT=ACCEPTED:mailto:alice@cloud.example'])
  expect(letters(cloud)).toEqual([])
})

test('a refused PUT has sent its reply all the same', () => {
  const cloud = testCloud({ version: '34' })
  const lines = ['ORGANIZER:mailto:boss@sink.example', 'ATTENDEE;PARTSTAT=ACCEPTED:mailto:alice@cloud.example']
  put(cloud, lines, { headers: { 'x-nc-scheduling': 'false' } })
  expect(put(cloud, lines, { path: 'calendars/alice/personal/other.ics' }).status).toBe(409)
  expect(letters(cloud)).toEqual(['REPLY boss@sink.example'])
})

test("the organizer's copy that comes first leaves no room for the attendee's own", () => {
  const cloud = testCloud()
  put(cloud, [ME, BOB])
  const own = cloud.ask('PUT', 'calendars/bob/personal/m.ics', { as: 'bob', body: eventText({ lines: [ME, BOB] }), headers: CREATE })
  expect([own.status, own.text]).toEqual([400, expect.stringContaining('Calendar object with uid already exists')])
})

test.each([
  ['32.0.6', { 'x-nc-scheduling': 'false' }, 2],
  ['32.0.7', { 'x-nc-scheduling': 'false' }, 0],
  ['33.0.0', { 'x-nc-scheduling': 'false' }, 2],
  ['33.0.1', { 'x-nc-scheduling': 'false' }, 0],
  ['24', { 'schedule-reply': 'F' }, 0],
] as const)('%s: a deletion with %j sends %i cancellations', (version, headers, count) => {
  const cloud = testCloud({ version })
  put(cloud, [ME, BOB, SINK])
  cloud.state.mails.length = 0
  expect(cloud.ask('DELETE', PATH, { headers }).status).toBe(204)
  expect(letters(cloud)).toEqual(['CANCEL bob@cloud.example', 'CANCEL guest@sink.example'].slice(0, count))
  const copies = [...(cloud.state.users.get('bob')?.calendars[0]?.shelf.all() ?? [])].map(({ bytes }) => bytes.toString())
  expect(copies.map((text) => text.includes('STATUS:CANCELLED'))).toEqual([count > 0])
})

test('who is not invited any more is told, who is anew is asked, and another priority is worth no mail, as another place is', () => {
  const cloud = testCloud()
  put(cloud, [ME, BOB])
  cloud.state.mails.length = 0
  const change = (lines: readonly string[]) =>
    cloud.ask('PUT', PATH, { body: eventText({ lines }), headers: { 'if-match': '*', prefer: 'handling=strict' } })
  change([ME, SINK])
  expect(letters(cloud)).toEqual(['CANCEL bob@cloud.example', 'REQUEST guest@sink.example'])
  change([ME, SINK, 'PRIORITY:3'])
  expect(letters(cloud)).toHaveLength(2)
  change([ME, SINK, 'LOCATION:elsewhere'])
  expect(letters(cloud)).toHaveLength(3)
  cloud.ask('DELETE', 'calendars/alice/personal/')
  expect(letters(cloud)).toHaveLength(3)
})

test('an attendee who is not invited to one instance gets it as an exception', async () => {
  const cloud = testCloud()
  const body = eventText({
    lines: [
      ME,
      BOB,
      'RRULE:FREQ=DAILY;COUNT=3',
      'END:VEVENT',
      'BEGIN:VEVENT',
      'UID:one@example',
      'DTSTAMP:20260101T000000Z',
      'RECURRENCE-ID:20270106T090000Z',
      'DTSTART:20270106T110000Z',
      ME,
      SINK,
    ],
  })
  cloud.ask('PUT', PATH, { body, headers: CREATE })
  const [copy] = await cloud.user('bob').stored('calendars')
  expect(copy?.text).toContain('EXDATE:20270106T090000Z')
  expect(copy?.text.match(/BEGIN:VEVENT/g)).toHaveLength(1)
})

test("an answer to one instance becomes an exception in the organizer's series", () => {
  const cloud = testCloud({ version: '30' })
  const series = ['RRULE:FREQ=DAILY;COUNT=3', ME, BOB]
  put(cloud, series)
  const [copy] = cloud.state.users.get('bob')?.calendars[0]?.shelf.all() ?? []
  const exception = [
    'END:VEVENT',
    'BEGIN:VEVENT',
    'UID:one@example',
    'DTSTAMP:20260101T000000Z',
    'RECURRENCE-ID:20270106T090000Z',
    'DTSTART:20270106T090000Z',
  ]
  const body = eventText({ lines: [...series, ...exception, ME, BOB.replace('NEEDS-ACTION', 'DECLINED')] })
  const headers = { 'if-match': '*', prefer: 'handling=strict' }
  expect(cloud.ask('PUT', `calendars/bob/personal/${copy?.name}`, { as: 'bob', body, headers }).status).toBe(204)
  const text = cloud.ask('GET', PATH).text
  expect(text).toMatch(/RECURRENCE-ID:20270106T090000Z/)
  expect(text).toMatch(/DTSTART:20270106T090000Z\r\nDTEND:20270106T100000Z/)
  expect(text.match(/PARTSTAT=DECLINED/g)).toHaveLength(1)
  expect(text.match(/RRULE/g)).toHaveLength(1)
})
