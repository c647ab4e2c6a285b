import type { Reply } from '../../serve/reply.ts'
import { convertCard, wantedVersion } from '../contacts/convert.ts'
import { DavError, notFound } from '../serve/errors.ts'
import { type Asked, header } from './asked.ts'
import { placeAt } from './place.ts'
import type { Stored } from './shelf.ts'
import { checkConditions } from './targets.ts'

/** GET and HEAD. */
export function readObject(asked: Asked): Reply {
  const place = placeAt(asked.state, asked.viewer, asked.segments)
  if (!place) throw notFound(asked.segments.at(-1) ?? '')
  if (place.kind === 'object' || place.kind === 'delivered') return objectReply(asked, place.stored)
  throw new DavError(501, { message: 'GET is only implemented for files', exception: 'Sabre\\DAV\\Exception\\NotImplemented' })
}

function objectReply(asked: Asked, stored: Stored): Reply {
  const { etag } = stored
  if (checkConditions(asked, etag)) return { status: 304, headers: { etag }, body: [] }
  const headers = { etag, 'oc-etag': etag, 'last-modified': new Date(stored.modified).toUTCString() }
  if (stored.component !== 'VCARD')
    return { status: 200, headers, body: [stored.bytes], type: `text/calendar; charset=utf-8; component=${stored.component.toLowerCase()}` }
  const version = wantedVersion(header(asked, 'accept'))
  const body = [convertCard(stored.bytes, version)]
  return {
    status: 200,
    headers: { ...headers, vary: 'Accept' },
    body,
    type: version === '3.0' ? 'text/vcard; charset=utf-8' : 'text/vcard; version=4.0; charset=utf-8',
  }
}
