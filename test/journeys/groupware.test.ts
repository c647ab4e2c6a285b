import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { occurrences } from '@offramp/formats'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Lab, startLab } from '../lab/lab.ts'
import { type NextcloudProcess, startNextcloudProcess } from '../lab/nextcloud-process.ts'

const ANNA = 'anna@contoso.example'
const LOGIN = 'anna@example.test'
const zone = 'W. Europe Standard Time'

let lab: Lab
let cloud: NextcloudProcess

beforeAll(async () => {
  cloud = await startNextcloudProcess({ seed: 3, users: [{ id: LOGIN, email: ANNA }] })
  lab = await startLab({
    accounts: [{ address: ANNA, messages: 12, sizes: 'small' }],
    cloud: { url: cloud.url, ca: cloud.ca, passwords: cloud.passwords },
    settings: { verifySample: 1, calendars: { meetingLinks: 'https://meet.example.org/{slug}' } },
  })
}, 60_000)
afterAll(async () => {
  await Promise.all([lab?.close(), cloud?.stop()])
})

const at = (day: string, hour: string) => ({ dateTime: `${day}T${hour}:00`, timeZone: zone })

const series = {
  event: {
    subject: 'Jour fixe',
    start: at('2026-01-05', '09:00'),
    end: at('2026-01-05', '10:00'),
    categories: ['Blue category'],
    recurrence: {
      pattern: { type: 'weekly' as const, interval: 1, daysOfWeek: ['monday' as const], firstDayOfWeek: 'monday' as const },
      range: { type: 'numbered' as const, startDate: '2026-01-05', numberOfOccurrences: 40, recurrenceTimeZone: zone },
    },
  },
  exceptions: [
    { date: '2026-03-30', event: { subject: 'Jour fixe, by exception', start: at('2026-03-31', '15:00'), end: at('2026-03-31', '16:30') } },
  ],
  cancelled: ['2026-02-09'],
  attachments: [{ name: 'agenda.txt', contentType: 'text/plain', base64: Buffer.from('1. Lunch').toString('base64') }],
}

const FROM = Date.UTC(2025, 0, 1)
const TO = Date.UTC(2028, 0, 1)

const instantsOf = (all: readonly { readonly start: number; readonly end: number }[]): readonly string[] =>
  all.map(({ start, end }) => `${new Date(start).toISOString()}/${new Date(end).toISOString()}`).toSorted()

const stored = (below: string) => cloud.user(LOGIN).stored(below)

test('mail, calendars, contacts and tasks of one account move as one mapping, and what stands there is what was meant', {
  timeout: 120_000,
}, async () => {
  const desk = lab.tenant.outlook(ANNA)
  await desk.addEvent(null, series)
  await desk.addEvent(null, {
    event: { subject: 'Holiday', isAllDay: true, start: at('2026-08-03', '00:00'), end: at('2026-08-08', '00:00') },
  })
  const side = await desk.addCalendar('Räume & Co')
  await desk.addEvent(side.id, { event: { subject: 'Zero', start: at('2026-05-05', '12:00'), end: at('2026-05-05', '12:00') } })
  await desk.addEvent(null, {
    event: {
      subject: 'Remote',
      start: at('2026-06-01', '14:00'),
      end: at('2026-06-01', '15:00'),
      isOnlineMeeting: true,
      onlineMeeting: { joinUrl: 'https://teams.microsoft.com/l/meetup-join/19%3ameeting_abc' },
      body: { contentType: 'text', content: 'Join: https://teams.microsoft.com/l/meetup-join/19%3ameeting_abc' },
    },
  })
  const friends = await desk.addContactFolder('Friends')
  await desk.addContact(null, {
    displayName: 'Ben Braun',
    givenName: 'Ben',
    surname: 'Braun',
    emailAddresses: [{ address: 'ben@contoso.example' }],
    categories: ['Team'],
  })
  await desk.addContact(friends.id, { displayName: 'Chloé; "C", \\ Caron', personalNotes: 'two\r\nlines' })
  await desk.addTask(null, {
    task: { title: 'Pack', dueDateTime: at('2026-12-01', '00:00') },
    steps: [{ displayName: 'Books', isChecked: true }, { displayName: 'Chair' }],
  })

  // Without a template for them, links that will die are counted.
  const project = await readFile(join(lab.folder, 'offramp.yaml'), 'utf8')
  await writeFile(join(lab.folder, 'plain.yaml'), project.replace(/ +calendars:\n +meetingLinks:.*\n/, ''))
  const check = await lab.offramp('check', '--project', 'plain.yaml')
  expect(check.code, check.out + check.err).toBe(0)
  expect(check.out).toMatch(/WARNING source: anna@contoso\.example: 1 item: .*Teams/)

  const run = await lab.offramp('run', '--workers', '1')
  expect(run.code, run.out + run.err).toBe(0)
  expect(run.out).toMatch(/^Unexplained remainder: 0 of \d+ items in 1 account\./m)

  const events = (await desk.events()).map(({ iCalUId, id, subject }) => ({ uid: iCalUId, id, subject }))
  const objects = (await stored('calendars')).filter(({ component }) => component === 'VEVENT')
  for (const { uid, id, subject } of events) {
    const object = objects.find((one) => one.uid === uid)
    if (object === undefined) throw new Error(`${subject} has not arrived.`)
    const meant = await desk.instants(id, FROM, TO)
    if (subject === 'Holiday') expect(object.text).toMatch(/DTSTART;VALUE=DATE:20260803[\s\S]*DTEND;VALUE=DATE:20260808/)
    else expect(instantsOf(occurrences(Buffer.from(object.text), FROM, TO)), subject).toEqual(instantsOf(meant))
  }
  expect(objects).toHaveLength(events.length)
  const jour = objects.find(({ text }) => text.includes('SUMMARY:Jour fixe'))?.text.replaceAll('\r\n ', '') ?? ''
  expect(jour).toContain('SUMMARY:Jour fixe\\, by exception')
  expect(jour).toContain('CATEGORIES:Blue category')
  expect(jour).toMatch(new RegExp(`ATTACH;[^:]*BASE64[^:]*:${Buffer.from('1. Lunch').toString('base64')}`))
  const remote = objects.find(({ text }) => text.includes('SUMMARY:Remote'))?.text.replaceAll('\r\n ', '') ?? ''
  expect(remote).toContain('https://meet.example.org/')

  const cards = await stored('addressbooks')
  expect(cards.map(({ text }) => /FN:([^\r]*)/.exec(text)?.[1]).toSorted()).toEqual(['Ben Braun', 'Chloé\\; "C"\\, \\\\ Caron'])
  expect(new Set(cards.map(({ path }) => path.split('/')[1])).size).toBe(2)
  const tasks = (await stored('calendars')).filter(({ component }) => component === 'VTODO')
  expect(tasks.map(({ text }) => /SUMMARY:([^\r]*)/.exec(text)?.[1]).toSorted()).toEqual(['Books', 'Chair', 'Pack'])
  expect(tasks.filter(({ text }) => text.includes('RELATED-TO')).length).toBe(2)
  expect(tasks.find(({ text }) => text.includes('SUMMARY:Pack'))?.text).toMatch(/DUE;VALUE=DATE:20261201/)
  expect(await cloud.mails()).toEqual([])
})

test('the next pass carries what changed at the source, and leaves and reports what a person changed at the destination', {
  timeout: 120_000,
}, async () => {
  const desk = lab.tenant.outlook(ANNA)
  const events = await desk.events()
  const idOf = (subject: string): string => events.find((one) => one.subject === subject)?.id ?? ''
  const objectOf = async (words: string) => (await stored('calendars')).find(({ text }) => text.includes(words))
  // A person edits one at the destination and deletes another; both then change at the source. A third changes at the source alone.
  const remote = await objectOf('SUMMARY:Remote')
  const zero = await objectOf('SUMMARY:Zero')
  if (!remote || !zero) throw new Error('The first pass has not carried them.')
  await cloud.user(LOGIN).write(remote.path, remote.text.replace('SUMMARY:Remote', 'SUMMARY:Remote by hand'))
  await cloud.user(LOGIN).remove(zero.path)
  await desk.editEvent(idOf('Remote'), { subject: 'Remote at the source' })
  await desk.changeOccurrence(idOf('Jour fixe'), { date: '2026-04-13', event: { subject: 'Jour fixe, again' } })
  await desk.cancelOccurrence(idOf('Jour fixe'), '2026-04-20')
  const [ben] = (await desk.contacts()).filter(({ displayName }) => displayName === 'Ben Braun')
  await desk.editContact(ben?.id ?? '', { jobTitle: 'Baker' })
  const [pack] = await desk.tasks()
  await desk.editTask(pack?.id ?? '', { status: 'completed' })

  const run = await lab.offramp('run', '--workers', '1')
  const report = await lab.offramp('report')
  expect(await objectOf('SUMMARY:Remote by hand')).toBeDefined()
  expect(await objectOf('Remote at the source')).toBeUndefined()
  expect(await objectOf('SUMMARY:Zero')).toBeUndefined()
  const jour = await objectOf('SUMMARY:Jour fixe')
  expect(instantsOf(occurrences(Buffer.from(jour?.text ?? ''), FROM, TO))).toEqual(
    instantsOf(await desk.instants(idOf('Jour fixe'), FROM, TO)),
  )
  expect(jour?.text.replaceAll('\r\n ', '')).toContain('SUMMARY:Jour fixe\\, again')
  expect((await stored('addressbooks')).some(({ text }) => text.includes('TITLE:Baker'))).toBe(true)
  expect((await stored('calendars')).some(({ text }) => text.includes('STATUS:COMPLETED'))).toBe(true)
  expect(report.out, run.err).toMatch(
    /altered: Calendar: "Remote[^"]*": Somebody has changed it at the destination since it arrived; it was left so\./,
  )
  expect(await cloud.violations()).toEqual([])
  expect(await lab.tenant.violations()).toEqual([])
  expect(report.out).toMatch(/missing: Räume & Co: "Zero"/)
  expect(run.code).toBe(1)
})
