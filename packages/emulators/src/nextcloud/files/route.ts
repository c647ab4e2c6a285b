import type { Asked } from '../dav/asked.ts'
import { DavError, notFound } from '../serve/errors.ts'
import { seenAt } from './asked.ts'
import { bulkUpload } from './bulk.ts'
import { answerNodes, FILES_DAV_HEADER } from './listing.ts'
import { makeFolder } from './make-folder.ts'
import { listFiles } from './propfind.ts'
import { changeFile } from './proppatch.ts'
import { putFile } from './put.ts'
import { type FileReply, readFile } from './read.ts'
import { recalculate } from './recalculate.ts'
import { relocate } from './relocate.ts'
import { removeFile } from './remove.ts'
import { answerTrash } from './trash.ts'
import { isAssembling, settleUploads } from './upload-folder.ts'
import { answerUploads } from './uploads.ts'
import { answerVersions } from './versions.ts'

const METHODS: Readonly<Record<string, (asked: Asked) => FileReply>> = {
  OPTIONS: options,
  PROPFIND: listFiles,
  PROPPATCH: changeFile,
  MKCOL: makeFolder,
  PUT: putFile,
  GET: readFile,
  HEAD: readFile,
  DELETE: removeFile,
  MOVE: relocate,
  COPY: relocate,
  PATCH: recalculate,
}

const AREAS = new Set(['files', 'groupfolders', 'uploads', 'bulk', 'trashbin', 'versions'])

/** Whether a request is about files, and answered here. */
export const isAboutFiles = ([area, user]: readonly string[]): boolean => AREAS.has(area ?? '') && (area === 'bulk' || user !== undefined)

/** Answers whatever is about files. Throws `DavError` for what is refused. */
export function answerFiles(asked: Asked): FileReply {
  const { segments, viewer, state, method } = asked
  settleUploads(state, viewer)
  const [area, user, ...path] = segments
  if (method === 'OPTIONS') return options()
  if (area === 'bulk') {
    if (method !== 'POST' || user !== undefined)
      throw new DavError(method === 'POST' ? 404 : 405, `The ${method} method is not allowed on this path`)
    return bulkUpload(asked)
  }
  if (area === 'uploads') return answerUploads(asked)
  if (area === 'trashbin') return answerTrash(asked)
  if (area === 'versions') return answerVersions(asked)
  if (user !== viewer.id) return anothers(asked)
  const answer = METHODS[method]
  if (!answer) throw new DavError(501, `There was no plugin in the system that was willing to handle this ${method} method.`)
  if (isAssembling(viewer, path.join('/')) && method !== 'PROPFIND' && method !== 'GET' && method !== 'HEAD')
    throw new DavError(423, `"${path.join('/')}" is locked`)
  return answer(asked)
}

/** Another's files look empty, whoever asks: nobody acts for others (facts 4.7). */
function anothers(asked: Asked): FileReply {
  const { segments, method, path } = asked
  if (segments.length === 2 && method === 'PROPFIND')
    return answerNodes(asked, [{ href: path, properties: new Map([['{DAV:}resourcetype', () => '<d:collection/>']]) }])
  if (segments.length === 3 && (method === 'PUT' || method === 'MKCOL'))
    throw new DavError(403, 'Permission denied to create file (filename: files)')
  throw notFound(seenAt(asked, []) ? segments.slice(2).join('/') : '')
}

function options(): FileReply {
  const allow = 'OPTIONS, GET, HEAD, DELETE, PROPFIND, PUT, PROPPATCH, COPY, MOVE, REPORT'
  return { status: 200, headers: { allow, dav: FILES_DAV_HEADER, 'ms-author-via': 'DAV', 'accept-ranges': 'bytes' }, body: [] }
}
