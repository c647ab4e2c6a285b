import { Fault } from '@offramp/core'
import {
  type CalendarEvent,
  type Choices,
  derivedUid,
  instantOf,
  MEETING_LOSS,
  type Moment,
  type Override,
  replaceMeeting,
  type Written,
  writeEvent,
} from '@offramp/formats'
import { type Json, objectOf, textOf } from '@offramp/wire'
import { type EventFrame, factsOf, meetingIn, recurrenceLines } from './calendars-event.ts'
import { placeIn } from './calendars-moment.ts'
import { recurrenceOf } from './calendars-recurrence.ts'
import { eventId, isCancelled } from './calendars-series.ts'

export const ORPHAN_LOSS = 'It is one occurrence of a series that is not in this account, and stands as an event of its own.'
export const PLACE_LOSS = 'An exception of its series does not say which occurrence it replaces, and is not in it.'

/** One item: an event with the exceptions of its series. */
export interface WholeEvent {
  readonly event: Json
  readonly exceptions: readonly Json[]
}

export interface ItemChoices {
  readonly choices: NonNullable<Choices['calendars']>
  /** The part behind the `@`: meetings of people elsewhere go on. */
  readonly domain: string
}

/** Events that Google makes, and what becomes of each: a sort that is not named here is an event like any other. */
export function whyLeftOut(event: Json, { workingLocations = 'skip', birthdays = 'skip' }: ItemChoices['choices']): Fault | undefined {
  if (event['eventType'] === 'workingLocation' && workingLocations === 'skip') {
    const message = 'It only says where its owner works, and `choices.calendars.workingLocations` is `skip`.'
    return new Fault({ reach: 'item', code: 'google-working-location', reason: 'left-out', message })
  }
  if (event['eventType'] === 'birthday' && birthdays === 'skip') {
    const message = 'It is a birthday that Google made of a contact, and `choices.calendars.birthdays` is `skip`.'
    return new Fault({ reach: 'item', code: 'google-birthday', reason: 'made-by-source', message })
  }
  return undefined
}

/** The UID that everybody who was invited has; an occurrence on its own must not stand for its whole series. */
export const uidOfEvent = ({ event }: WholeEvent): string => {
  const isOrphan = textOf(event['recurringEventId']) !== undefined
  return (isOrphan ? undefined : textOf(event['iCalUID'])) ?? derivedUid('google-event', eventId(event))
}

/**
 * Whether its meeting ends with the account: Meet's do when the domain's own people organise them, and other makers' do not. The same in the
 * count of `check` and in the report.
 */
export function endsWithAccount(event: Json, { domain }: ItemChoices): boolean {
  if (meetingIn(event)?.service !== 'meet') return false
  const { self, email } = objectOf(event['organizer'])
  const address = textOf(email)?.toLowerCase()
  return self === true || address === undefined || address.endsWith(`@${domain}`) || address.endsWith('@group.calendar.google.com')
}

/** As bytes, with everything that was lost on the way. Throws a fault of the item for what makes no sense. */
export function writeWhole(whole: WholeEvent, frame: EventFrame, on: ItemChoices): Written {
  const losses = new Set<string>()
  const noting = { ...frame, note: (loss: string) => void losses.add(loss) }
  const event = calendarEventOf(whole, noting)
  const dying = [whole.event, ...whole.exceptions].some((each) => !isCancelled(each) && endsWithAccount(each, on))
  const { meetingLinks } = on.choices
  if (dying && meetingLinks === undefined) losses.add(MEETING_LOSS.meet)
  const written = writeEvent(dying && meetingLinks !== undefined ? replaceMeeting(event, meetingLinks) : event)
  return { bytes: written.bytes, losses: [...new Set([...losses, ...written.losses])] }
}

/** A single event, a series with its exceptions, or an occurrence whose series is elsewhere. */
export function calendarEventOf(whole: WholeEvent, frame: EventFrame): CalendarEvent {
  const { event, exceptions } = whole
  const uid = uidOfEvent(whole)
  if (textOf(event['recurringEventId']) !== undefined) {
    frame.note(ORPHAN_LOSS)
    return { uid, ...factsOf(event, frame) }
  }
  const facts = factsOf(event, frame)
  const recurrence = recurrenceOf(recurrenceLines(event), facts.start, frame.note)
  if (recurrence === undefined) return { uid, ...facts }
  const [taken, overrides] = exceptionsOf(exceptions, facts.start, frame)
  const exceptDates = [...(recurrence.exceptDates ?? []), ...taken.filter((place) => !isAmong(place, recurrence.exceptDates ?? []))]
  return {
    uid,
    ...facts,
    recurrence: { ...recurrence, ...(exceptDates.length === 0 ? {} : { exceptDates }) },
    ...(overrides.length === 0 ? {} : { overrides }),
  }
}

/** Occurrences that are deleted, and those that differ, in the order in which they would have been. */
function exceptionsOf(exceptions: readonly Json[], start: Moment, frame: EventFrame): readonly [readonly Moment[], readonly Override[]] {
  const taken: Moment[] = []
  const overrides: Override[] = []
  for (const exception of exceptions) {
    const insteadOf = placeIn(start, objectOf(exception['originalStartTime']), frame)
    if (insteadOf === undefined) {
      // Deleted and nowhere: nothing can be done, and nothing is wrong that a person would see.
      if (isCancelled(exception)) continue
      frame.note(PLACE_LOSS)
    } else if (isCancelled(exception)) taken.push(insteadOf)
    else overrides.push({ ...factsOf(exception, frame), insteadOf })
  }
  return [taken.sort(byTime), overrides.sort((left, right) => byTime(left.insteadOf, right.insteadOf))]
}

const textIn = (moment: Moment): string => ('date' in moment ? moment.date : moment.local)

const byTime = (left: Moment, right: Moment): number => (textIn(left) < textIn(right) ? -1 : textIn(left) > textIn(right) ? 1 : 0)

const isAmong = (place: Moment, dates: readonly Moment[]): boolean =>
  dates.some((date) => ('date' in date || 'date' in place ? textIn(date) === textIn(place) : instantOf(date) === instantOf(place)))

/** What a person would call it. */
export const labelOfEvent = ({ event }: WholeEvent): string => textOf(event['summary']) ?? ''
