import { guidFrom } from '../../generate/random.ts'
import type { Reply } from '../../serve/reply.ts'
import { type Asked, isStrict, writerOf } from '../dav/asked.ts'
import type { DavCollection } from '../dav/collection.ts'
import { mustFit } from '../dav/columns.ts'
import { collectionHref, memberHref } from '../dav/paths.ts'
import { type CollectionPlace, checkConditions, mustWrite, watchWrite } from '../dav/targets.ts'
import { keep } from '../dav/write.ts'
import { scheduleChange } from '../scheduling/outgoing.ts'
import { DavError, forbidden } from '../serve/errors.ts'
import type { CloudState } from '../serve/state.ts'
import { isSince } from '../version.ts'
import { textElement } from '../xml/write.ts'
import { serialise } from './component.ts'
import { checkExpandable } from './expandable.ts'
import { moveToTrash } from './trash.ts'
import { checkCalendar } from './validate.ts'

/** PUT of a calendar object: checked, scheduled, then stored, in sabre's order. */
export function putEvent(asked: Asked, { shown }: CollectionPlace, name: string): Reply {
  const { state } = asked
  const { collection } = shown
  const before = collection.shelf.get(name)
  checkConditions(asked, before?.etag)
  watchWrite(asked, shown, name)
  mustWrite(shown)
  if (state.limits.eventBytes >= 0 && asked.body.length > state.limits.eventBytes)
    throw forbidden(`VEvent or VTodo object exceeds ${state.limits.eventBytes} bytes`)
  const checked = checkCalendar(asked.body, {
    strict: isStrict(asked),
    components: collection.components,
    newUid: () => guidFrom(state.seed, 'uid', state.nextId()),
    now: state.now(),
  })
  // Messages leave before the UID is looked at: a refused PUT may have sent a reply (facts 5.5).
  const touched = scheduleChange(asked, { shown, calendar: checked.calendar, before })
  const { uid, component } = checked
  mustFit(uid)
  checkExpandable(checked.calendar)
  if (!before) refuseTaken(state, collection, uid)
  const bytes = touched ? serialise(checked.calendar) : checked.bytes
  const stored = keep(state, collection, { name, bytes, uid, component }, writerOf(asked))
  const headers: Record<string, string> = {}
  if (!checked.modified && !touched) headers['etag'] = headers['oc-etag'] = stored.etag
  if (checked.warning !== undefined) headers['x-sabre-ew-gross'] = checked.warning
  return { status: before ? 204 : 201, headers, body: [], type: 'text/html; charset=UTF-8' }
}

/** Facts 5.2 and 5.3: a UID stands once in a calendar, its trash included. */
export function refuseTaken(state: CloudState, collection: DavCollection, uid: string): void {
  const there = collection.shelf.byUid(uid)
  if (there) {
    const message = 'Calendar object with uid already exists in this calendar collection.'
    if (state.uidConflict === 400) throw new DavError(400, message)
    const href = memberHref(collectionHref('calendars', collection.owner, collection.uri), there.name)
    throw new DavError(409, {
      message,
      exception: 'OCA\\DAV\\CalDAV\\Exception\\UidConflict',
      condition: `<cal:no-uid-conflict>${textElement('{DAV:}href', href)}</cal:no-uid-conflict>\n`,
    })
  }
  const deleted = [...collection.trash.values()].find(({ stored }) => stored.uid === uid)
  if (!deleted) return
  if (!isSince(state.version, '25')) throw new DavError(400, 'Deleted calendar object with uid already exists in this calendar collection.')
  collection.trash.delete(deleted.stored.name)
  // Up to 33 what is in the bin is deleted once more, which moves the oldest on under a longer name; the next keeps its name in the bin, so that
  // the third deletion finds it taken.
  if (!isSince(state.version, '34')) moveToTrash(state, collection, deleted.stored)
}
