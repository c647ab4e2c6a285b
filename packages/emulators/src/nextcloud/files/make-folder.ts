import type { Reply } from '../../serve/reply.ts'
import type { Asked } from '../dav/asked.ts'
import { DavError } from '../serve/errors.ts'
import { isSince } from '../version.ts'
import { areaOf, fileId, HTML, note, refuseLocked, secondsNow, seenAt } from './asked.ts'
import { checkFileName } from './names.ts'
import { type FolderNode, newFolder } from './node.ts'
import { CREATE } from './share.ts'
import { attach, nfc, propagate } from './tree.ts'
import { freeIn, type Seen } from './view.ts'

/** What a folder is taken to need, as newer servers have it. */
const FOLDER_BYTES = 4096

/** MKCOL of a folder. Times are not taken (facts 4.3). */
export function makeFolder(asked: Asked): Reply {
  const { kind } = areaOf(asked)
  const segments = asked.segments.slice(2)
  if (asked.body.length > 0 && !/^\s*</.test(asked.body.toString('utf8', 0, 64)))
    throw new DavError(415, 'The request body for the MKCOL request must have an xml Content-Type')
  if (seenAt(asked, segments, kind)) throw new DavError(405, 'The resource you tried to create already exists')
  const parent = seenAt(asked, segments.slice(0, -1), kind)
  if (!parent) throw new DavError(409, 'Parent node does not exist')
  if (parent.node.kind !== 'folder') throw new DavError(409, 'Parent node is not a collection')
  const made = makeFolderIn(asked, parent, segments.at(-1) ?? '')
  return { status: 201, headers: { 'oc-fileid': fileId(made) }, body: [], type: HTML }
}

export function makeFolderIn(asked: Asked, parent: Seen, name: string): FolderNode {
  const { state } = asked
  if (parent.node.kind !== 'folder') throw new DavError(409, 'Parent node is not a collection')
  checkFileName(state, name, { method: 'MKCOL', path: [...parent.segments, name].join('/') })
  if ((parent.permissions & CREATE) === 0) throw new DavError(403, 'Permission denied to create directory')
  refuseLocked(parent.node.locked ? parent.node : undefined)
  const free = freeIn(state, parent.store)
  if (free < FOLDER_BYTES && isSince(state.version, '30'))
    throw new DavError(507, `Insufficient space in files/${parent.segments.join('/')}. ${free} available. Cannot create directory`)
  const made = newFolder(nfc(name), secondsNow(asked))
  attach(parent.node, made)
  propagate(parent.node, secondsNow(asked))
  note(asked, { segments: [...parent.segments, made.name] }, 'create')
  return made
}
