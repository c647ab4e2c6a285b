import { CREATE, DELETE, isExpired, READ, SHARE, type ShareKind, UPDATE } from '../../files/share.ts'
import type { Seen } from '../../files/view.ts'
import type { CloudState } from '../../serve/state.ts'
import { isSince } from '../../version.ts'
import type { Parameters } from '../parameters.ts'
import { refusalOf } from '../password-policy.ts'
import { OcsError } from '../reply.ts'

const ALL = 31

/** What is stored of the permissions that were asked for: 31 on a file is 19, and 1 of a link is 17 (facts 4.8). */
export function permissionsFor(kind: ShareKind, seen: Seen, given: Parameters): number {
  const wish = given.number('permissions')
  if (wish !== undefined && (!Number.isInteger(wish) || wish < 0 || wish > ALL)) throw new OcsError(404, 'invalid permissions')
  return kind === 'user' || kind === 'group' ? inside(seen, wish ?? ALL) : outside(seen, wish, given.flag('publicUpload') ?? false)
}

function inside(seen: Seen, wish: number): number {
  const permissions = seen.node.kind === 'file' ? wish & ~(CREATE | DELETE) : wish
  if ((permissions & READ) === 0) throw new OcsError(403, 'Shares need at least READ permissions')
  return withinOwn(seen, permissions)
}

function outside(seen: Seen, wish: number | undefined, isUpload: boolean): number {
  const isFile = seen.node.kind === 'file'
  if (isUpload && isFile) throw new OcsError(404, 'Public upload is only possible for publicly shared folders')
  const permissions = (isUpload ? READ | CREATE | UPDATE | DELETE : (wish ?? READ)) & ~SHARE
  if ((permissions & (READ | CREATE)) === 0) throw new OcsError(400, 'Share must at least have READ or CREATE permissions')
  if ((permissions & READ) === 0 && (permissions & (UPDATE | DELETE)) !== 0)
    throw new OcsError(400, 'Share must have READ permission if UPDATE or DELETE permission is set')
  if (isFile && (permissions & (CREATE | DELETE)) !== 0) throw new OcsError(400, 'File shares cannot have create or delete permissions')
  // With reading comes the right to share on, as federated sharing has it.
  const stored = (permissions & READ) === 0 ? permissions : permissions | (seen.permissions & SHARE)
  return withinOwn(seen, stored)
}

function withinOwn(seen: Seen, permissions: number): number {
  // The root of a store counts as movable, and a file in one's own home can always be replaced.
  if ((permissions & ~seen.permissions) !== 0)
    throw new OcsError(404, `Cannot increase permissions of ${seen.segments.at(-1) ?? 'the root'}`)
  return permissions
}

/** `2027-01-31`, or nothing. Its day must be still to come. */
function expiryIn(state: CloudState, text: string | undefined): string | undefined {
  if (text === undefined || text === '') return undefined
  const day = /^(\d{4}-\d{2}-\d{2})(?:[T ].*)?$/.exec(text)?.[1]
  if (day === undefined || Number.isNaN(Date.parse(`${day}T00:00:00Z`)))
    throw new OcsError(404, 'Invalid date, date format must be YYYY-MM-DD')
  if (isExpired({ expires: day }, state.now())) throw new OcsError(404, 'Expiration date is in the past')
  return day
}

/** From this version on an empty date asks for a share without an end; before (29.0.1), for what is given by itself. */
const EMPTY_SINCE = '30'

interface Asked {
  readonly kind: ShareKind
  /** As it was written: undefined, it was not; empty, there is to be none. */
  readonly text: string | undefined
}

/** When a new share ends, where an administrator has it end (29.0.1, 32.0.1, 34.0.1). */
export function newExpiry(state: CloudState, asked: Asked): string | undefined {
  const wish = expiryIn(state, asked.text)
  const { days, isEnforced, last } = daysFor(state, asked.kind)
  if (days === 0) return wish
  if (wish !== undefined) return within(wish, { days, isEnforced, last })
  const isEndless = asked.text === '' && isSince(state.version, EMPTY_SINCE) && !isEnforced
  return isEndless ? undefined : last
}

/** The same of one that stands: its end is taken away where it may be. */
export function changedExpiry(state: CloudState, asked: Asked): string | undefined {
  const wish = expiryIn(state, asked.text)
  const { days, isEnforced, last } = daysFor(state, asked.kind)
  if (days === 0) return wish
  if (wish !== undefined) return within(wish, { days, isEnforced, last })
  if (isEnforced) throw new OcsError(400, isSince(state.version, '32') ? 'Failed to update share.' : 'Expiration date is enforced')
  return undefined
}

interface Most {
  readonly days: number
  readonly isEnforced: boolean
  readonly last: string
}

function daysFor(state: CloudState, kind: ShareKind): Most {
  const { linkDays, linkDaysEnforced, insideDays, insideDaysEnforced } = state.settings
  const isOutside = kind === 'link' || kind === 'mail'
  const days = isOutside ? linkDays : insideDays
  const last = new Date(state.now() + days * 86_400_000).toISOString().slice(0, 10)
  return { days, isEnforced: (isOutside ? linkDaysEnforced : insideDaysEnforced) === 'yes', last }
}

function within(wish: string, { days, isEnforced, last }: Most): string {
  if (isEnforced && wish > last) throw new OcsError(404, `Cannot set expiration date more than ${days} days in the future`)
  return wish
}

/** A password for a link or mail, as the policy wants it. */
export function passwordIn(state: CloudState, text: string | undefined): string | undefined {
  const password = text === undefined || text === '' ? undefined : text
  if (password === undefined) {
    if (state.settings.linkPasswordEnforced === 'yes') throw new OcsError(403, 'Passwords are enforced for link and mail shares')
    return undefined
  }
  const refusal = refusalOf(state, password)
  if (refusal !== undefined) throw new OcsError(403, refusal)
  return password
}
