import type { Event } from '@microsoft/microsoft-graph-types'
import { changeKeyFor } from '../items/change-key.ts'
import type { Mailbox } from '../mail/mailbox.ts'
import { graphTime } from '../mail/message-json.ts'
import type { Preferences } from '../odata/prefer.ts'
import { badRequest, unknownProperty } from '../serve/errors.ts'
import type { Calendars } from './calendars.ts'
import type { EventState, ExceptionState, Times } from './state.ts'
import { ianaOf, instantAt, wallAt } from './zones.ts'

/** An event, an exception or an occurrence, as one request sees it. */
export interface EventView {
  readonly mailbox: Mailbox
  readonly calendars: Calendars
  readonly event: EventState
  readonly exception?: ExceptionState
  /** Of an occurrence that stands as planned: its day and its times. */
  readonly occurrence?: { readonly date: string; readonly times: Times }
  readonly prefer: Preferences
  /** The owner's address: who organises what nobody else does. */
  readonly owner: { readonly name: string; readonly address: string }
}

type Wanted = Omit<
  Event,
  | 'attachments'
  | 'calendar'
  | 'exceptionOccurrences'
  | 'extensions'
  | 'instances'
  | 'multiValueExtendedProperties'
  | 'singleValueExtendedProperties'
>
type Properties = { readonly [Name in keyof Required<Wanted>]: (view: EventView) => Wanted[Name] }

const wordsOf = ({ event, exception }: EventView) => exception?.words ?? event.words
const timesOf = ({ event, exception, occurrence }: EventView): Times => exception?.times ?? occurrence?.times ?? event.times

/** An occurrence's id says which one it is. */
export function idOf({ mailbox, event, exception, occurrence, prefer }: EventView): string {
  if (exception) return mailbox.ids.message({ serial: exception.serial, moves: event.moves }, prefer.ids)
  const id = mailbox.ids.message({ serial: event.serial, moves: event.moves }, prefer.ids)
  return occurrence ? `${id.slice(0, -1)}${Buffer.from(occurrence.date).toString('base64url')}=` : id
}

/** Whole days are midnights and labelled UTC, whatever is preferred (microsoft-graph-docs#6003). */
function moment(wall: string, view: EventView): { dateTime: string; timeZone: string } {
  const asked = view.prefer.timeZone ?? 'UTC'
  if (timesOf(view).isAllDay) return { dateTime: `${wall}.0000000`, timeZone: 'UTC' }
  const zone = ianaOf(asked)
  if (zone === undefined) throw badRequest(`The time zone '${asked}' is not supported.`, 'ErrorInvalidTimeZone')
  return { dateTime: `${wallAt(instantAt(wall, view.event.zone.iana), zone)}.0000000`, timeZone: asked }
}

const typeOf = ({ event, exception, occurrence }: EventView): NonNullable<Event['type']> =>
  exception ? 'exception' : occurrence ? 'occurrence' : event.recurrence ? 'seriesMaster' : 'singleInstance'

/** When an occurrence would have been: of whole days the midnight of the series' own zone (microsoft-graph-docs#2804). */
function originalStart({ event, exception, occurrence }: EventView): string | null {
  const date = exception?.date ?? occurrence?.date
  return date === undefined ? null : graphTime(instantAt(`${date}${event.times.start.slice(10)}`, event.zone.iana))
}

/** Numbers that a pattern does not need are 0, its index `first`, and an end that is none is the first day of all. */
function recurrenceOf({ event, exception, occurrence }: EventView): Event['recurrence'] {
  if (!event.recurrence || exception || occurrence) return null
  const { pattern, range } = event.recurrence
  return {
    pattern: { interval: 1, month: 0, dayOfMonth: 0, firstDayOfWeek: 'sunday', index: 'first', ...pattern },
    range: { endDate: '0001-01-01', numberOfOccurrences: 0, recurrenceTimeZone: event.zone.shown, ...range },
  }
}

function bodyOf(view: EventView): Event['body'] {
  const body = wordsOf(view).body ?? { contentType: 'html', content: '' }
  if (view.prefer.bodyType !== 'text' || body?.contentType === 'text') return body
  return { contentType: 'text', content: (body?.content ?? '').replace(/<[^>]*>/g, '') }
}

const organizerOf = (view: EventView): Event['organizer'] => {
  const { organizer } = wordsOf(view)
  return organizer === undefined ? { emailAddress: view.owner } : organizer
}

const changeOf = ({ event, exception }: EventView): string =>
  exception ? changeKeyFor(exception.serial, exception.change) : changeKeyFor(event.serial, event.change)

const PROPERTIES: Properties = {
  id: idOf,
  createdDateTime: ({ event }) => graphTime(event.createdAt),
  lastModifiedDateTime: ({ event, exception }) => graphTime(exception?.modifiedAt ?? event.modifiedAt),
  changeKey: changeOf,
  categories: (view) => wordsOf(view).categories ?? [],
  transactionId: (view) => wordsOf(view).transactionId ?? null,
  originalStartTimeZone: ({ event }) => event.zone.shown,
  originalEndTimeZone: ({ event }) => event.zone.shown,
  iCalUId: ({ event }) => event.iCalUId,
  reminderMinutesBeforeStart: (view) => wordsOf(view).reminderMinutesBeforeStart ?? 15,
  isReminderOn: (view) => wordsOf(view).isReminderOn ?? false,
  hasAttachments: ({ event, exception }) => (exception ?? event).attachments.some((each) => each.isInline !== true),
  subject: (view) => wordsOf(view).subject ?? '',
  bodyPreview: (view) =>
    (wordsOf(view).body?.content ?? '')
      .replace(/<[^>]*>/g, ' ')
      .trim()
      .slice(0, 255),
  importance: (view) => wordsOf(view).importance ?? 'normal',
  sensitivity: (view) => wordsOf(view).sensitivity ?? 'normal',
  isAllDay: (view) => timesOf(view).isAllDay,
  isCancelled: (view) => wordsOf(view).isCancelled ?? false,
  isOrganizer: (view) => wordsOf(view).isOrganizer ?? true,
  responseRequested: (view) => wordsOf(view).responseRequested ?? true,
  seriesMasterId: ({ mailbox, event, exception, occurrence, prefer }) =>
    exception || occurrence ? mailbox.ids.message({ serial: event.serial, moves: event.moves }, prefer.ids) : null,
  showAs: (view) => wordsOf(view).showAs ?? 'busy',
  type: typeOf,
  webLink: (view) => `https://outlook.office365.com/owa/?itemid=${encodeURIComponent(idOf(view))}&exvsurl=1&path=/calendar/item`,
  onlineMeetingUrl: (view) => wordsOf(view).onlineMeetingUrl ?? null,
  isOnlineMeeting: (view) => wordsOf(view).isOnlineMeeting ?? false,
  onlineMeetingProvider: (view) => wordsOf(view).onlineMeetingProvider ?? 'unknown',
  onlineMeeting: (view) => wordsOf(view).onlineMeeting ?? null,
  allowNewTimeProposals: (view) => wordsOf(view).allowNewTimeProposals ?? true,
  isDraft: (view) => wordsOf(view).isDraft ?? false,
  hideAttendees: (view) => wordsOf(view).hideAttendees ?? false,
  responseStatus: (view) => wordsOf(view).responseStatus ?? { response: 'organizer', time: NO_TIME },
  body: bodyOf,
  start: (view) => moment(timesOf(view).start, view),
  end: (view) => moment(timesOf(view).end, view),
  originalStart,
  location: (view) =>
    wordsOf(view).location ?? { displayName: '', locationType: 'default', uniqueIdType: 'unknown', address: {}, coordinates: {} },
  locations: (view) => wordsOf(view).locations ?? (wordsOf(view).location ? [wordsOf(view).location ?? {}] : []),
  recurrence: recurrenceOf,
  attendees: (view) => [...(wordsOf(view).attendees ?? [])],
  organizer: organizerOf,
  cancelledOccurrences: ({ mailbox, event, prefer }) =>
    [...event.cancelled].map((date) => `OID.${mailbox.ids.message({ serial: event.serial, moves: event.moves }, prefer.ids)}.${date}`),
}

const NO_TIME = '0001-01-01T00:00:00Z'

/** Only by name: not even with `$select=*`. */
const NOT_BY_DEFAULT = new Set(['cancelledOccurrences'])
const ALWAYS: readonly string[] = Object.keys(PROPERTIES).filter((name) => !NOT_BY_DEFAULT.has(name))
/** What Calendars.ReadBasic does not show. */
export const EVENT_BODY_PROPERTIES: ReadonlySet<string> = new Set(['body', 'bodyPreview'])

const isProperty = (name: string): name is keyof Properties => Object.hasOwn(PROPERTIES, name)

/** The properties that `$select` asks for. Throws the real 400 for one that events do not have. */
export function selectedEventProperties(select: readonly string[] | undefined): readonly string[] {
  if (select === undefined || select.includes('*')) return ALWAYS
  for (const name of select) if (!isProperty(name)) throw unknownProperty(name, 'event')
  return select.includes('id') ? select : ['id', ...select]
}

export function eventProperty(view: EventView, name: string): unknown {
  if (!isProperty(name)) throw unknownProperty(name, 'event')
  return PROPERTIES[name](view)
}

/** An event in JSON. */
export function eventJson(view: EventView, properties: readonly string[]): Record<string, unknown> {
  const json: Record<string, unknown> = { '@odata.etag': `W/"${changeOf(view)}"` }
  for (const name of properties) if (isProperty(name)) json[name] = PROPERTIES[name](view)
  return json
}
