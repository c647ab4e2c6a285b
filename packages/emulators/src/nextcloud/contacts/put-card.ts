import { guidFrom } from '../../generate/random.ts'
import type { Reply } from '../../serve/reply.ts'
import { type Asked, isStrict, writerOf } from '../dav/asked.ts'
import { mustFit } from '../dav/columns.ts'
import { type CollectionPlace, checkConditions, mustWrite, watchWrite } from '../dav/targets.ts'
import { keep } from '../dav/write.ts'
import { DavError, forbidden } from '../serve/errors.ts'
import { checkCard } from './validate.ts'

/** PUT of a card. */
export function putCard(asked: Asked, { shown }: CollectionPlace, name: string): Reply {
  const { state } = asked
  const { collection } = shown
  const before = collection.shelf.get(name)
  checkConditions(asked, before?.etag)
  watchWrite(asked, shown, name)
  mustWrite(shown)
  if (state.limits.cardBytes >= 0 && asked.body.length > state.limits.cardBytes)
    throw forbidden(`VCard object exceeds ${state.limits.cardBytes} bytes`)
  const checked = checkCard(asked.body, { strict: isStrict(asked), newUid: () => guidFrom(state.seed, 'uid', state.nextId()) })
  mustFit(checked.uid)
  const there = collection.shelf.byUid(checked.uid)
  if (!before && there) throw new DavError(400, 'VCard object with uid already exists in this addressbook collection.')
  const { bytes, uid } = checked
  const stored = keep(state, collection, { name, bytes, uid, component: 'VCARD' }, writerOf(asked))
  const headers: Record<string, string> = {}
  // An ETag is no proof of bytes: a 4.0 card has that of what was sent, and is served as 3.0 (facts 6).
  if (!checked.modified) headers['etag'] = headers['oc-etag'] = stored.etag
  if (checked.warning !== undefined) headers['x-sabre-ew-gross'] = checked.warning
  return { status: before ? 204 : 201, headers, body: [], type: 'text/html; charset=UTF-8' }
}
