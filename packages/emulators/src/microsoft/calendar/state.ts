import type {
  Attendee,
  Calendar,
  CalendarPermission,
  Event,
  PatternedRecurrence,
  RecurrencePattern,
  RecurrenceRange,
} from '@microsoft/microsoft-graph-types'

/** Something that hangs on an event or a task. Plain data. */
export interface AttachmentSeed {
  readonly sort?: 'file' | 'item' | 'reference'
  readonly name: string
  readonly contentType?: string
  readonly base64?: string
  readonly isInline?: boolean
  /** Exchange cannot open it any more. */
  readonly corrupt?: boolean
}

export interface AttachmentState extends AttachmentSeed {
  readonly id: string
}

/** What Graph says of an event beside its times, its series and what Graph counts. */
export type EventWords = Pick<
  Event,
  | 'subject'
  | 'body'
  | 'location'
  | 'locations'
  | 'organizer'
  | 'isOrganizer'
  | 'responseStatus'
  | 'responseRequested'
  | 'showAs'
  | 'sensitivity'
  | 'importance'
  | 'isReminderOn'
  | 'reminderMinutesBeforeStart'
  | 'isOnlineMeeting'
  | 'onlineMeeting'
  | 'onlineMeetingProvider'
  | 'onlineMeetingUrl'
  | 'isCancelled'
  | 'isDraft'
  | 'hideAttendees'
  | 'allowNewTimeProposals'
  | 'transactionId'
  | 'categories'
> & { readonly attendees?: readonly Attendee[] }

/** Clock on the wall of the event's zone: `YYYY-MM-DDTHH:MM:SS`. Of whole days: midnights. */
export interface Times {
  start: string
  end: string
  isAllDay: boolean
}

/** The name that Graph shows, and the zone that it truly is. */
export interface Zone {
  readonly shown: string
  readonly iana: string
}

export interface ExceptionState {
  readonly serial: number
  change: number
  modifiedAt: number
  /** The day on which it would have been, where the series is at home. */
  readonly date: string
  readonly times: Times
  words: EventWords
  attachments: readonly AttachmentState[]
}

export interface EventState {
  readonly serial: number
  calendar: CalendarState
  moves: number
  /** Rises with each change of the event itself. */
  change: number
  readonly createdAt: number
  modifiedAt: number
  iCalUId: string
  readonly times: Times
  readonly zone: Zone
  words: EventWords
  recurrence: { readonly pattern: RecurrencePattern; readonly range: RecurrenceRange } | undefined
  readonly exceptions: Map<string, ExceptionState>
  readonly cancelled: Set<string>
  attachments: readonly AttachmentState[]
  /** It fails every page that holds it, unless nothing but ids is asked for. */
  readonly poison: 'page' | undefined
}

export interface CalendarState {
  readonly serial: number
  name: string
  /** The serial of its group. */
  readonly group: number
  readonly color: NonNullable<Calendar['color']>
  readonly hexColor: string
  readonly isDefault: boolean
  readonly canEdit: boolean
  /** Undefined: the mailbox's own. */
  readonly owner: { readonly name: string; readonly address: string } | undefined
  /** Shared in the old way: it answers nothing but 500. */
  readonly oldShare: boolean
  permissions: readonly CalendarPermission[]
}

/** An event in Graph's own words, to be put into a calendar: times on the wall of `start.timeZone`. Plain data. */
export interface EventSeed {
  readonly event: Event
  /** What the zone truly is, an IANA name, where `start.timeZone` does not say it (`Customized Time Zone`). */
  readonly zone?: string
  /** The name that `originalStartTimeZone` and `recurrenceTimeZone` show instead of `start.timeZone`. */
  readonly shownZone?: string
  readonly exceptions?: readonly OccurrenceChange[]
  /** Days, where the series is at home. */
  readonly cancelled?: readonly string[]
  readonly attachments?: readonly AttachmentSeed[]
  readonly poison?: 'page'
}

/** What is different about one occurrence. Times as in the series' seed. */
export interface OccurrenceChange {
  /** `YYYY-MM-DD`, where the series is at home. */
  readonly date: string
  readonly event: Event
  readonly attachments?: readonly AttachmentSeed[]
}

export type Recurrence = Required<Pick<PatternedRecurrence, 'pattern' | 'range'>>
