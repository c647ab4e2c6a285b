import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Lab, startLab } from '../lab/lab.ts'
import { type NextcloudProcess, startNextcloudProcess } from '../lab/nextcloud-process.ts'

const EVENTS = Number(process.env['OFFRAMP_SILENCE_EVENTS'] ?? 1_000)
const ANNA = 'anna@contoso.example'
const BEN = 'ben@contoso.example'
const loginOf = (address: string): string => `${address.split('@')[0]}@example.test`

let lab: Lab
let cloud: NextcloudProcess

beforeAll(async () => {
  // Everybody can be invited on the new server: Anna's and Ben's old addresses are theirs there too, and Chloe is there and is not moved.
  cloud = await startNextcloudProcess({
    seed: 1,
    users: [ANNA, BEN, 'chloe@contoso.example'].map((address) => ({ id: loginOf(address), email: address })),
    settings: { sendInvitations: 'yes' },
  })
  const passwords = Object.fromEntries([ANNA, BEN].map((address) => [loginOf(address), cloud.passwords[loginOf(address)] ?? '']))
  lab = await startLab({
    accounts: [ANNA, BEN].map((address) => ({ address, messages: 0 })),
    cloud: { url: cloud.url, ca: cloud.ca, passwords },
    settings: { workloads: ['event'], verifySample: 1 },
  })
}, 60_000)
afterAll(async () => {
  await Promise.all([lab?.close(), cloud?.stop()])
})

const ANSWERS = ['none', 'accepted', 'declined', 'tentativelyAccepted', 'notResponded'] as const

const guest = (address: string, n: number) => ({
  type: 'required' as const,
  status: { response: ANSWERS[n % ANSWERS.length] ?? 'none' },
  emailAddress: { address, name: address.split('@')[0] ?? '' },
})

const zone = 'W. Europe Standard Time'

/** Past and future, single and in series, organised by Anna, by Ben or by somebody outside, with guests here, there and outside. */
function meeting(n: number) {
  const day = new Date(Date.UTC(2026, 10, 22) + (((n * 37) % 800) - 400) * 86_400_000).toISOString().slice(0, 10)
  const hour = String(8 + (n % 9)).padStart(2, '0')
  const organizer = [ANNA, BEN, 'boss@elsewhere.example'][n % 3] ?? ANNA
  const guests = [ANNA, BEN, 'chloe@contoso.example', `guest-${n}@elsewhere.example`].filter((address) => address !== organizer)
  const weekly = {
    pattern: {
      type: 'weekly' as const,
      interval: 1,
      daysOfWeek: [WEEKDAYS[new Date(day).getUTCDay()] ?? 'monday'],
      firstDayOfWeek: 'monday' as const,
    },
    range: { type: 'noEnd' as const, startDate: day, recurrenceTimeZone: zone },
  }
  return {
    iCalUId: `meeting-${n}@contoso.example`,
    subject: `Meeting ${n}`,
    start: { dateTime: `${day}T${hour}:00:00`, timeZone: zone },
    end: { dateTime: `${day}T${hour}:30:00`, timeZone: zone },
    organizer: { emailAddress: { address: organizer, name: organizer } },
    attendees: guests.map((address, at) => guest(address, n + at)),
    ...(n % 5 === 0 ? { recurrence: weekly } : {}),
  }
}

const WEEKDAYS = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'] as const

/** What anybody but the two accounts' own client has had written for them, and what was mailed. */
async function noise(): Promise<{ readonly mails: number; readonly foreign: readonly unknown[] }> {
  const writes = await cloud.writes()
  const foreign = writes.filter(({ by, user, home }) => by === 'scheduling' || user !== home)
  return { mails: (await cloud.mails()).length, foreign }
}

const standing = async (address: string) =>
  (await cloud.user(loginOf(address)).stored('calendars')).filter(({ text }) => text.includes('SUMMARY:Meeting'))

test(`${EVENTS} meetings of two people move, move again, are edited and cancelled and move again: nobody hears of it`, {
  timeout: 600_000,
}, async () => {
  for (const address of [ANNA, BEN]) {
    const desk = lab.tenant.outlook(address)
    for (let n = 0; n < EVENTS; n += 1)
      if ((n % 2 === 0) === (address === ANNA) || n % 10 === 0) await desk.addEvent(null, { event: meeting(n) })
  }
  const first = await lab.offramp('run', '--workers', '2')
  expect(first.code, first.out + first.err).toBe(0)
  expect(first.out).toContain('How nobody was mailed')
  const had = { anna: (await standing(ANNA)).length, ben: (await standing(BEN)).length }
  expect(had.anna + had.ben).toBe(EVENTS + EVENTS / 10)
  expect(await noise()).toEqual({ mails: 0, foreign: [] })
  // Nothing is left in the events that would keep the server silent when people change them later.
  const texts = (await standing(ANNA)).map(({ text }) => text)
  expect(texts.filter((text) => /SCHEDULE-AGENT|X-NC-DISABLE|SCHEDULE-STATUS/.test(text))).toEqual([])

  const second = await lab.offramp('run', '--workers', '2')
  expect(second.code, second.out + second.err).toBe(0)
  expect((await standing(ANNA)).length).toBe(had.anna)
  expect(await noise()).toEqual({ mails: 0, foreign: [] })

  const desk = lab.tenant.outlook(ANNA)
  const events = await desk.events()
  for (const [n, { id, isSeries }] of events.entries()) {
    if (n % 4 === 0) await desk.editEvent(id, { subject: `Meeting ${n}, elsewhere`, location: { displayName: 'Room 9' } })
    else if (n % 4 === 1) await desk.editEvent(id, { isCancelled: true, attendees: [guest(`new-${n}@elsewhere.example`, n)] })
    else if (n % 4 === 2 && !isSeries) await desk.removeEvent(id)
  }
  const third = await lab.offramp('run', '--workers', '2')
  expect(third.code, third.out + third.err).toBe(0)
  const after = await standing(ANNA)
  expect(after.filter(({ text }) => text.includes('Room 9')).length).toBe(events.filter((_, n) => n % 4 === 0).length)
  expect(after.filter(({ text }) => text.includes('STATUS:CANCELLED')).length).toBe(events.filter((_, n) => n % 4 === 1).length)
  expect(await noise()).toEqual({ mails: 0, foreign: [] })
  expect(await cloud.violations()).toEqual([])
  expect(await lab.tenant.violations()).toEqual([])
})

test('and the witness is awake: what a person changes afterwards is told to the guests', { timeout: 60_000 }, async () => {
  const mine = (await standing(ANNA)).find(
    ({ text }) =>
      text.includes(`ORGANIZER;CN="${ANNA}"`) || new RegExp(`ORGANIZER[^\\r\\n]*:mailto:${ANNA}`).test(text.replaceAll('\r\n ', '')),
  )
  if (mine === undefined) throw new Error('Anna organises none of them.')
  const moved = mine.text
    .replace(/SUMMARY:[^\r\n]*/, 'SUMMARY:Meeting moved by hand')
    .replace(/DTSTART;TZID=([^:]+):\d{8}/, 'DTSTART;TZID=$1:20300105')
    .replace(/DTEND;TZID=([^:]+):\d{8}/, 'DTEND;TZID=$1:20300105')
  await cloud.user(loginOf(ANNA)).write(mine.path, moved)
  expect((await noise()).mails).toBeGreaterThan(0)
})
