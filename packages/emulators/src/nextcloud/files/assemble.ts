import type { Reply } from '../../serve/reply.ts'
import { type Asked, header } from '../dav/asked.ts'
import { checkConditions } from '../dav/targets.ts'
import { DavError, notFound } from '../serve/errors.ts'
import { fileId, HTML, note, quoted, refuseLocked, type Target, targetOf } from './asked.ts'
import { type Blob, EMPTY } from './blob.ts'
import { checkTaggedIf } from './conditions.ts'
import { checkFileName } from './names.ts'
import { checkSpace, finishPut, place, setTimes } from './put.ts'
import { acceptedTimes, timesIn } from './times.ts'
import { isAssembling, type UploadFolder, wholeOf } from './upload-folder.ts'

/** MOVE of `uploads/<user>/<id>/.file` to where the file belongs. */
export function assemble(asked: Asked, folder: UploadFolder, name: string): Reply {
  const { state, viewer } = asked
  if (name !== '.file') throw name === '' ? new DavError(403, 'Permission denied to rename') : notFound(name)
  checkConditions(asked, `"${folder.etag}"`)
  if (folder.assembling || folder.busy) {
    state.violations.note('MOVE of an upload again while it is put together: look at the destination instead')
    throw new DavError(423, `"${folder.assembling?.target ?? folder.id}" is locked`)
  }
  if (header(asked, 'oc-total-length') === undefined)
    state.violations.note('MOVE of chunks without OC-Total-Length: a missing one is not noticed')
  const target = targetOf(asked)
  checkTaggedIf(asked)
  const path = target.segments.join('/')
  if (target.before?.node.kind === 'folder') throw new DavError(409, 'PUT is not allowed on non-files.')
  // A temporary name is used in both flavours, and MOVE takes no longer ones than PUT does.
  checkFileName(state, target.name, { method: 'PUT', path })
  if (isAssembling(viewer, path)) throw new DavError(423, `"${path}" is locked`)
  refuseLocked(target.before?.node, target.parent.node.locked ? target.parent.node : undefined)
  const whole = wholeOf(folder)
  if (!folder.parts) checkSum(asked, whole)
  checkSpace(asked, target.parent, { path, bytes: whole.size })
  const finish = (): Reply => (folder.parts ? completeParts(asked, folder, target) : finishAssembly(asked, { folder, target, whole }))
  return asked.late ? later(asked, { folder, path, finish }) : finish()
}

function checkSum(asked: Asked, { size }: Blob): void {
  const wanted = header(asked, 'oc-total-length')
  if (wanted !== undefined && wanted !== String(size))
    throw new DavError(400, `Chunks on server do not sum up to ${wanted} but to ${size} bytes`)
}

interface Later {
  readonly folder: UploadFolder
  readonly path: string
  readonly finish: () => Reply
}

/** A proxy loses patience and says 504; the server goes on, and the file is locked until it is done (facts 4.1). */
function later({ state, late }: Asked, { folder, path, finish }: Later): Reply {
  folder.assembling = { until: state.now() + (late?.ms ?? 0) / state.timeScale, finish, target: path }
  return {
    status: late?.status ?? 504,
    body: [Buffer.from('<html><body><h1>504 Gateway Time-out</h1></body></html>\n')],
    type: 'text/html',
  }
}

interface Assembly {
  readonly folder: UploadFolder
  readonly target: Target
  readonly whole: Blob
}

function finishAssembly(asked: Asked, { folder, target, whole }: Assembly): Reply {
  const reply = finishPut(asked, target, whole)
  asked.viewer.uploads.delete(folder.id)
  return reply
}

/** The object store puts the parts together: no length, no checksum and no hash is looked at (facts 4.1). */
function completeParts(asked: Asked, folder: UploadFolder, target: Target): Reply {
  const { state, viewer } = asked
  const parts = [...(folder.parts ?? [])].sort(([one], [other]) => one - other).map(([, part]) => part)
  if (parts.slice(0, -1).some(({ blob }) => blob.size < state.limits.leastPart))
    throw new DavError(500, {
      message: 'EntityTooSmall (client): Your proposed upload is smaller than the minimum allowed size',
      exception: 'Aws\\S3\\Exception\\S3MultipartUploadException',
    })
  // Facts 4.1: on such a storage a MOVE that says that its body is empty makes the file empty.
  const isEmptied = state.zeroLengthMoves && header(asked, 'content-length') === '0'
  const times = timesIn(asked)
  const node = place(asked, target, isEmptied ? EMPTY : wholeOf(folder))
  node.checksum = undefined
  setTimes(node, times)
  viewer.uploads.delete(folder.id)
  note(asked, target, target.before ? 'update' : 'create')
  const headers = { 'oc-fileid': fileId(node), etag: quoted(node), 'oc-etag': quoted(node), ...acceptedTimes(times) }
  return { status: target.before ? 204 : 201, headers, body: [], type: HTML }
}
