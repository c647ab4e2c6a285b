import { type Component, readComponent } from '../calendars/component.ts'
import { type Asked, header } from '../dav/asked.ts'
import type { Stored } from '../dav/shelf.ts'
import type { Shown } from '../dav/shown.ts'
import type { CloudState } from '../serve/state.ts'
import { isSince } from '../version.ts'
import { messagesFor } from './broker.ts'
import { deliver, mailtoOf } from './deliver.ts'
import { normalised } from './event-info.ts'

export interface Changed {
  readonly shown: Shown
  readonly calendar: Component
  readonly before: Stored | undefined
}

/** The addresses of a calendar's owner; from 31 on those of whom it is shared to as well. */
export function addressesFor(asked: Asked, { collection }: Shown): ReadonlySet<string> {
  const owner = asked.state.users.get(collection.owner)
  const users = isSince(asked.state.version, '31') ? [owner, asked.viewer] : [owner]
  return new Set(users.flatMap((user) => (user?.email === undefined ? [] : [mailtoOf(user)])))
}

/** Since when `X-NC-Scheduling` is looked at in a PUT; in a DELETE it took until 32.0.7 and 33.0.1 (facts 5.5). */
const knowsSilence = ({ version, deaf }: CloudState, isDeletion: boolean): boolean => {
  if (deaf) return false
  if (!isDeletion) return isSince(version, '31')
  return version[0] === 32 ? isSince(version, '32.0.7') : isSince(version, '33.0.1')
}

/**
 * Whether a request itself says that nothing is to be sent. Sabre looks at `Schedule-Reply` before it looks at any change, new objects included,
 * in 4.1.5 as in 4.7.0.
 */
export function isSilenced(asked: Asked, what: 'change' | 'deletion'): boolean {
  if (header(asked, 'schedule-reply') === 'F' && !asked.state.deaf) return true
  return header(asked, 'x-nc-scheduling') === 'false' && knowsSilence(asked.state, what === 'deletion')
}

/** Sends what a changed object makes necessary. Gives whether the object itself was changed by it. */
export function scheduleChange(asked: Asked, { shown, calendar, before }: Changed): boolean {
  const { state, viewer } = asked
  if (isSilenced(asked, 'change')) return false
  const old = before && readComponent(before.bytes.toString())
  const addresses = addressesFor(asked, shown)
  const messages = messagesFor({ after: calendar, before: old, addresses, now: state.now(), answersNew: isSince(state.version, '34') })
  const [first] = calendar.getAllSubcomponents('vevent')
  for (const message of messages) {
    const status = deliver({ state, user: viewer.id }, message)
    const organizer = first?.getFirstProperty('organizer')
    const attendee = first?.getAllProperties('attendee').find((each) => normalised(each) === message.recipient)
    const noted = organizer && normalised(organizer) === message.recipient ? organizer : attendee
    if (status !== undefined) noted?.setParameter('schedule-status', status)
    noted?.removeParameter('schedule-force-send')
  }
  return messages.length > 0
}
