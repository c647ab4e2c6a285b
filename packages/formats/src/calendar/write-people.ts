import type { Parameters, Property } from '../ical/jcal.ts'
import { mendParameter } from '../ical/mend-text.ts'
import type { Guest, Person } from './model.ts'

export const NAMELESS_ADDRESS = 'invalid:nomail'

/** A mail address as a URI, or undefined for what is none. */
function mailto(address: string | undefined): string | undefined {
  const plain = address?.trim().replace(/^mailto:/i, '')
  if (plain === undefined || !/^[^@\s]+@[^@\s]+$/.test(plain)) return undefined
  return `mailto:${plain.replaceAll(/["<>\\^`{|}]|\p{Cc}/gu, (char) => encodeURIComponent(char))}`
}

const ROLE = { required: 'REQ-PARTICIPANT', optional: 'OPT-PARTICIPANT', chair: 'CHAIR', information: 'NON-PARTICIPANT' } as const
const TYPE = { individual: 'INDIVIDUAL', room: 'ROOM', resource: 'RESOURCE', group: 'GROUP' } as const

const named = ({ name }: Person): Parameters => {
  const line = mendParameter(name ?? '')
  return line === '' ? {} : { cn: line }
}

/**
 * ATTENDEE. Somebody without an address stays by name under `invalid:nomail`, the address that Outlook writes for them; undefined for somebody without
 * both.
 */
export function guestProperty(guest: Guest): Property | undefined {
  const address = mailto(guest.address)
  const cn = named(guest)
  if (address === undefined && cn['cn'] === undefined) return undefined
  const parameters = {
    ...cn,
    cutype: TYPE[guest.type],
    role: ROLE[guest.role],
    partstat: guest.answer.toUpperCase(),
    ...(guest.extra !== undefined && guest.extra > 0 ? { 'x-num-guests': String(Math.floor(guest.extra)) } : {}),
  }
  return ['attendee', parameters, 'cal-address', address ?? NAMELESS_ADDRESS]
}

/** ORGANIZER; undefined for somebody of whom neither address nor name is known. */
export function organizerProperty(person: Person): Property | undefined {
  const address = mailto(person.address)
  const cn = named(person)
  return address === undefined && cn['cn'] === undefined ? undefined : ['organizer', cn, 'cal-address', address ?? NAMELESS_ADDRESS]
}

/** Whether this one is known by name only. */
export const isNameless = (property: Property): boolean => property[3] === NAMELESS_ADDRESS
