import ICAL from 'ical.js'
import type { Component } from '../calendars/component.ts'

/** A message of RFC 5546 on its way. */
export interface ItipMessage {
  readonly method: 'REQUEST' | 'REPLY' | 'CANCEL'
  readonly uid: string
  readonly sequence: number
  readonly sender: string
  readonly senderName: string | undefined
  readonly recipient: string
  readonly recipientName: string | undefined
  /** Whether it is worth a mail. */
  readonly significant: boolean
  /** A VCALENDAR with METHOD. */
  readonly calendar: Component
}

export const copyOf = (component: Component): Component => new ICAL.Component(structuredClone(component.jCal))

/** A VCALENDAR of the server's own. */
export function newCalendar(method?: string): Component {
  const calendar = new ICAL.Component('vcalendar')
  calendar.addPropertyWithValue('version', '2.0')
  calendar.addPropertyWithValue('prodid', '-//Sabre//Sabre VObject 4.5.6//EN')
  calendar.addPropertyWithValue('calscale', 'GREGORIAN')
  if (method !== undefined) calendar.addPropertyWithValue('method', method)
  return calendar
}

export function copyZones(from: Component, to: Component): void {
  for (const zone of from.getAllSubcomponents('vtimezone')) to.addSubcomponent(copyOf(zone))
}

/** Copies properties of those names from one component to another. */
export function copyProperties(from: Component, to: Component, names: readonly string[]): void {
  for (const name of names)
    for (const property of from.getAllProperties(name)) to.addProperty(new ICAL.Property(structuredClone(property.jCal), to))
}

export function addAddress(
  event: Component,
  name: 'organizer' | 'attendee',
  address: { readonly href: string; readonly name: string | undefined; readonly partstat?: string },
): void {
  const property = event.addPropertyWithValue(name, address.href)
  if (address.name !== undefined) property.setParameter('cn', address.name)
  if (address.partstat !== undefined) property.setParameter('partstat', address.partstat)
}

export const timeNow = (now: number): InstanceType<typeof ICAL.Time> => ICAL.Time.fromJSDate(new Date(now), true)

/** A time as it is written in a RECURRENCE-ID: `20270105` or `20270105T090000Z`. */
export function timeFrom(id: string): InstanceType<typeof ICAL.Time> {
  const [, year, month, day, hour, minute, second, utc] = /^(\d{4})(\d{2})(\d{2})(?:T(\d{2})(\d{2})(\d{2})(Z?))?$/.exec(id) ?? []
  const zone = utc === 'Z' ? ICAL.Timezone.utcTimezone : ICAL.Timezone.localTimezone
  const [y, m, d, h, min, s] = [year, month, day, hour, minute, second].map((part) => Number(part ?? 0))
  return new ICAL.Time(
    { year: y ?? 0, month: m ?? 0, day: d ?? 0, hour: h ?? 0, minute: min ?? 0, second: s ?? 0, isDate: hour === undefined },
    zone,
  )
}
