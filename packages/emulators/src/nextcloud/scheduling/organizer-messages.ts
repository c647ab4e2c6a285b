import ICAL from 'ical.js'
import type { Component } from '../calendars/component.ts'
import type { AttendeeInfo, EventInfo } from './event-info.ts'
import { addAddress, copyOf, copyProperties, copyZones, type ItipMessage, newCalendar, timeFrom, timeNow } from './message.ts'

interface Organised {
  readonly calendar: Component
  readonly info: EventInfo & { readonly organizer: string }
  readonly old: Pick<EventInfo, 'attendees' | 'significance'>
  readonly now: number
}

interface Invited {
  readonly href: string
  readonly name: string | undefined
  readonly forceSend: string | undefined
  readonly before: AttendeeInfo['answers']
  readonly after: AttendeeInfo['answers']
}

/** A request to everyone who is invited, a cancellation to everyone who is not any more. */
export function organizerMessages(organised: Organised): readonly ItipMessage[] {
  const { info, old } = organised
  const hrefs = new Set([...old.attendees.keys(), ...info.attendees.keys()])
  hrefs.delete(info.organizer)
  return [...hrefs].map((href) => {
    const [before, after] = [old.attendees.get(href), info.attendees.get(href)]
    const invited: Invited = {
      href,
      name: after?.name ?? before?.name,
      forceSend: after?.forceSend,
      before: before?.answers ?? new Map(),
      after: after?.answers ?? new Map(),
    }
    return invited.after.size === 0 || info.status === 'CANCELLED' ? cancellation(organised, invited) : request(organised, invited)
  })
}

const envelope = (
  { info }: Organised,
  { href, name }: Invited,
): Pick<ItipMessage, 'uid' | 'sequence' | 'sender' | 'senderName' | 'recipient' | 'recipientName'> => ({
  uid: info.uid,
  sequence: info.sequence,
  sender: info.organizer,
  senderName: info.organizerName,
  recipient: href,
  recipientName: name,
})

function cancellation(organised: Organised, invited: Invited): ItipMessage {
  const { calendar, info, now } = organised
  const message = newCalendar('CANCEL')
  copyZones(calendar, message)
  const [first] = info.instances.values()
  const event = new ICAL.Component('vevent')
  event.addPropertyWithValue('uid', info.uid)
  event.addPropertyWithValue('sequence', info.sequence)
  event.addPropertyWithValue('dtstamp', timeNow(now))
  if (first) copyProperties(first, event, ['summary', 'dtstart', first.hasProperty('dtend') ? 'dtend' : 'duration'])
  addAddress(event, 'organizer', { href: info.organizer, name: info.organizerName })
  addAddress(event, 'attendee', { href: invited.href, name: invited.name })
  message.addSubcomponent(event)
  return { ...envelope(organised, invited), method: 'CANCEL', significant: true, calendar: message }
}

function request(organised: Organised, invited: Invited): ItipMessage {
  const { calendar, info, old, now } = organised
  const { before, after, forceSend } = invited
  const message = newCalendar('REQUEST')
  copyZones(calendar, message)
  const significant =
    forceSend === 'REQUEST' ||
    before.size !== after.size ||
    [...before.keys()].some((id) => !after.has(id)) ||
    old.significance !== info.significance
  for (const id of after.keys()) {
    const original = info.instances.get(id)
    if (!original) continue
    const event = copyOf(original)
    if (id === 'master')
      prepareMaster(
        event,
        [...info.instances.keys()].filter((each) => !after.has(each)),
      )
    event.updatePropertyWithValue('dtstamp', timeNow(now))
    message.addSubcomponent(event)
  }
  return { ...envelope(organised, invited), method: 'REQUEST', significant, calendar: message }
}

/** Instances to which someone is not invited are exceptions for them; what the server has noted is nobody's business. */
function prepareMaster(event: Component, others: readonly string[]): void {
  const start = event.getFirstProperty('dtstart')
  for (const id of others) {
    const property = event.addPropertyWithValue('exdate', timeFrom(id))
    const zone = start?.getFirstParameter('tzid')
    if (zone) property.setParameter('tzid', zone)
  }
  for (const property of [...event.getAllProperties('organizer'), ...event.getAllProperties('attendee')]) {
    property.removeParameter('schedule-force-send')
    property.removeParameter('schedule-status')
  }
  for (const property of event.getAllProperties('attendee'))
    if (!property.getFirstParameter('partstat')) property.setParameter('partstat', 'NEEDS-ACTION')
}
