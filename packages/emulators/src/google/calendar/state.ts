import type { calendar_v3 } from '@googleapis/calendar'

export type EventJson = calendar_v3.Schema$Event
export type CalendarEntryJson = calendar_v3.Schema$CalendarListEntry
export type AclJson = calendar_v3.Schema$AclRule

/** An event as it is kept: all of it, also where Google would show less. */
export interface KeptEvent {
  readonly json: EventJson
  /** Nothing but its id is told of it any more. */
  readonly bare?: true
}

/** A calendar in somebody's list. */
export interface ListEntry {
  readonly calendar: string
  /** As that person sees it, over what the calendar itself says. */
  readonly json: CalendarEntryJson
}

export const isException = ({ recurringEventId }: EventJson): boolean => typeof recurringEventId === 'string'

export const isCancelled = ({ status }: EventJson): boolean => status === 'cancelled'
