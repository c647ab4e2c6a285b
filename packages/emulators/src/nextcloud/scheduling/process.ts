import ICAL from 'ical.js'
import type { Component } from '../calendars/component.ts'
import { instanceId, normalised } from './event-info.ts'
import { addAddress, copyOf, type ItipMessage, newCalendar, timeFrom } from './message.ts'

/** What becomes of a recipient's object by a message; undefined where it is of no use to them. */
export function processMessage(message: ItipMessage, existing: Component | undefined): Component | undefined {
  if (message.method === 'REQUEST') return requested(message)
  if (!existing) return undefined
  return message.method === 'CANCEL' ? cancelled(message, copyOf(existing)) : replied(message, copyOf(existing))
}

function requested({ calendar }: ItipMessage): Component {
  const object = newCalendar()
  for (const part of calendar.getAllSubcomponents()) object.addSubcomponent(copyOf(part))
  return object
}

function cancelled({ sequence }: ItipMessage, object: Component): Component {
  for (const event of object.getAllSubcomponents('vevent')) {
    event.updatePropertyWithValue('status', 'CANCELLED')
    event.updatePropertyWithValue('sequence', sequence)
  }
  return object
}

/** An answer for an instance that is no exception yet makes it one. */
function replied(message: ItipMessage, object: Component): Component | undefined {
  const answers = new Map<string, string>()
  for (const event of message.calendar.getAllSubcomponents('vevent')) {
    const answer = event.getFirstProperty('attendee')?.getFirstParameter('partstat')
    answers.set(instanceId(event), typeof answer === 'string' ? answer : 'NEEDS-ACTION')
  }
  for (const event of object.getAllSubcomponents('vevent')) {
    const answer = answers.get(instanceId(event))
    if (answer === undefined) continue
    noteAnswer(event, message, answer)
    answers.delete(instanceId(event))
  }
  const master = object.getAllSubcomponents('vevent').find((event) => instanceId(event) === 'master')
  if (!master) return undefined
  for (const [id, answer] of answers) {
    const exception = exceptionOf(master, id)
    if (!exception) continue
    noteAnswer(exception, message, answer)
    object.addSubcomponent(exception)
  }
  return object
}

function noteAnswer(event: Component, { sender, senderName }: ItipMessage, answer: string): void {
  const attendee = event.getAllProperties('attendee').find((each) => normalised(each) === sender)
  if (!attendee) addAddress(event, 'attendee', { href: sender, name: senderName, partstat: answer })
  attendee?.setParameter('partstat', answer)
  attendee?.setParameter('schedule-status', '2.0')
  attendee?.removeParameter('rsvp')
}

/** An instance of a series by itself, at the time that its id says. */
function exceptionOf(master: Component, id: string): Component | undefined {
  if (id === 'master' || !master.hasProperty('rrule')) return undefined
  const exception = copyOf(master)
  for (const name of ['rrule', 'rdate', 'exdate']) exception.removeAllProperties(name)
  const [start, end] = [exception.getFirstPropertyValue('dtstart'), exception.getFirstPropertyValue('dtend')]
  const at = timeFrom(id)
  if (start instanceof ICAL.Time && end instanceof ICAL.Time) {
    const later = at.clone()
    later.addDuration(end.subtractDateTz(start))
    exception.updatePropertyWithValue('dtend', later)
  }
  exception.updatePropertyWithValue('dtstart', at)
  exception.addPropertyWithValue('recurrence-id', at)
  const zone = master.getFirstProperty('dtstart')?.getFirstParameter('tzid')
  if (zone && !id.endsWith('Z'))
    for (const name of ['dtstart', 'dtend', 'recurrence-id']) exception.getFirstProperty(name)?.setParameter('tzid', zone)
  return exception
}
