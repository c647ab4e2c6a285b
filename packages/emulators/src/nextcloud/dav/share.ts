import { randomFrom } from '../../generate/random.ts'
import type { Reply } from '../../serve/reply.ts'
import { publicUrl } from '../calendars/properties.ts'
import { mailSharee } from '../scheduling/post.ts'
import { DavError, forbidden, notFound } from '../serve/errors.ts'
import { userMeant } from '../users/user.ts'
import { clark, d, oc, SERVER } from '../xml/names.ts'
import { childOf, childrenOf, type XmlElement } from '../xml/read.ts'
import { type Asked, bodyXml } from './asked.ts'
import type { DavCollection } from './collection.ts'
import { placeAt } from './place.ts'

/** POST to a collection: shared, or published (facts 5.6). */
export function share(asked: Asked): Reply {
  const { state, viewer, segments } = asked
  const place = placeAt(state, viewer, segments)
  if (!place) throw notFound(segments.at(-1) ?? '')
  const xml = bodyXml(asked)
  if (place.kind !== 'collection' || !xml) throw new DavError(501, 'POST is not implemented here')
  if (place.shown.access !== 'own') throw forbidden('Only the owner may share')
  const { collection } = place.shown
  if (xml.name === oc('share')) return shared(asked, collection, xml)
  if (xml.name === clark(SERVER, 'publish-calendar')) {
    collection.publicToken ??= randomFrom(state.seed, 'public', collection.id)
      .bytes(24)
      .toString('base64url')
      .replace(/[-_]/g, 'x')
      .slice(0, 16)
    return { status: 202, headers: { 'x-public-url': publicUrl(collection.publicToken) }, body: [] }
  }
  if (xml.name === clark(SERVER, 'unpublish-calendar')) {
    collection.publicToken = undefined
    return { status: 200, body: [] }
  }
  throw new DavError(501, 'This document is not understood')
}

const PRINCIPAL = /^principal:(principals\/(users|groups|circles)\/([^/]+))\/?$/

function shared({ state, viewer }: Asked, collection: DavCollection, xml: XmlElement): Reply {
  for (const set of childrenOf(xml, oc('set'))) {
    const [, principal, sort, id = ''] = PRINCIPAL.exec(childOf(set, d('href'))?.text.trim() ?? '') ?? []
    const name = decodeURIComponent(id)
    const sharee = sort === 'users' ? userMeant(state.users, name) : undefined
    // Whom the server does not know is passed over without a word.
    if (principal === undefined || (sort === 'users' && (!sharee || sharee === viewer)) || (sort === 'groups' && !state.groups.has(name)))
      continue
    const known = sharee === undefined ? decodeURIComponent(principal) : `principals/users/${sharee.id}`
    const isNew = !collection.shares.has(known)
    collection.shares.set(known, childOf(set, oc('read-write')) ? 'read-write' : 'read')
    if (sharee && isNew) mailSharee(state, { collection, from: viewer, to: sharee })
  }
  for (const removed of childrenOf(xml, oc('remove'))) {
    const [, principal = ''] = PRINCIPAL.exec(childOf(removed, d('href'))?.text.trim() ?? '') ?? []
    collection.shares.delete(decodeURIComponent(principal))
  }
  return { status: 200, headers: { 'x-sabre-status': 'everything-went-well' }, body: [] }
}
