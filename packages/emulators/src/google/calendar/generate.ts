import { randomFrom } from '../../generate/random.ts'
import type { Calendar } from './calendar.ts'
import { firstByRule, instantOfWhen, lengthOf, startsOf } from './expand.ts'
import { putException } from './series.ts'
import type { EventJson } from './state.ts'

const ZONES = ['Europe/Berlin', 'America/New_York', 'Asia/Kolkata', 'UTC'] as const
const RULES = [
  'FREQ=WEEKLY;BYDAY=MO',
  'FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,TH;COUNT=20',
  'FREQ=DAILY;COUNT=15',
  'FREQ=MONTHLY;BYDAY=-1FR',
  'FREQ=MONTHLY;BYMONTHDAY=31',
  'FREQ=YEARLY',
  'FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR;UNTIL=20260131T230000Z',
] as const

const WORDS = ['Stand-up', 'Lunch', 'Review', 'Board', 'Dentist', 'Bürgersprechstunde', 'Планёрка', '1:1', 'Budget', 'Kick-off'] as const
const YEAR_2024 = Date.UTC(2024, 0, 1)
const DAY = 86_400_000
const HOUR = 3_600_000

export interface Filling {
  readonly calendar: Calendar
  readonly address: string
  readonly count: number
}

const iso = (ms: number): string => new Date(ms).toISOString().replace('.000Z', 'Z')
const day = (ms: number): string => new Date(ms).toISOString().slice(0, 10)

/** Events of the usual sorts: singles, days, series with exceptions of each sort, invitations, meetings on the net. */
export function generateEvents({ calendar, address, count }: Filling): void {
  const random = randomFrom(calendar.facts.seed, calendar.id, 'events')
  for (let at = 0; at < count; at++) {
    const start = YEAR_2024 + random.between(0, 800) * DAY + random.between(6, 18) * HOUR
    const allDay = random.chance(0.15)
    const timeZone = random.pick(ZONES)
    const wish: EventJson = {
      summary: `${random.pick(WORDS)} ${at}`,
      start: allDay ? { date: day(start) } : { dateTime: iso(start), timeZone },
      end: allDay ? { date: day(start + DAY) } : { dateTime: iso(start + random.between(1, 6) * (HOUR / 2)), timeZone },
      reminders: random.chance(0.6) ? { useDefault: true } : { useDefault: false, overrides: [{ method: 'popup', minutes: 10 }] },
      ...(random.chance(0.4) && {
        description: random.chance(0.5) ? `Agenda ${at}\nsecond line` : `<p>Agenda <b>${at}</b></p><ul><li>one</li></ul>`,
      }),
      ...(random.chance(0.3) && { location: `Room ${at % 7}` }),
      ...(random.chance(0.15) && { colorId: String(random.between(1, 11)) }),
      ...(random.chance(0.1) && { visibility: 'private' }),
      ...(random.chance(0.1) && { transparency: 'transparent' }),
      ...(random.chance(0.3) && guests(address, at)),
      ...(random.chance(0.2) && { hangoutLink: `https://meet.google.com/abc-defg-${String(at).padStart(3, '0')}` }),
    }
    if (random.chance(0.3)) series(calendar, { ...wish, recurrence: [`RRULE:${random.pick(RULES)}`] }, random.between(0, 4))
    else calendar.put(wish)
  }
}

function guests(address: string, at: number): EventJson {
  const attendees = [
    { email: address, responseStatus: 'accepted', self: true, organizer: at % 2 === 0 },
    { email: `ben${at % 5}@fabrikam.example`, displayName: 'Ben', responseStatus: 'needsAction' },
    { email: `guest${at}@elsewhere.example`, responseStatus: at % 3 === 0 ? 'declined' : 'tentative', optional: true },
  ]
  return at % 2 === 0 ? { attendees } : { attendees, organizer: { email: `ben${at % 5}@fabrikam.example`, displayName: 'Ben' } }
}

/** A series, of which some occurrences are moved, retold or deleted. */
function series(calendar: Calendar, wish: EventJson, exceptions: number): void {
  const master = calendar.put(aligned(wish))
  const starts = startsOf(master, { from: YEAR_2024 - 365 * DAY, to: YEAR_2024 + 900 * DAY }).slice(0, 12)
  for (let n = 0; n < exceptions; n++) {
    const at = starts[n * 2]
    if (at === undefined) return
    const date = master.start?.date !== undefined
    const origin = date ? { date: day(at) } : { dateTime: iso(at), timeZone: master.start?.timeZone ?? 'UTC' }
    if (n % 3 === 0) putException(calendar, master, { originalStartTime: origin, status: 'cancelled' })
    else
      putException(calendar, master, {
        originalStartTime: origin,
        ...(n % 3 === 1 ? moved(at, date) : {}),
        summary: `${master.summary} (changed)`,
      })
  }
}

/** Begins with an occurrence that its rule gives. */
function aligned(wish: EventJson): EventJson {
  const first = firstByRule(wish) ?? instantOfWhen(wish.start)
  const later = (when: NonNullable<EventJson['start']>, at: number) => (when.date ? { date: day(at) } : { ...when, dateTime: iso(at) })
  return { ...wish, start: later(wish.start ?? {}, first), end: later(wish.end ?? {}, first + lengthOf(wish)) }
}

const moved = (at: number, date: boolean): EventJson =>
  date
    ? { start: { date: day(at + DAY) }, end: { date: day(at + 2 * DAY) } }
    : {
        start: { dateTime: iso(at + 5 * HOUR), timeZone: 'Europe/London' },
        end: { dateTime: iso(at + 6 * HOUR), timeZone: 'Europe/London' },
      }
