import type { Event, RecurrencePattern, RecurrenceRange } from '@microsoft/microsoft-graph-types'
import { guidFrom, hash32 } from '../../generate/random.ts'
import type {
  AttachmentSeed,
  AttachmentState,
  CalendarState,
  EventSeed,
  EventState,
  EventWords,
  ExceptionState,
  OccurrenceChange,
  Times,
  Zone,
} from './state.ts'
import { ianaOf, instantAt, wallAt } from './zones.ts'

interface CalendarWish
  extends Partial<Pick<CalendarState, 'color' | 'hexColor' | 'isDefault' | 'canEdit' | 'owner' | 'oldShare' | 'permissions'>> {
  readonly name: string
  /** Index of its group; 0 is the default one. */
  readonly group?: number
}

/** One mailbox's calendars, and what a person does to them. */
export class Calendars {
  readonly calendars = new Map<number, CalendarState>()
  readonly events = new Map<number, EventState>()
  readonly groups = ['My Calendars', 'Other Calendars', 'People’s Calendars'] as const
  readonly #next: () => number
  readonly #now: () => number
  readonly #seed: string

  constructor(facts: { readonly seed: string; readonly next: () => number; readonly now: () => number }) {
    this.#seed = facts.seed
    this.#next = facts.next
    this.#now = facts.now
  }

  addCalendar(wish: CalendarWish): CalendarState {
    const calendar: CalendarState = {
      serial: this.#next(),
      color: 'auto',
      hexColor: '',
      isDefault: false,
      canEdit: true,
      owner: undefined,
      oldShare: false,
      permissions: [],
      ...wish,
      group: wish.group ?? 0,
    }
    this.calendars.set(calendar.serial, calendar)
    return calendar
  }

  deleteCalendar(calendar: CalendarState): void {
    for (const event of this.eventsOf(calendar)) this.events.delete(event.serial)
    this.calendars.delete(calendar.serial)
  }

  eventsOf(calendar: CalendarState): readonly EventState[] {
    return [...this.events.values()].filter((event) => event.calendar === calendar)
  }

  add(calendar: CalendarState, seed: EventSeed): EventState {
    const { event } = seed
    const zone = zoneOf(seed)
    const serial = this.#next()
    const now = this.#now()
    const state: EventState = {
      serial,
      calendar,
      moves: 0,
      change: 1,
      createdAt: event.createdDateTime ? Date.parse(event.createdDateTime) : now,
      modifiedAt: event.lastModifiedDateTime ? Date.parse(event.lastModifiedDateTime) : now,
      iCalUId: event.iCalUId ?? `040000008200E00074C5B7101A82E008${guidFrom(this.#seed, 'uid', serial).replaceAll('-', '').toUpperCase()}`,
      times: timesOf(event, zone),
      zone,
      words: wordsOf(event),
      recurrence: recurrenceOf(event),
      exceptions: new Map(),
      cancelled: new Set(seed.cancelled ?? []),
      attachments: this.#attachments(serial, seed.attachments),
      poison: seed.poison,
    }
    this.events.set(serial, state)
    for (const change of seed.exceptions ?? []) this.changeOccurrence(state, change)
    state.change = 1
    return state
  }

  edit(state: EventState, event: Event): void {
    Object.assign(state.times, event.start || event.end || event.isAllDay !== undefined ? timesOf(event, state.zone, state.times) : {})
    state.words = { ...state.words, ...wordsOf(event) }
    if (event.iCalUId) state.iCalUId = event.iCalUId
    if (event.recurrence !== undefined) state.recurrence = recurrenceOf(event)
    this.#touch(state)
  }

  move(state: EventState, to: CalendarState): void {
    state.calendar = to
    state.moves += 1
    this.#touch(state)
  }

  /** The exception counts its own changes, and its master does not notice. */
  changeOccurrence(state: EventState, change: OccurrenceChange): ExceptionState {
    const known = state.exceptions.get(change.date)
    const base: Times = known?.times ?? occurrenceTimes(state, change.date)
    const exception: ExceptionState = {
      serial: known?.serial ?? this.#next(),
      change: (known?.change ?? 0) + 1,
      modifiedAt: this.#now(),
      date: change.date,
      times: timesOf(change.event, state.zone, base),
      words: { ...(known?.words ?? state.words), ...wordsOf(change.event) },
      attachments: change.attachments
        ? this.#attachments(known?.serial ?? hash32(state.serial, change.date), change.attachments)
        : (known?.attachments ?? []),
    }
    state.exceptions.set(change.date, exception)
    state.cancelled.delete(change.date)
    return exception
  }

  /** Nor of an occurrence that is deleted. */
  cancelOccurrence(state: EventState, date: string): void {
    state.exceptions.delete(date)
    state.cancelled.add(date)
  }

  remove(state: EventState): void {
    this.events.delete(state.serial)
  }

  #touch(state: EventState): void {
    state.change += 1
    state.modifiedAt = Math.max(this.#now(), state.modifiedAt)
  }

  #attachments(owner: number, seeds: readonly AttachmentSeed[] = []): readonly AttachmentState[] {
    return seeds.map((seed, at) => ({
      ...seed,
      id: `${Buffer.from(`AAMkAttachment.${owner}.${at}.${hash32(this.#seed, owner, at)}`).toString('base64url')}=`,
    }))
  }
}

const DAY_MS = 86_400_000

/** When an occurrence would be by its series: whole days and wall clocks, so that a night with 23 hours is one like any other. */
export function occurrenceTimes({ times }: EventState, date: string): Times {
  const from = Date.parse(`${times.start}Z`)
  const length = Date.parse(`${times.end}Z`) - from
  const start = `${date}${times.start.slice(10)}`
  return { start, end: new Date(Date.parse(`${start}Z`) + length).toISOString().slice(0, 19), isAllDay: times.isAllDay }
}

function zoneOf({ event, zone, shownZone }: EventSeed): Zone {
  const named = event.start?.timeZone ?? 'UTC'
  const iana = zone ?? ianaOf(named)
  if (iana === undefined) throw new Error(`No zone is called "${named}": say which one it truly is.`)
  return { shown: shownZone ?? named, iana }
}

/** Times of a seed or a change; what it leaves out stays as it was. */
function timesOf(event: Event, zone: Zone, before?: Times): Times {
  const isAllDay = event.isAllDay ?? before?.isAllDay ?? false
  const wall = (value: Event['start'], other: string | undefined): string | undefined => {
    if (value?.dateTime === undefined) return other
    const text = value.dateTime.slice(0, 19)
    const given = ianaOf(value.timeZone)
    // In another zone than the event's own: the same instant on its own wall.
    return isAllDay || given === undefined || given === zone.iana ? text : wallAt(instantAt(text, given), zone.iana)
  }
  const start = wall(event.start, before?.start)
  if (start === undefined) throw new Error('An event needs a start.')
  const length = before === undefined ? (isAllDay ? DAY_MS : 0) : Date.parse(`${before.end}Z`) - Date.parse(`${before.start}Z`)
  const moved = event.start?.dateTime !== undefined && event.end?.dateTime === undefined
  const end = moved ? undefined : wall(event.end, before?.end)
  return { start, end: end ?? new Date(Date.parse(`${start}Z`) + length).toISOString().slice(0, 19), isAllDay }
}

const WORDS: readonly (keyof EventWords)[] = [
  'subject',
  'body',
  'location',
  'locations',
  'organizer',
  'isOrganizer',
  'responseStatus',
  'responseRequested',
  'showAs',
  'sensitivity',
  'importance',
  'isReminderOn',
  'reminderMinutesBeforeStart',
  'isOnlineMeeting',
  'onlineMeeting',
  'onlineMeetingProvider',
  'onlineMeetingUrl',
  'isCancelled',
  'isDraft',
  'hideAttendees',
  'allowNewTimeProposals',
  'transactionId',
  'categories',
  'attendees',
]

function wordsOf(event: Event): EventWords {
  const words: EventWords = {}
  return Object.assign(words, Object.fromEntries(WORDS.filter((name) => event[name] !== undefined).map((name) => [name, event[name]])))
}

function recurrenceOf({ recurrence }: Event): { readonly pattern: RecurrencePattern; readonly range: RecurrenceRange } | undefined {
  if (!recurrence?.pattern || !recurrence.range) return undefined
  return { pattern: recurrence.pattern, range: recurrence.range }
}
