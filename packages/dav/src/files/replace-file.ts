import { Fault, type PutCall } from '@offramp/core'
import { isRefusal } from '../faults.ts'
import { arrived, conditionOf, type Whole } from './assemble.ts'
import { type Content, hashing, hold } from './content.ts'
import { type FilesDesk, fileHref } from './desk.ts'
import { SAMPLE_BYTES } from './limits.ts'
import { folderOfNext, removeNext } from './upload-folder.ts'
import { makeFolder } from './upload-notes.ts'
import { dateHeaders, refusePages, type Stored, type Target } from './write.ts'
import { uploadHeaders } from './write-chunks.ts'

/**
 * Writes over a file that is small enough for one chunk. Nextcloud (32.0.1) writes a new file beside its name, and a PUT over one that stands there into
 * that file itself: where it breaks off, half of it stays, and is listed with its old size, date and ETag until somebody reads it. What is put together
 * at the server cannot break off on the way. Its folder has the same name for every state of the item, so that the next try finds what is left of this one.
 */
export async function replaceFile(desk: FilesDesk, target: Target, content: Content, call: PutCall): Promise<Stored> {
  const to = fileHref(desk, target.place, target.name)
  const held = await hold(desk.pool, content, call)
  try {
    const hash = hashing().update(held.buffer).digest('hex')
    const tail = Buffer.from(held.buffer.subarray(-SAMPLE_BYTES))
    await sendChunk(desk, { to, target, content }, held.buffer, call)
    return await bringOver(desk, { to, target, content }, { hash, tail }, call)
  } catch (thrown) {
    // Whatever else went wrong, the next try goes on in that folder.
    if (!call.signal.aborted && isRefusal(thrown, 400, 403, 412, 413, 507)) await removeNext(desk, target.upload, call)
    throw thrown
  } finally {
    held.free()
  }
}

async function sendChunk(desk: FilesDesk, { to, target, content }: Whole, body: Uint8Array, call: PutCall): Promise<void> {
  const folder = folderOfNext(desk, target.upload)
  const headers = uploadHeaders(desk, to, content.size)
  await makeFolder(desk, folder, headers, call)
  const more = { 'content-type': 'application/octet-stream', 'content-length': String(content.size) }
  try {
    const answer = await desk.client.send(
      { method: 'PUT', href: `${folder}/00001`, asks: 'upload', body, headers: { ...headers, ...more } },
      call,
    )
    refusePages(desk, answer)
  } catch (thrown) {
    // It speaks of what the server remembers of the upload, and not of what stands at the destination.
    if (isRefusal(thrown, 412)) throw forgotten(desk)
    throw thrown
  }
}

async function bringOver(
  desk: FilesDesk,
  whole: Whole,
  seen: { readonly hash: string; readonly tail: Uint8Array },
  call: PutCall,
): Promise<Stored> {
  const { to, content, target } = whole
  const answer = await desk.client.send(
    {
      method: 'MOVE',
      href: `${folderOfNext(desk, target.upload)}/.file`,
      asks: 'assemble',
      headers: { ...uploadHeaders(desk, to, content.size), ...dateHeaders(content), ...conditionOf(desk, whole), 'x-hash': 'sha256' },
    },
    call,
  )
  refusePages(desk, answer)
  const { headers } = answer
  return arrived(desk, whole, { ...seen, told: headers['x-hash-sha256'], etag: headers['oc-etag'] ?? headers['etag'] }, call)
}

const forgotten = ({ client }: FilesDesk): Fault =>
  new Fault({
    reach: 'call',
    code: 'dav-upload-forgotten',
    message: `${client.host} no longer knew of an upload (${client.account}) when its bytes came. It is begun anew.`,
  })
