import type { Asked, Shown } from '../serve/asked.ts'
import { bytesOf, contentOf } from './content.ts'
import * as errors from './errors.ts'
import { type DriveFile, FOLDER, isBlob, SHORTCUT } from './file.ts'
import { fileJson, wantedIn } from './file-json.ts'
import { mediaReply } from './media.ts'
import { canDownload, canExport, exported, exportsOf } from './native/formats.ts'
import { fileOf } from './who.ts'

export const isMedia = (query: URLSearchParams): boolean => query.get('alt') === 'media'

export function getFile(asked: Asked): Shown {
  // rclone reads bytes out of shared drives without `supportsAllDrives`, and has always got them.
  const { file, role } = fileOf(asked, { blind: isMedia(asked.query) })
  if (!isMedia(asked.query)) return { json: { ...fileJson(asked, file, wantedIn(asked, [])) } }
  if (!isBlob(file)) throw errors.onlyBinary()
  if (file.undownloadable === true) throw errors.undownloadable()
  if (file.worn === true) throw errors.wornOut()
  // Its owner's word counts, and that of an organizer; anybody else's is passed over (facts 8.3).
  const acknowledged = asked.query.get('acknowledgeAbuse') === 'true' && (role === 'owner' || role === 'organizer')
  if (file.abusive === true && !acknowledged) throw errors.abusive()
  checkKey(asked, file)
  const { store } = asked.state.drive
  store.reads.set(file.id, (store.reads.get(file.id) ?? 0) + 1)
  return { json: {}, reply: mediaReply(asked, file.revisions.at(-1)?.content ?? contentOf(Buffer.alloc(0)), file.mimeType) }
}

/** Whoever does not own a file has to know its key. */
function checkKey(asked: Asked, file: DriveFile): void {
  if (file.resourceKey === undefined || file.owner === asked.account.address) return
  const keys = String(asked.headers['x-goog-drive-resource-keys'] ?? '').split(',')
  if (!keys.includes(`${file.id}/${file.resourceKey}`)) throw errors.fileNotFound(file.id)
}

/** One more export: no two have the same bytes. */
function make(asked: Asked, file: DriveFile, mimeType: string): Buffer {
  asked.state.drive.exports += 1
  return exported(file, mimeType, asked.state.drive.exports)
}

export function exportFile(asked: Asked): Shown {
  const { file } = fileOf(asked, { blind: true })
  const mimeType = asked.query.get('mimeType') ?? ''
  if (isBlob(file) || file.mimeType === FOLDER || file.mimeType === SHORTCUT) throw errors.onlyDocuments()
  if (file.mimeType.endsWith('.vid')) throw errors.noVids()
  if (!canExport(file, mimeType)) throw errors.noConversion()
  const bytes = make(asked, file, mimeType)
  if (bytes.length > asked.state.drive.exportBytes) throw errors.exportTooLarge()
  // No Content-Length, no part of it: whoever reads it learns its size at the end (facts 8.4).
  return { json: {}, reply: { ...mediaReply({ ...asked, headers: {} }, contentOf(bytes), mimeType), headers: {} } }
}

/** What `exportLinks` leads to: another host, no limit of 10 MB. */
export function exportByLink(asked: Asked): Shown {
  const wanted = asked.query.get('exportFormat') ?? ''
  const { file } = fileOf({ ...asked, names: { file: asked.query.get('id') ?? '' } }, { blind: true })
  const [mimeType] = exportsOf(file).find(([, ending]) => ending === wanted) ?? []
  if (mimeType === undefined) throw errors.noConversion()
  return { json: {}, reply: mediaReply({ ...asked, headers: {} }, contentOf(make(asked, file, mimeType)), mimeType) }
}

const operationJson = (asked: Asked, name: string, isDone: boolean) => ({
  name,
  metadata: { '@type': 'type.googleapis.com/google.apps.drive.v3.DownloadFileMetadata' },
  ...(isDone && {
    done: true,
    response: {
      '@type': 'type.googleapis.com/google.apps.drive.v3.DownloadFileResponse',
      downloadUri: asked.state.linkUrl(`https://www.googleapis.com/download/drive/operations/${name}`),
      partialDownloadAllowed: false,
    },
  }),
})

export function downloadFile(asked: Asked): Shown {
  const { file } = fileOf(asked, { blind: true })
  const mimeType = asked.query.get('mimeType') ?? (isBlob(file) ? file.mimeType : '')
  if (!isBlob(file) && !canDownload(file, mimeType)) throw errors.noConversion()
  const name = `op${asked.state.drive.operations.size + 1}-${file.id}`
  asked.state.drive.operations.set(name, { fileId: file.id, mimeType, address: asked.account.address, polls: 0, bytes: undefined })
  return { json: operationJson(asked, name, false) }
}

function operationOf(asked: Asked) {
  const name = asked.names['operation'] ?? ''
  const operation = asked.state.drive.operations.get(name)
  if (operation === undefined || operation.address !== asked.account.address) throw errors.fileNotFound(name)
  return { name, operation }
}

export function getOperation(asked: Asked): Shown {
  const { name, operation } = operationOf(asked)
  operation.polls += 1
  return { json: operationJson(asked, name, operation.polls >= asked.state.drive.pollsNeeded) }
}

/** What an operation has come to stands behind one more redirect. */
export function operationRedirect(asked: Asked): Shown {
  const { name } = operationOf(asked)
  const location = asked.state.linkUrl(`https://www.googleapis.com/download/drive/results/${name}`)
  return { json: {}, reply: { status: 302, body: [], headers: { location } } }
}

export function operationResult(asked: Asked): Shown {
  const { operation } = operationOf(asked)
  const file = asked.state.drive.store.files.get(operation.fileId)
  if (file === undefined || operation.polls < asked.state.drive.pollsNeeded) throw errors.fileNotFound(operation.fileId)
  const head = file.revisions.at(-1)
  operation.bytes ??= head === undefined ? make(asked, file, operation.mimeType) : bytesOf(head.content)
  return { json: {}, reply: mediaReply({ ...asked, headers: {} }, contentOf(operation.bytes), operation.mimeType) }
}
