import type { Reply } from '../../serve/reply.ts'
import { moveToTrash } from '../calendars/trash.ts'
import { scheduleRemoval } from '../scheduling/removal.ts'
import { forbidden, notFound } from '../serve/errors.ts'
import { type Asked, header, writerOf } from './asked.ts'
import { type Place, placeAt } from './place.ts'
import { checkConditions, mustWrite, watchWrite } from './targets.ts'
import { discard } from './write.ts'

const DONE: Reply = { status: 204, body: [] }

/** DELETE: to the trash bin, where there is one. */
export function remove(asked: Asked): Reply {
  const place = placeAt(asked.state, asked.viewer, asked.segments)
  if (!place) throw notFound(asked.segments.at(-1) ?? '')
  switch (place.kind) {
    case 'object':
      return removeObject(asked, place)
    case 'collection':
      return removeCollection(asked, place)
    case 'delivered':
      place.user.inbox.remove(place.stored.name)
      return DONE
    case 'trashed':
      place.calendar.trash.delete(place.trashed.stored.name)
      return DONE
    case 'trashed-calendar':
      // Deleted once more it stays in the bin; with the header it goes (seen with 32.0.1).
      if (header(asked, 'x-nc-caldav-no-trashbin') !== '1') return DONE
      place.user.calendars.splice(place.user.calendars.indexOf(place.calendar), 1)
      return DONE
    default:
      throw forbidden('Permission denied to delete node')
  }
}

function removeObject(asked: Asked, { shown, stored }: Extract<Place, { readonly kind: 'object' }>): Reply {
  const { state } = asked
  const { collection } = shown
  checkConditions(asked, stored.etag)
  watchWrite(asked, shown, stored.name)
  mustWrite(shown)
  if (collection.kind === 'calendar') {
    scheduleRemoval(asked, { shown, before: stored })
    // `X-NC-CalDAV-No-Trashbin` has no effect on an object (facts 5.3).
    if (state.settings.calendarRetentionObligation !== 0) moveToTrash(state, collection, stored)
  }
  discard(state, collection, stored.name, writerOf(asked))
  state.manners.deleted(asked.path)
  return DONE
}

function removeCollection(asked: Asked, { shown }: Extract<Place, { readonly kind: 'collection' }>): Reply {
  const { state, viewer } = asked
  const { collection, access } = shown
  if (access !== 'own') {
    // Whoever a collection is shared to leaves it.
    collection.shares.delete(`principals/users/${viewer.id}`)
    return DONE
  }
  const people = collection.shelf.all().filter(({ writer }) => writer.by === 'person')
  if (people.length > 0) state.violations.note(`deleted ${collection.uri} of ${viewer.id}, in which a person had written`)
  const list = collection.kind === 'calendar' ? viewer.calendars : viewer.books
  const isKept =
    collection.kind === 'calendar' && header(asked, 'x-nc-caldav-no-trashbin') !== '1' && state.settings.calendarRetentionObligation !== 0
  if (isKept) collection.deletedAt = state.now()
  else list.splice(list.indexOf(collection), 1)
  return DONE
}
