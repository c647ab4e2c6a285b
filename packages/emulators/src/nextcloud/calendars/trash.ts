import type { DavCollection } from '../dav/collection.ts'
import type { Stored } from '../dav/shelf.ts'
import { forbidden } from '../serve/errors.ts'
import type { CloudState } from '../serve/state.ts'
import type { CloudUser } from '../users/user.ts'

/** `a.ics` becomes `a-deleted.ics`, so that the name is free. */
function trashedName(name: string): string {
  const dot = name.lastIndexOf('.')
  return dot > 0 ? `${name.slice(0, dot)}-deleted${name.slice(dot)}` : `${name}-deleted`
}

/** Puts an object into the bin of its calendar. Throws where that name is taken there (server#42582). */
export function moveToTrash(state: CloudState, calendar: DavCollection, stored: Stored): void {
  const name = trashedName(stored.name)
  if (calendar.trash.has(name))
    throw forbidden(
      `A calendar object with URI ${name} already exists in calendar ${calendar.id}, therefore this object can't be moved into the trashbin`,
    )
  calendar.trash.set(name, { id: state.nextId(), stored: { ...stored, name }, deletedAt: state.now() })
}

/** Forgets what of a user has been in the bin for longer than the administrator has it kept. */
export function expireTrash(state: CloudState, user: CloudUser): void {
  const oldest = state.now() - (state.settings.calendarRetentionObligation * 1_000) / state.timeScale
  for (const calendar of user.calendars)
    for (const [name, { deletedAt }] of calendar.trash) if (deletedAt < oldest) calendar.trash.delete(name)
  const gone = user.calendars.filter(({ deletedAt }) => deletedAt !== undefined && deletedAt < oldest)
  for (const calendar of gone) user.calendars.splice(user.calendars.indexOf(calendar), 1)
}
