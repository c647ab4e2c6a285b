import type { Access, Call, Collection, Share } from '@offramp/core'
import { type Json, objectOf, textOf } from '@offramp/wire'
import { type CalendarReader, listOf, readCalendars } from './calendar-lists.ts'

/** `limitedRead` shows titles and places as well, which nobody else can say: less is given rather than more. */
const ACCESS: Readonly<Record<string, Access>> = {
  freeBusyRead: 'free-busy',
  limitedRead: 'free-busy',
  read: 'read',
  write: 'write',
  delegateWithoutPrivateEventAccess: 'write',
  delegateWithPrivateEventAccess: 'write',
  custom: 'free-busy',
}
const SAID_WHOLE: ReadonlySet<string> = new Set(['freeBusyRead', 'read', 'write'])

/** Who may see or change the account's own calendars. One request a calendar. */
export async function* readShares(reader: CalendarReader, call: Call): AsyncGenerator<Share> {
  for (const { id, collection, skip } of await readCalendars(reader, call)) {
    if (collection === undefined || skip !== undefined) continue
    const path = `${reader.user}/calendars/${encodeURIComponent(id)}/calendarPermissions`
    for (const permission of await listOf(reader.mailbox, path, call)) {
      const share = shareOf(permission, collection)
      if (share !== undefined) yield share
    }
  }
}

/** "My Organization" has no address and cannot be removed. */
function shareOf(permission: Json, collection: Collection): Share | undefined {
  const role = textOf(permission['role']) ?? 'none'
  if (role === 'none') return undefined
  const { address, name } = objectOf(permission['emailAddress'])
  const [mail, called] = [textOf(address), textOf(name)]
  const kind = mail !== undefined ? 'user' : permission['isInsideOrganization'] === false ? 'public' : 'organisation'
  return {
    collection,
    to: { kind, ...(mail === undefined ? {} : { address: mail }), ...(called === undefined ? {} : { name: called }) },
    access: ACCESS[role] ?? 'free-busy',
    ...(SAID_WHOLE.has(role) ? {} : { as: role }),
  }
}
