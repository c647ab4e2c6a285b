import { guidFrom } from '../../generate/random.ts'
import { type Component, readComponent, serialise, textOf } from '../calendars/component.ts'
import { spanOf } from '../calendars/spans.ts'
import type { DavCollection } from '../dav/collection.ts'
import type { Stored } from '../dav/shelf.ts'
import { keep } from '../dav/write.ts'
import type { CloudState } from '../serve/state.ts'
import type { CloudUser } from '../users/user.ts'
import { isSince } from '../version.ts'
import { messagesFor } from './broker.ts'
import { copyOf, type ItipMessage } from './message.ts'
import { post } from './post.ts'
import { processMessage } from './process.ts'

/** On whose request messages go out. */
export interface Delivering {
  readonly state: CloudState
  readonly user: string
}

/** Delivers a message here, then by mail, as Nextcloud does both. Gives the code for SCHEDULE-STATUS; undefined where none is noted. */
export function deliver(delivering: Delivering, message: ItipMessage): string | undefined {
  const local = deliverHere(delivering, message)
  const status = mail(delivering, message) ?? local
  return !message.significant && /^[35]/.test(status) ? undefined : status
}

export const mailtoOf = (user: CloudUser): string => `mailto:${user.email?.toLowerCase()}`

const userAt = (state: CloudState, address: string): CloudUser | undefined =>
  [...state.users.values()].find((user) => user.email !== undefined && mailtoOf(user) === address)

function deliverHere(delivering: Delivering, message: ItipMessage): string {
  const { state } = delivering
  const recipient = userAt(state, message.recipient)
  if (!recipient) return '3.7'
  const found = findByUid(recipient, message.uid)
  const existing = found && readComponent(found.stored.bytes.toString())
  const object = processMessage(message, existing)
  leaveInInbox(delivering, recipient, message)
  if (!object) return '5.0'
  for (const event of object.getAllSubcomponents('vevent')) event.removeAllSubcomponents('valarm')
  const calendar = found?.calendar ?? recipient.calendars.find(({ uri, deletedAt }) => uri === 'personal' && deletedAt === undefined)
  if (!calendar) return '5.2'
  if (existing && message.method === 'REPLY') passOn(delivering, { before: existing, after: object, message })
  const name = found?.stored.name ?? `sabredav-${guidFrom(state.seed, 'delivered', state.nextId())}.ics`
  keep(
    state,
    calendar,
    { name, bytes: serialise(object), uid: message.uid, component: 'VEVENT' },
    { by: 'scheduling', user: delivering.user },
  )
  return '1.2'
}

function findByUid(user: CloudUser, uid: string): { readonly calendar: DavCollection; readonly stored: Stored } | undefined {
  for (const calendar of user.calendars) {
    const stored = calendar.deletedAt === undefined && !calendar.birthdays ? calendar.shelf.byUid(uid) : undefined
    if (stored) return { calendar, stored }
  }
  return undefined
}

function leaveInInbox({ state, user }: Delivering, recipient: CloudUser, { calendar, uid }: ItipMessage): void {
  const name = `sabredav-${guidFrom(state.seed, 'inbox', state.nextId())}.ics`
  const writer = { by: 'scheduling', user } as const
  recipient.inbox.put({ name, bytes: serialise(calendar), uid, component: 'VEVENT', modified: state.now(), writer })
  state.writes.push({ at: state.now(), ...writer, home: recipient.id, path: `inbox/${name}`, action: 'create' })
}

/** An answer is told to the other attendees, in their calendars; it is not worth a mail. */
function passOn(
  delivering: Delivering,
  { before, after, message }: { readonly before: Component; readonly after: Component; readonly message: ItipMessage },
): void {
  const change = { before, after: copyOf(after), addresses: new Set([message.recipient]), now: delivering.state.now() }
  for (const each of messagesFor(change)) if (each.recipient !== message.sender) deliver(delivering, each)
}

const WORDS = { REQUEST: 'Invitation', REPLY: 'Re', CANCEL: 'Cancelled' } as const

/** The mail of a message. Gives the status that it makes; undefined where it leaves the status as it was. */
function mail({ state, user }: Delivering, message: ItipMessage): string | undefined {
  if (state.settings.sendInvitations === 'no') return undefined
  const events = message.calendar.getAllSubcomponents('vevent')
  const [first] = events
  const isMuted = isSince(state.version, '32') && first !== undefined && textOf(first, 'x-nc-disable-scheduling') === 'true'
  if (isMuted || !message.significant || !first) return undefined
  if (!message.sender.startsWith('mailto:') || !message.recipient.startsWith('mailto:')) return undefined
  if (Math.max(...events.map((event) => spanOf(event)?.end ?? Number.POSITIVE_INFINITY)) < state.now()) return undefined
  const to = message.recipient.slice('mailto:'.length)
  if (!/^[^\s@]+@[^\s@]+$/.test(to)) return '5.0'
  post(state, {
    to,
    subject: `${WORDS[message.method]}: ${textOf(first, 'summary') ?? 'Untitled event'}`,
    about: message.method,
    uid: message.uid,
    user,
    text: serialise(message.calendar).toString(),
  })
  return '1.1'
}
