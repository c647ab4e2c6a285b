import { seedOfModel } from '../calendar/from-model.ts'
import { instancesOf, isDayOf } from '../calendar/instances.ts'
import type { CalendarState, EventState } from '../calendar/state.ts'
import type { CalendarTruth, Desk, EventTruth, OutlookControl } from './outlook-desk.ts'

type CalendarCalls =
  | 'calendars'
  | 'addCalendar'
  | 'deleteCalendar'
  | 'events'
  | 'addEvent'
  | 'addModel'
  | 'editEvent'
  | 'moveEvent'
  | 'removeEvent'
  | 'changeOccurrence'
  | 'cancelOccurrence'
  | 'instants'

export function calendarDesk(desk: Desk): Pick<OutlookControl, CalendarCalls> {
  const { mailbox, outlook } = desk
  const { calendars } = outlook
  const shown = (calendar: CalendarState): CalendarTruth => ({
    id: mailbox.ids.folder(calendar.serial),
    name: calendar.name,
    owned: calendar.owner === undefined,
    events: calendars.eventsOf(calendar).length,
  })
  const truth = (event: EventState): EventTruth => ({
    id: mailbox.ids.message(event, 'immutable'),
    calendar: mailbox.ids.folder(event.calendar.serial),
    iCalUId: event.iCalUId,
    subject: event.words.subject ?? '',
    isSeries: event.recurrence !== undefined,
    changed: [...event.exceptions.keys()].sort(),
    cancelled: [...event.cancelled].sort(),
  })
  const dayIn = (event: EventState, date: string): EventState => {
    if (!isDayOf(event, date)) throw new Error(`The series "${event.words.subject ?? ''}" has no occurrence on ${date}.`)
    return event
  }
  return {
    calendars: async () => [...calendars.calendars.values()].map(shown),
    addCalendar: async (name, options = {}) => shown(calendars.addCalendar({ name, ...options })),
    deleteCalendar: async (id) => calendars.deleteCalendar(desk.calendar(id)),
    events: async () => [...calendars.events.values()].map(truth),
    addEvent: async (calendar, seed) => {
      const event = calendars.add(desk.calendar(calendar), seed)
      for (const date of [...event.exceptions.keys(), ...event.cancelled]) dayIn(event, date)
      return truth(event)
    },
    addModel: async (calendar, model) => {
      const { seed, untold } = seedOfModel(model)
      return seed === undefined ? { untold } : { id: truth(calendars.add(desk.calendar(calendar), seed)).id, untold }
    },
    editEvent: async (id, change) => {
      calendars.edit(desk.event(id), change)
      return truth(desk.event(id))
    },
    moveEvent: async (id, calendar) => {
      calendars.move(desk.event(id), desk.calendar(calendar))
      return truth(desk.event(id))
    },
    removeEvent: async (id) => calendars.remove(desk.event(id)),
    changeOccurrence: async (id, change) => {
      calendars.changeOccurrence(dayIn(desk.event(id), change.date), change)
      return truth(desk.event(id))
    },
    cancelOccurrence: async (id, date) => {
      calendars.cancelOccurrence(dayIn(desk.event(id), date), date)
      return truth(desk.event(id))
    },
    instants: async (id, from, to) =>
      instancesOf(desk.event(id), from, to).map(({ start, end, allDay, subject }) => ({ start, end, allDay, subject })),
  }
}
