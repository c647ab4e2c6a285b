export { fromICalendar } from './from-icalendar.ts'
export { MEETING_LOSS, meetingOf, replaceMeeting } from './meeting.ts'
export type {
  Attachment,
  CalendarEvent,
  EventFacts,
  Guest,
  Meeting,
  Moment,
  Override,
  Person,
  Recurrence,
  Reminder,
  RichText,
  Written,
} from './model.ts'
export { type Occurrence, occurrences } from './occurrences.ts'
export { writeEvent } from './write-event.ts'
