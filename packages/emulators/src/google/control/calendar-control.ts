import type { CalendarEvent } from '@offramp/formats'
import type { Occurrence } from '../calendar/instances.ts'
import type { AclJson, CalendarEntryJson, EventJson } from '../calendar/state.ts'

export interface CalendarTruth {
  readonly id: string
  readonly name: string
  /** Address of the account whose data it is. */
  readonly owner: string
  readonly timeZone: string
}

export interface NewCalendar {
  /** Default: the account itself. */
  readonly owner?: string
  readonly timeZone?: string
  readonly description?: string
  /** `events` name them in `eventLabelId`. */
  readonly labels?: readonly { readonly id: string; readonly name?: string; readonly backgroundColor: string }[]
  /** How the account sees it: `hidden`, `backgroundColor`, `accessRole`, `summaryOverride`, `defaultReminders`, `dataOwner` ... */
  readonly entry?: CalendarEntryJson
}

/** What a migration must have carried over: a single event, a series with its exceptions, or an occurrence whose series is elsewhere. */
export interface EventTruth {
  readonly calendar: string
  readonly event: EventJson
  /** Deleted occurrences among them. */
  readonly exceptions: readonly EventJson[]
}

/**
 * The owner of some calendars at work, and the truth about them. Calendars are named by id or, the account's own, by name; all throw where
 * there is no such thing. The same in-process and from another process.
 */
export interface CalendarControl {
  calendars(): Promise<readonly CalendarTruth[]>
  addCalendar(name: string, facts?: NewCalendar): Promise<CalendarTruth>
  /** Puts a calendar of the domain, by id, into the account's list as well. */
  subscribe(calendar: string, entry: CalendarEntryJson): Promise<void>
  renameCalendar(calendar: string, name: string): Promise<void>
  /** Changes how the account sees a calendar: default reminders, colour. */
  see(calendar: string, entry: CalendarEntryJson): Promise<void>
  share(calendar: string, rule: AclJson): Promise<void>
  /** Adds an event as Google has it, or replaces the one of that id. */
  put(calendar: string, event: EventJson): Promise<EventJson>
  /** Adds an event of the product's own model, with all its exceptions. Answers with its id. */
  putSeries(calendar: string, event: CalendarEvent): Promise<string>
  /** Changes one occurrence, or deletes it (`status: 'cancelled'`). `originalStartTime` says which. */
  putException(calendar: string, event: string, change: EventJson): Promise<EventJson>
  /** `null` takes a field away. */
  patch(calendar: string, event: string, change: EventJson): Promise<EventJson>
  cancel(calendar: string, event: string): Promise<void>
  /** It keeps its id. */
  move(event: string, from: string, to: string): Promise<void>
  /** An occurrence to which the account is invited alone. Answers with its id. */
  orphan(calendar: string): Promise<string>
  /** Of one calendar, or of all that are the account's own. */
  items(calendar?: string): Promise<readonly EventTruth[]>
  /**
   * When an event truly takes place between two instants (milliseconds since the Unix epoch), exceptions and deleted occurrences looked after:
   * by a library that the product does not use.
   */
  instants(calendar: string, event: string, from: number, to: number): Promise<readonly Occurrence[]>
  /** No sync token of before now is good any more. */
  expireSyncTokens(): Promise<void>
}
