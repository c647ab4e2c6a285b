import type { Contact, Event } from '@microsoft/microsoft-graph-types'
import type { EventSeed } from '../calendar/state.ts'
import type { PhotoSeed } from '../contacts/contacts.ts'
import type { TaskSeed } from '../todo/todo.ts'

const DN = '/o=ExchangeLabs/ou=Exchange Administrative Group (FYDIBOHF23SPDLT)/cn=Recipients/cn=gone'

const on = (day: string, hour = '09'): Event => ({
  start: { dateTime: `${day}T${hour}:00:00`, timeZone: 'W. Europe Standard Time' },
  end: { dateTime: `${day}T${hour}:30:00`, timeZone: 'W. Europe Standard Time' },
})

const person = (name: string, address: string) => ({
  emailAddress: { name, address },
  type: 'required' as const,
  status: { response: 'none' as const, time: '0001-01-01T00:00:00Z' },
})

const weekly = (day: string): NonNullable<Event['recurrence']> => ({
  pattern: { type: 'weekly', interval: 1, daysOfWeek: ['monday'], firstDayOfWeek: 'monday' },
  range: { type: 'endDate', startDate: day, endDate: '2026-12-28' },
})

/** How often one invitation stands in the calendar (pimutils/vdirsyncer#1140). */
export const COPIES = 700

/** Events that have broken migrations before. `copies`: of one invitation. */
export function hostileEvents(copies = COPIES): readonly EventSeed[] {
  const longText = `<p>${'All work and no play makes Jack a dull boy. '.repeat(24_000)}</p>`
  return [
    {
      event: {
        ...on('2026-01-12'),
        subject: 'Guests without addresses',
        attendees: [person('Gone', DN), person('', ''), person('Only a name', '')],
      },
    },
    { event: { ...on('2026-01-13'), subject: 'No UID', iCalUId: '' } },
    { event: { ...on('2026-01-14'), subject: 'A megabyte of text', body: { contentType: 'html', content: longText } } },
    {
      event: {
        ...on('2026-01-15'),
        subject: 'Script',
        body: { contentType: 'html', content: '<script>alert(1)</script><p onclick="x()">hello</p>' },
      },
    },
    { event: { ...on('2026-01-16'), subject: 'UID / with spaces, and 500 letters', iCalUId: `a/b c;d,${'x'.repeat(500)}` } },
    { event: { ...on('2026-01-19'), subject: 'A zone of my own', recurrence: weekly('2026-01-19') }, shownZone: 'Customized Time Zone' },
    { event: { ...on('2026-01-19', '10'), subject: 'No zone', recurrence: weekly('2026-01-19') }, shownZone: '' },
    {
      event: {
        ...on('2026-01-19', '11'),
        subject: 'Everything at once',
        recurrence: weekly('2026-01-19'),
        isReminderOn: true,
        reminderMinutesBeforeStart: -30,
      },
      exceptions: [
        { date: '2026-02-02', event: { subject: 'Canceled: Everything at once', isCancelled: true } },
        {
          date: '2026-02-09',
          event: { ...on('2026-02-11'), subject: 'Moved', attendees: [person('Ben', 'ben@partner.example')] },
          attachments: [{ name: 'only here.txt', base64: 'aGVsbG8=' }],
        },
        {
          date: '2026-02-16',
          event: { isAllDay: true, start: { dateTime: '2026-02-17T00:00:00' }, end: { dateTime: '2026-02-18T00:00:00' } },
        },
      ],
      cancelled: ['2026-03-02'],
    },
    {
      event: { ...on('2026-01-20'), subject: 'All sorts of attachments' },
      attachments: [
        { name: 'file.txt', contentType: 'text/plain', base64: 'aGVsbG8=' },
        { sort: 'item', name: 'A mail', base64: Buffer.from('Subject: hello\r\n\r\nhello\r\n').toString('base64') },
        { sort: 'reference', name: 'Plan.docx' },
        { name: 'broken.bin', base64: 'aGVsbG8=', corrupt: true },
      ],
    },
    {
      event: {
        ...on('2026-01-21'),
        subject: 'Ends before it begins',
        end: { dateTime: '2026-01-20T09:00:00', timeZone: 'W. Europe Standard Time' },
      },
    },
    {
      event: { ...on('2018-11-03', '23'), subject: 'Brazil 2018', recurrence: daily('2018-11-01') },
      shownZone: 'E. South America Standard Time',
      zone: 'America/Sao_Paulo',
    },
    { event: { ...on('2026-01-22'), subject: '' } },
    ...Array.from(
      { length: copies },
      (): EventSeed => ({
        event: { ...on('2026-03-10'), subject: 'The same invitation', iCalUId: 'THE-SAME-INVITATION', isOrganizer: false },
      }),
    ),
  ]
}

const daily = (day: string): NonNullable<Event['recurrence']> => ({
  pattern: { type: 'daily', interval: 1 },
  range: { type: 'numbered', startDate: day, numberOfOccurrences: 10 },
})

export function hostileContacts(): readonly { readonly contact: Contact; readonly photo?: PhotoSeed }[] {
  return [
    { contact: {} },
    {
      contact: {
        emailAddresses: [
          { name: 'x', address: DN },
          { name: '', address: '' },
        ],
      },
    },
    { contact: { displayName: '12 MB of a face' }, photo: { size: 12 * 2 ** 20 } },
    { contact: { displayName: 'Not a picture' }, photo: { base64: Buffer.from('<html>not a picture</html>').toString('base64') } },
    { contact: { displayName: '\\;,\n:', givenName: '\\;,\r\n', surname: 'BEGIN:VCARD\r\nEND:VCARD', companyName: ';;;' } },
    { contact: { displayName: 'مرحبا بالعالم', birthday: '0001-05-06T11:59:00Z' } },
    { contact: { displayName: 'Many', homePhones: Array.from({ length: 40 }, (_, n) => `+1 ${n}`), personalNotes: 'x'.repeat(200_000) } },
    { contact: { displayName: 'The same person', emailAddresses: [{ address: 'same@partner.example' }] } },
    { contact: { displayName: 'The same person', emailAddresses: [{ address: 'same@partner.example' }] } },
  ]
}

export function hostileTasks(): readonly TaskSeed[] {
  return [
    { task: {} },
    {
      task: { title: 'A hundred steps' },
      steps: Array.from({ length: 100 }, (_, n) => ({ displayName: `Step ${n}`, isChecked: n % 2 === 0 })),
    },
    { task: { title: 'Links to nowhere' }, links: [{ displayName: 'no address' }, { webUrl: 'not an address' }] },
    { task: { title: 'x'.repeat(2_000), body: { contentType: 'text', content: 'y'.repeat(500_000) } } },
    { task: { title: 'Repeats from no day', recurrence: weekly('2026-01-19') } },
    { task: { title: 'Broken file' }, attachments: [{ name: 'broken.bin', base64: 'aGVsbG8=', corrupt: true }] },
  ]
}
