import type { Component } from '../calendars/component.ts'
import { type AttendeeInfo, type EventInfo, eventInfo } from './event-info.ts'
import type { ItipMessage } from './message.ts'
import { organizerMessages } from './organizer-messages.ts'
import { replyMessages } from './reply-messages.ts'

export interface Change {
  /** Undefined: deleted. */
  readonly after: Component | undefined
  readonly before: Component | undefined
  /** The user's own addresses. */
  readonly addresses: ReadonlySet<string>
  readonly now: number
  /** New copies are answered as well, where they hold an answer: 34 does, 32.0.1 was seen not to. */
  readonly answersNew?: boolean
}

const NOTHING: Pick<EventInfo, 'organizer' | 'organizerName' | 'significance' | 'attendees' | 'exceptionDates'> = {
  organizer: undefined,
  organizerName: undefined,
  significance: '',
  attendees: new Map(),
  exceptionDates: [],
}

/** What must be sent because a user has changed a calendar object, as sabre's broker has it. */
export function messagesFor({ after, before, addresses, now, answersNew = false }: Change): readonly ItipMessage[] {
  const old = before && eventInfo(before)
  if (before && !old) return []
  const base = after ?? before
  const info = after ? eventInfo(after) : old && deleted(old, addresses)
  if (!base || !info) return []
  const was = old ?? NOTHING
  if (info.attendees.size === 0 && was.attendees.size === 0) return []
  const organizer = info.organizer ?? was.organizer
  if (organizer === undefined) return []
  const known = { ...info, organizer, organizerName: info.organizer === undefined ? was.organizerName : info.organizerName }
  if (addresses.has(organizer)) return organizerMessages({ calendar: base, info: known, old: was, now })
  const self = [...known.attendees.values()].find(({ href }) => addresses.has(href))
  if (!self) return []
  const isAnswered = old !== undefined || (answersNew && [...self.answers.values()].some((answer) => answer !== 'NEEDS-ACTION'))
  return isAnswered ? replyMessages({ calendar: base, info: known, old: was, self }) : []
}

/** An organizer's deletion leaves nobody invited; an attendee's declines. */
function deleted(info: EventInfo, addresses: ReadonlySet<string>): EventInfo {
  if (info.organizer !== undefined && addresses.has(info.organizer)) return { ...info, attendees: new Map(), sequence: info.sequence + 1 }
  const attendees = [...info.attendees].map(([href, attendee]): readonly [string, AttendeeInfo] => [
    href,
    addresses.has(href) ? { ...attendee, answers: new Map([['master', 'DECLINED']]) } : attendee,
  ])
  return { ...info, attendees: new Map(attendees) }
}
