import type { Reply } from '../../serve/reply.ts'
import { putEvent } from '../calendars/put-event.ts'
import { putCard } from '../contacts/put-card.ts'
import type { FileReply } from '../files/read.ts'
import { answerFiles, isAboutFiles } from '../files/route.ts'
import { DavError, forbidden, wrongMethod } from '../serve/errors.ts'
import type { Asked } from './asked.ts'
import { makeCollection } from './make-collection.ts'
import { move } from './move.ts'
import { DAV_HEADER } from './multistatus.ts'
import { placeAt } from './place.ts'
import { propfind } from './propfind.ts'
import { proppatch } from './proppatch.ts'
import { readObject } from './read-object.ts'
import { remove } from './remove.ts'
import { report } from './report.ts'
import { share } from './share.ts'
import { targetOf } from './targets.ts'

const METHODS: Readonly<Record<string, (asked: Asked) => Reply>> = {
  OPTIONS: options,
  PROPFIND: propfind,
  PROPPATCH: proppatch,
  REPORT: report,
  MKCALENDAR: makeCollection,
  MKCOL: makeCollection,
  GET: readObject,
  HEAD: readObject,
  PUT: put,
  DELETE: remove,
  MOVE: move,
  POST: share,
}

/** Answers one request below the DAV root. Throws `DavError` for what is refused. */
export function answerDav(asked: Asked): FileReply {
  if (isAboutFiles(asked.segments)) return answerFiles(asked)
  const method = METHODS[asked.method]
  if (!method) throw new DavError(501, `There was no handler found for this "${asked.method}" method`)
  return method(asked)
}

function options(): Reply {
  const allow = ['OPTIONS', 'GET', 'HEAD', 'DELETE', 'PROPFIND', 'PUT', 'PROPPATCH', 'COPY', 'MOVE', 'REPORT'].join(', ')
  return { status: 200, headers: { allow, dav: DAV_HEADER, 'ms-author-via': 'DAV', 'accept-ranges': 'bytes' }, body: [] }
}

function put(asked: Asked): Reply {
  asked.state.manners.put(asked.path, asked.headers)
  if (asked.headers['content-range'] !== undefined) throw new DavError(400, 'Content-Range on PUT requests are forbidden.')
  try {
    return putObject(asked)
  } catch (error) {
    if (error instanceof DavError && error.status === 415) asked.state.manners.refusedStrict(asked.path)
    throw error
  }
}

function putObject(asked: Asked): Reply {
  if (placeAt(asked.state, asked.viewer, asked.segments)?.kind === 'collection') throw wrongMethod('PUT')
  const { parent, name } = targetOf(asked)
  if (parent.kind !== 'collection') throw forbidden('Permission denied to create file')
  return parent.shown.collection.kind === 'calendar' ? putEvent(asked, parent, name) : putCard(asked, parent, name)
}
