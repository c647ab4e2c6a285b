import ICAL from 'ical.js'
import type { Component } from '../calendars/component.ts'
import type { AttendeeInfo, EventInfo } from './event-info.ts'
import { addAddress, copyProperties, copyZones, type ItipMessage, newCalendar, timeFrom } from './message.ts'

interface Attended {
  readonly calendar: Component
  readonly info: EventInfo & { readonly organizer: string }
  readonly old: Pick<EventInfo, 'attendees' | 'exceptionDates'>
  readonly self: AttendeeInfo
}

/** The reply to an organizer where an attendee's answers have changed. */
export function replyMessages(attended: Attended): readonly ItipMessage[] {
  const { calendar, info, self } = attended
  // The parameter belongs on the ORGANIZER here (facts 5.5).
  if (info.organizerAgent === 'CLIENT' || info.status === 'CANCELLED') return []
  const changed = changedAnswers(attended)
  if (changed.length === 0) return []
  const message = newCalendar('REPLY')
  copyZones(calendar, message)
  for (const [id, answer] of changed) message.addSubcomponent(replyEvent(attended, id, answer))
  return [
    {
      method: 'REPLY',
      uid: info.uid,
      sequence: info.sequence,
      sender: self.href,
      senderName: self.name,
      recipient: info.organizer,
      recipientName: info.organizerName,
      significant: true,
      calendar: message,
    },
  ]
}

function changedAnswers({ info, old, self }: Attended): readonly (readonly [id: string, answer: string])[] {
  const before = old.attendees.get(self.href)?.answers ?? new Map<string, string>()
  const after = new Map(self.answers)
  if (after.has('master') && after.get('master') !== 'DECLINED')
    for (const date of info.exceptionDates) if (!old.exceptionDates.includes(date)) after.set(date, 'DECLINED')
  return [...after].filter(([id, answer]) => before.get(id) !== answer || info.organizerForceSend === 'REPLY')
}

function replyEvent({ info, self, calendar }: Attended, id: string, answer: string): Component {
  const event = new ICAL.Component('vevent')
  event.addPropertyWithValue('uid', info.uid)
  event.addPropertyWithValue('sequence', info.sequence)
  const instance = info.instances.get(id)
  const [first] = calendar.getAllSubcomponents('vevent')
  if (instance)
    copyProperties(instance, event, ['dtstart', instance.hasProperty('dtend') ? 'dtend' : 'duration', 'summary', 'recurrence-id'])
  else {
    if (first) copyProperties(first, event, ['summary'])
    for (const name of ['dtstart', 'recurrence-id']) event.addPropertyWithValue(name, timeFrom(id))
  }
  addAddress(event, 'organizer', { href: info.organizer, name: info.organizerName })
  addAddress(event, 'attendee', { href: self.href, name: self.name, partstat: answer })
  return event
}
