import type { Property } from '../ical/jcal.ts'
import { parameter } from '../ical/read-components.ts'
import type { Guest, Person } from './model.ts'
import { NAMELESS_ADDRESS } from './write-people.ts'

/** Somebody in an ATTENDEE or ORGANIZER. */
export function readPerson(property: Property): Person {
  const uri = String(property[3] ?? '').trim()
  const address =
    uri === NAMELESS_ADDRESS ? undefined : (/^mailto:(.+)$/i.exec(uri)?.[1] ?? (/^[^@\s:]+@[^@\s]+$/.test(uri) ? uri : undefined))
  const name = parameter(property, 'cn')
  return { ...(address === undefined ? {} : { address }), ...(name === undefined || name === '' ? {} : { name }) }
}

const ROLES: Readonly<Record<string, Guest['role']>> = { 'OPT-PARTICIPANT': 'optional', CHAIR: 'chair', 'NON-PARTICIPANT': 'information' }
const TYPES: Readonly<Record<string, Guest['type']>> = { ROOM: 'room', RESOURCE: 'resource', GROUP: 'group' }
const ANSWERS: Readonly<Record<string, Guest['answer']>> = {
  ACCEPTED: 'accepted',
  DECLINED: 'declined',
  TENTATIVE: 'tentative',
  DELEGATED: 'delegated',
}

const word = (property: Property, name: string): string => (parameter(property, name) ?? '').toUpperCase()

export function readGuest(property: Property): Guest {
  const extra = Number(parameter(property, 'x-num-guests') ?? 0)
  return {
    ...readPerson(property),
    role: ROLES[word(property, 'role')] ?? 'required',
    type: TYPES[word(property, 'cutype')] ?? 'individual',
    answer: ANSWERS[word(property, 'partstat')] ?? 'needs-action',
    ...(Number.isInteger(extra) && extra > 0 ? { extra } : {}),
  }
}
