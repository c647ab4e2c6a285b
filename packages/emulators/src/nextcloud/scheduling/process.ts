import type { Component } from '../calendars/component.ts'
import { instanceId, normalised } from './event-info.ts'
import { addAddress, copyOf, type ItipMessage, newCalendar } from './message.ts'

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

/** An answer for an instance that is no exception yet makes it none: sabre would add one, which nothing here needs. */
function replied({ calendar, sender, senderName }: ItipMessage, object: Component): Component | undefined {
  const answers = new Map<string, string>()
  for (const event of calendar.getAllSubcomponents('vevent')) {
    const answer = event.getFirstProperty('attendee')?.getFirstParameter('partstat')
    answers.set(instanceId(event), typeof answer === 'string' ? answer : 'NEEDS-ACTION')
  }
  for (const event of object.getAllSubcomponents('vevent')) {
    const answer = answers.get(instanceId(event))
    if (answer === undefined) continue
    const attendee = event.getAllProperties('attendee').find((each) => normalised(each) === sender)
    if (!attendee) addAddress(event, 'attendee', { href: sender, name: senderName, partstat: answer })
    attendee?.setParameter('partstat', answer)
    attendee?.setParameter('schedule-status', '2.0')
    attendee?.removeParameter('rsvp')
  }
  return object.getAllSubcomponents('vevent').some((event) => instanceId(event) === 'master') ? object : undefined
}
