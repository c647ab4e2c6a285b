import fc from 'fast-check'
import type { CalendarEvent, EventFacts } from '../calendar/model.ts'

/** Texts that break out of where they stand. */
const NASTY = ['\\;,', 'a\nb', 'a;b,c\\', '\\n', 'END:VEVENT', '"', ':', '^n', 'ä😀', 'שלום', 'x'.repeat(200), 'a\\', ' b'] as const
const UNWRITABLE = /[\p{Cc}\p{Cs}\u2028\u2029\ufdd0-\ufdef\ufffe\uffff]/gu
const any = fc.oneof(fc.string(), fc.constantFrom(...NASTY))
export const block = any
  .map((text) => text.replaceAll(UNWRITABLE, '\n').replaceAll(/^[ \t]+|[ \t]+$/g, ''))
  .filter((text) => text.trim() !== '')
export const line = any.map((text) => text.replaceAll(UNWRITABLE, ' ').replaceAll(/\s+/g, ' ').trim()).filter((text) => text !== '')
/** What a parameter can hold on every server: `mendParameter`. */
const parameter = line.filter((text) => !/\\|\^[n'^]/.test(text))
const address = fc.constantFrom('a@example.org', 'Ü.b@example.org', "o'c@example.org")
const ms = fc.integer({ min: 0, max: 2_000_000_000 }).map((seconds) => seconds * 1000)
const time = fc
  .tuple(fc.integer({ min: 0, max: 2_000_000_000 }), fc.constantFrom('Europe/Berlin', 'America/New_York', 'Asia/Kolkata', 'UTC'))
  .map(([seconds, zone]) => ({ local: new Date(seconds * 1000).toISOString().slice(0, 19), zone }))
const date = ms.map((at) => ({ date: new Date(at).toISOString().slice(0, 10) }))

const guest = fc.record(
  {
    address,
    name: parameter,
    role: fc.constantFrom('required', 'optional', 'chair', 'information'),
    type: fc.constantFrom('individual', 'room', 'resource', 'group'),
    answer: fc.constantFrom('needs-action', 'accepted', 'declined', 'tentative', 'delegated'),
    extra: fc.integer({ min: 1, max: 9 }),
  },
  { requiredKeys: ['address', 'role', 'type', 'answer'] },
)
const attachment = fc.oneof(
  fc.record({ name: parameter, bytes: fc.uint8Array({ minLength: 1, maxLength: 99 }).map((bytes) => Buffer.from(bytes)) }),
  fc.record({ name: parameter, url: fc.webUrl() }),
)

const facts = fc.record(
  {
    start: fc.oneof(time, date),
    summary: line,
    description: fc.record({ text: block, html: block }, { requiredKeys: ['text'] }),
    location: block,
    categories: fc.uniqueArray(line, { minLength: 1, maxLength: 3 }),
    privacy: fc.constantFrom('public', 'private', 'confidential'),
    busy: fc.constantFrom('busy', 'free', 'out-of-office', 'elsewhere'),
    status: fc.constantFrom('confirmed', 'tentative', 'cancelled'),
    importance: fc.constantFrom('low', 'high'),
    guests: fc.uniqueArray(guest, { minLength: 1, maxLength: 3, selector: (one) => JSON.stringify(one) }),
    attachments: fc.array(attachment, { minLength: 1, maxLength: 2 }),
    createdAt: ms,
    modifiedAt: ms,
    sequence: fc.nat(99),
  },
  { requiredKeys: ['start'] },
) satisfies fc.Arbitrary<EventFacts>

const withEnd = (given: EventFacts): EventFacts =>
  'date' in given.start
    ? { ...given, end: { date: new Date(Date.parse(given.start.date) + 86_400_000).toISOString().slice(0, 10) } }
    : given

/** Series of thirty days with exceptions, which come back from `fromICalendar` exactly as they are. */
export const events: fc.Arbitrary<CalendarEvent> = fc
  .tuple(line, facts, fc.uniqueArray(fc.tuple(fc.integer({ min: 1, max: 20 }), facts), { maxLength: 3, selector: ([nth]) => nth }))
  .map(([uid, master, changed]) => {
    const { start } = master
    const later = (nth: number) => {
      const local = 'date' in start ? `${start.date}T00:00:00` : start.local
      const moved = new Date(Date.parse(`${local}Z`) + nth * 86_400_000).toISOString().slice(0, 19)
      return 'date' in start ? { date: moved.slice(0, 10) } : { ...start, local: moved }
    }
    const overrides = changed.sort(([a], [b]) => a - b).map(([nth, one]) => ({ ...withEnd(one), insteadOf: later(nth) }))
    return { ...withEnd(master), uid, recurrence: { rules: ['FREQ=DAILY;COUNT=30'] }, ...(overrides.length === 0 ? {} : { overrides }) }
  })
