import { createHash } from 'node:crypto'
import { type Component, type Property, parameterOf, textOf } from '../calendars/component.ts'
import { DavError } from '../serve/errors.ts'

export interface AttendeeInfo {
  readonly href: string
  readonly name: string | undefined
  readonly forceSend: string | undefined
  /** The answer for each instance: `master`, or a RECURRENCE-ID as it is written. */
  readonly answers: ReadonlyMap<string, string>
}

/** What RFC 6638 needs to know of a calendar object, gathered as sabre's broker does. */
export interface EventInfo {
  readonly uid: string
  readonly organizer: string | undefined
  readonly organizerName: string | undefined
  /** Of the ORGANIZER: of interest to replies alone. */
  readonly organizerAgent: string
  readonly organizerForceSend: string | undefined
  /** Without those of whom the client takes care itself. */
  readonly attendees: ReadonlyMap<string, AttendeeInfo>
  readonly instances: ReadonlyMap<string, Component>
  readonly sequence: number
  readonly exceptionDates: readonly string[]
  /** Of all that makes a change worth a mail. */
  readonly significance: string
  readonly status: string | undefined
}

/** Sabre's, and those that Nextcloud adds (seen with 32.0.1). */
const SIGNIFICANT = [
  ...['DTSTART', 'DTEND', 'DURATION', 'DUE', 'RRULE', 'RDATE', 'EXDATE', 'STATUS'],
  ...['SUMMARY', 'DESCRIPTION', 'LOCATION'],
]

/** `MAILTO:Ann@X` and `mailto:ann@x` are one address. */
export function normalised(property: Property): string {
  const value = String(property.getFirstValue())
  const colon = value.indexOf(':')
  if (colon < 1) return value
  const scheme = value.slice(0, colon).toLowerCase()
  return `${scheme}:${scheme === 'mailto' ? value.slice(colon + 1).toLowerCase() : value.slice(colon + 1)}`
}

/** What a property says, as it is written. */
export function written(property: Property): string {
  const line = property.toICALString().replace(/\r?\n /g, '')
  return line.slice(line.indexOf(':') + 1)
}

export function instanceId(event: Component): string {
  const property = event.getFirstProperty('recurrence-id')
  return property ? written(property) : 'master'
}

const upper = (text: string | undefined): string | undefined => text?.toUpperCase()

/** Undefined where there is no VEVENT: nothing else is scheduled. */
export function eventInfo(calendar: Component): EventInfo | undefined {
  const events = calendar.getAllSubcomponents('vevent')
  const [first] = events
  if (!first) return undefined
  const organizers = events.flatMap((event) => event.getFirstProperty('organizer') ?? [])
  const [organizer] = organizers
  if (new Set(organizers.map((each) => normalised(each).toUpperCase())).size > 1)
    throw new DavError(500, {
      message: 'Every instance of the event must have the same organizer.',
      exception: 'Sabre\\VObject\\ITip\\SameOrganizerForAllComponentsException',
    })
  const last = organizers.at(-1)
  const sequence = events.map((event) => textOf(event, 'sequence')).find((text) => text !== undefined)
  return {
    uid: textOf(first, 'uid') ?? '',
    organizer: organizer && normalised(organizer),
    organizerName: organizer && parameterOf(organizer, 'cn'),
    organizerAgent: upper(last && parameterOf(last, 'schedule-agent')) ?? 'SERVER',
    organizerForceSend: upper(last && parameterOf(last, 'schedule-force-send')),
    attendees: attendeesOf(events),
    instances: new Map(events.map((event) => [instanceId(event), event])),
    sequence: Number(sequence ?? 0),
    exceptionDates: events.flatMap((event) => event.getAllProperties('exdate').flatMap((each) => written(each).split(','))).sort(),
    significance: significanceOf(events),
    status: upper(events.map((event) => textOf(event, 'status')).findLast((text) => text !== undefined)),
  }
}

/** `SCHEDULE-AGENT=CLIENT` takes an attendee out; `NONE` does not, whatever RFC 6638 says (facts 5.5). */
function attendeesOf(events: readonly Component[]): ReadonlyMap<string, AttendeeInfo> {
  const found = new Map<string, AttendeeInfo & { readonly answers: Map<string, string> }>()
  for (const event of events)
    for (const property of event.getAllProperties('attendee')) {
      if (upper(parameterOf(property, 'schedule-agent')) === 'CLIENT') continue
      const href = normalised(property)
      const known = found.get(href) ?? {
        href,
        name: parameterOf(property, 'cn'),
        forceSend: upper(parameterOf(property, 'schedule-force-send')),
        answers: new Map<string, string>(),
      }
      known.answers.set(instanceId(event), upper(parameterOf(property, 'partstat')) ?? 'NEEDS-ACTION')
      found.set(href, known)
    }
  return found
}

function significanceOf(events: readonly Component[]): string {
  const parts = events.map((event) =>
    SIGNIFICANT.map((name) =>
      event
        .getAllProperties(name.toLowerCase())
        .map((property) => `${name}:${written(property).split(';').sort().join(';')}`)
        .sort()
        .join(),
    ).join(';'),
  )
  return createHash('md5').update(parts.sort().join('|')).digest('hex')
}
