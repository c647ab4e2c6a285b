import type { Attendee, Contact, Event } from '@microsoft/microsoft-graph-types'
import { type Random, randomFrom } from '../../generate/random.ts'
import { generatedSeries } from '../calendar/generate-series.ts'
import type { EventSeed } from '../calendar/state.ts'
import type { PhotoSeed } from '../contacts/contacts.ts'
import type { TaskSeed } from '../todo/todo.ts'

const GIVEN: readonly [string, ...string[]] = ['Anna', 'Ben', 'Zoë', 'Jürgen', 'Αλέξης', '美咲', 'سارة', 'Łukasz', "D'Arcy"]
const FAMILY: readonly [string, ...string[]] = ['Berg', 'Müller-Lüdenscheidt', 'Ó Briain', '田中', 'de la Cruz', 'Smith']
const TOPICS: readonly [string, ...string[]] = [
  'Jour fixe',
  'Budget 2027',
  'Übergabe',
  '1:1',
  'Zahnarzt',
  '年度計画',
  'Release; Planung, Teil 2',
]
const COLORS: readonly [string, ...string[]] = ['Red category', 'Projekt Ä', 'VIP']

/** An instant of the generated years, on a whole quarter of an hour. */
const someTime = (random: Random): number => Date.UTC(2021, 0, 1) + random.between(0, 6 * 365 * 96) * 900_000

const text = (at: number): string => new Date(at).toISOString().slice(0, 19)

function guests(random: Random, owner: string): Attendee[] {
  const count = random.pick([0, 0, 1, 2, 5])
  const answers = ['none', 'accepted', 'declined', 'tentativelyAccepted', 'notResponded'] as const
  return Array.from({ length: count }, (_, at) => ({
    type: random.pick(['required', 'required', 'optional', 'resource'] as const),
    status: { response: random.pick(answers), time: '0001-01-01T00:00:00Z' },
    emailAddress:
      at === 0 && random.chance(0.2)
        ? { name: 'The owner', address: owner }
        : { name: `Guest ${at}`, address: `guest${random.between(1, 40)}@partner.example` },
  }))
}

/** The `n`th event of an owner: every third is a series. The same arguments give the same event. */
export function generatedEvent(seed: string, n: number, owner: string): EventSeed {
  const random = randomFrom(seed, 'event', n)
  if (n % 3 === 0) {
    const series = generatedSeries(random.between(0, 1_000_000), n)
    return { ...series, event: { ...series.event, ...wordsOf(random, owner), subject: `${random.pick(TOPICS)} (${n})` } }
  }
  const start = someTime(random)
  const isAllDay = random.chance(0.15)
  const day = `${text(start).slice(0, 10)}T00:00:00`
  const next = text(Date.parse(`${day}Z`) + random.between(1, 3) * 86_400_000)
  const zone = random.pick(['W. Europe Standard Time', 'Pacific Standard Time', 'UTC', 'Europe/Vienna'])
  const times: Event = isAllDay
    ? { isAllDay, start: { dateTime: day, timeZone: zone }, end: { dateTime: next, timeZone: zone } }
    : { start: { dateTime: text(start), timeZone: zone }, end: { dateTime: text(start + random.between(0, 8) * 900_000), timeZone: zone } }
  const attachments = random.chance(0.06)
    ? [{ name: `Agenda ${n}.txt`, contentType: 'text/plain', base64: random.bytes(random.between(10, 4_000)).toString('base64') }]
    : []
  return { event: { ...times, ...wordsOf(random, owner), subject: `${random.pick(TOPICS)} (${n})` }, attachments }
}

function wordsOf(random: Random, owner: string): Event {
  const isTeams = random.chance(0.15)
  const joinUrl = `https://teams.microsoft.com/l/meetup-join/19%3ameeting_${random.bytes(18).toString('base64url')}%40thread.v2/0?context=%7b%7d`
  const attendees = guests(random, owner)
  const isOrganizer = attendees.length === 0 || random.chance(0.6)
  const host = { name: 'Chair', address: 'chair@partner.example' }
  return {
    body: {
      contentType: 'html',
      content: `<html><body><p>${random.pick(TOPICS)} &amp; <b>more</b></p>${isTeams ? `<a href="${joinUrl}">Join</a>` : ''}</body></html>`,
    },
    attendees,
    isOrganizer,
    ...(!isOrganizer && {
      organizer: { emailAddress: host },
      responseStatus: { response: random.pick(['accepted', 'declined', 'none']), time: '0001-01-01T00:00:00Z' },
    }),
    showAs: random.pick(['busy', 'busy', 'free', 'tentative', 'oof', 'workingElsewhere']),
    sensitivity: random.pick(['normal', 'normal', 'normal', 'private', 'confidential', 'personal']),
    importance: random.pick(['normal', 'normal', 'high', 'low']),
    categories: random.chance(0.3) ? [random.pick(COLORS)] : [],
    isReminderOn: random.chance(0.7),
    reminderMinutesBeforeStart: random.pick([15, 0, 1_440, -5]),
    ...(random.chance(0.5) && { location: { displayName: random.pick(['Room 1', 'Zürich, HQ; 3. Stock', 'Zoom']) } }),
    ...(isTeams && { isOnlineMeeting: true, onlineMeetingProvider: 'teamsForBusiness', onlineMeeting: { joinUrl } }),
  }
}

/** The `n`th contact, every fifth with a photo. */
export function generatedContact(seed: string, n: number): { readonly contact: Contact; readonly photo: PhotoSeed | undefined } {
  const random = randomFrom(seed, 'contact', n)
  const [givenName, surname] = [random.pick(GIVEN), random.pick(FAMILY)]
  const contact: Contact = {
    displayName: `${givenName} ${surname} ${n}`,
    givenName,
    surname,
    fileAs: `${surname}, ${givenName}`,
    emailAddresses: [{ name: `${givenName} ${surname}`, address: `contact${n}@partner.example` }],
    businessPhones: random.chance(0.6) ? [`+49 30 ${random.between(100_000, 999_999)}`] : [],
    homePhones: [],
    mobilePhone: random.chance(0.5) ? `+49 170 ${random.between(1_000_000, 9_999_999)}` : null,
    companyName: random.chance(0.7) ? 'Müller; Söhne, KG' : null,
    jobTitle: random.chance(0.4) ? 'Buyer' : null,
    department: random.chance(0.3) ? 'Einkauf' : null,
    ...(random.chance(0.4) && {
      businessAddress: { street: 'Hauptstr. 1\r\n2. Hof', city: 'Berlin', postalCode: '10115', countryOrRegion: 'Deutschland' },
    }),
    ...(random.chance(0.3) && {
      birthday: `${random.pick(['1604', '1970', '1999'])}-02-${String(random.between(1, 28)).padStart(2, '0')}T11:59:00Z`,
    }),
    categories: random.chance(0.3) ? [random.pick(COLORS)] : [],
    personalNotes: random.chance(0.3) ? 'First line\r\nsecond; line, with \\ signs' : '',
    ...(random.chance(0.1) && { spouseName: 'Kim', children: ['Ada', 'Bo'], manager: 'The boss', assistantName: 'Sam' }),
  }
  return { contact, photo: n % 5 === 0 ? { size: random.between(2_000, 60_000) } : undefined }
}

/** The `n`th task: every fourth with steps, every tenth repeats. */
export function generatedTask(seed: string, n: number): TaskSeed {
  const random = randomFrom(seed, 'task', n)
  const day = text(Date.UTC(2025, 0, 1) + random.between(0, 900) * 86_400_000).slice(0, 10)
  const isDone = random.chance(0.3)
  // Midnight in Berlin, told in UTC: in summer two hours before, in winter one.
  const due = { dateTime: `${text(Date.parse(`${day}T00:00:00Z`) - (isSummer(day) ? 7_200_000 : 3_600_000))}.0000000`, timeZone: 'UTC' }
  return {
    task: {
      title: `${random.pick(TOPICS)} (${n})`,
      body: { contentType: 'html', content: random.chance(0.5) ? `<p>Task ${n}</p>` : '' },
      importance: random.pick(['normal', 'high', 'low']),
      status: isDone ? 'completed' : random.pick(['notStarted', 'inProgress', 'waitingOnOthers', 'deferred']),
      categories: random.chance(0.3) ? [random.pick(COLORS)] : [],
      ...(random.chance(0.7) && { dueDateTime: due }),
      ...(isDone && { completedDateTime: due }),
      ...(n % 10 === 0 && {
        dueDateTime: due,
        recurrence: {
          pattern: { type: 'weekly', interval: 1, daysOfWeek: ['monday'], firstDayOfWeek: 'sunday' },
          range: { type: 'noEnd', startDate: day },
        },
      }),
      ...(random.chance(0.3) && { isReminderOn: true, reminderDateTime: { dateTime: `${day}T07:00:00.0000000`, timeZone: 'UTC' } }),
    },
    steps:
      n % 4 === 0
        ? Array.from({ length: random.between(1, 4) }, (_, at) => ({ displayName: `Step ${at}`, isChecked: random.chance(0.5) }))
        : [],
    links: random.chance(0.2)
      ? [
          {
            webUrl: `https://mail.example.org/message/${n}`,
            applicationName: 'Mail',
            displayName: 'The mail behind it',
            externalId: `m${n}`,
          },
        ]
      : [],
    attachments: random.chance(0.1)
      ? [{ name: `Note ${n}.txt`, contentType: 'text/plain', base64: random.bytes(500).toString('base64') }]
      : [],
  }
}

const isSummer = (day: string): boolean => day.slice(5) >= '04-01' && day.slice(5) < '10-25'
