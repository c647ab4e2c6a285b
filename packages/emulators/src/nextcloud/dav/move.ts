import type { Reply } from '../../serve/reply.ts'
import { destinationOf } from '../files/asked.ts'
import { DavError, forbidden, notFound } from '../serve/errors.ts'
import { type Asked, header, writerOf } from './asked.ts'
import type { DavCollection } from './collection.ts'
import { notUnique } from './columns.ts'
import { asCollection, placeAt } from './place.ts'
import type { Stored } from './shelf.ts'
import { mustWrite } from './targets.ts'
import { discard, keep } from './write.ts'

/** MOVE: of objects between collections, and out of the trash bin. It never schedules anything. */
export function move(asked: Asked): Reply {
  const { state, viewer, segments } = asked
  const place = placeAt(state, viewer, segments)
  if (!place) throw notFound(segments.at(-1) ?? '')
  if (place.kind === 'trashed') return restore(asked, place)
  if (place.kind === 'trashed-calendar') {
    place.calendar.deletedAt = undefined
    return { status: 201, body: [] }
  }
  if (place.kind !== 'object') throw forbidden('Permission denied to move')
  const target = destinationOf(asked)
  const found = placeAt(state, viewer, target.slice(0, -1))
  const parent = found && asCollection(found)
  if (parent?.kind !== 'collection') throw new DavError(409, 'The destination node is not found')
  mustWrite(place.shown)
  mustWrite(parent.shown)
  const [from, to, name] = [place.shown.collection, parent.shown.collection, target.at(-1) ?? '']
  const before = to.shelf.get(name)
  if (before && header(asked, 'overwrite')?.toUpperCase() === 'F')
    throw new DavError(412, 'The destination node already exists, and the overwrite header is set to false')
  if (!to.components.includes(place.stored.component) && to.kind === 'calendar')
    throw forbidden('The calendar does not take this component')
  if (from !== to && to.kind === 'calendar') mustBeOnlyOne(to, before, place.stored.uid)
  const { bytes, uid, component } = place.stored
  discard(state, from, place.stored.name, writerOf(asked))
  keep(state, to, { name, bytes, uid, component }, writerOf(asked))
  return { status: before ? 204 : 201, body: [] }
}

/** Only the database looks whether the UID stands there already, and it looks into the trash bin as well (seen with 32.0.1). Address books take two. */
function mustBeOnlyOne(to: DavCollection, before: Stored | undefined, uid: string): void {
  const there = to.shelf.byUid(uid)
  const inBin = [...to.trash.values()].some(({ stored }) => stored.uid === uid)
  if (inBin || (there !== undefined && there !== before)) throw notUnique()
}

type Trashed = Extract<ReturnType<typeof placeAt>, { readonly kind: 'trashed' }>

function restore(asked: Asked, { calendar, trashed }: Trashed): Reply {
  const { stored } = trashed
  calendar.trash.delete(stored.name)
  const name = stored.name.replace(/-deleted(\.[^.]*)?$/, '$1')
  keep(asked.state, calendar, { name, bytes: stored.bytes, uid: stored.uid, component: stored.component }, writerOf(asked))
  return { status: 201, body: [] }
}
