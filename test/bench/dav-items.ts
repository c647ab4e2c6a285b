import { writeCard, writeEvent } from '@offramp/formats'

const LINES = 'What was agreed last time, who does it, and until when. '

/** Some 2 kB with its time zone: a meeting of five, every other one weekly. */
export const benchEvent = (login: string, n: number): Buffer =>
  Buffer.from(
    writeEvent({
      uid: `event-${n}-${login}`,
      start: { local: `2026-0${1 + (n % 9)}-${String(1 + (n % 28)).padStart(2, '0')}T09:00:00`, zone: 'Europe/Berlin' },
      end: { local: `2026-0${1 + (n % 9)}-${String(1 + (n % 28)).padStart(2, '0')}T10:30:00`, zone: 'Europe/Berlin' },
      summary: `Meeting ${n}`,
      location: 'Room 4',
      description: { text: LINES.repeat(8) },
      categories: ['Blue category'],
      organizer: { address: 'boss@elsewhere.example', name: 'The Boss' },
      guests: [1, 2, 3, 4, 5].map((nth) => ({
        address: `guest-${nth}@elsewhere.example`,
        name: `Guest ${nth}`,
        role: 'required',
        type: 'individual',
        answer: 'accepted',
      })),
      reminders: [{ method: 'display', when: { minutesBefore: 15 } }],
      ...(n % 2 === 0 ? {} : { recurrence: { rules: ['FREQ=WEEKLY;COUNT=50'] } }),
    }).bytes,
  )

/** Some 700 bytes, without a photo. */
export const benchCard = (login: string, n: number): Buffer =>
  Buffer.from(
    writeCard({
      uid: `card-${n}-${login}`,
      fullName: `Person ${n}`,
      name: { family: `Family ${n}`, given: 'Given' },
      organization: { name: 'Contoso', units: ['Sales'] },
      title: 'Clerk',
      emails: [{ value: `person-${n}@elsewhere.example`, types: ['work'] }],
      phones: [{ value: `+49 30 ${1_000_000 + n}`, types: ['cell'] }],
      addresses: [{ value: { street: 'Street 1', city: 'Berlin', postalCode: '10115', country: 'Germany' }, types: ['home'] }],
      note: LINES.repeat(4),
    }).bytes,
  )
