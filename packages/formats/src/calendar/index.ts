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
