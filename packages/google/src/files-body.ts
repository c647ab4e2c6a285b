import { createHash, type Hash } from 'node:crypto'
import { type Call, Fault } from '@offramp/core'
import type { WireAnswer } from '@offramp/wire'
import type { DriveAsk, DriveClient } from './files-client.ts'
import { keyHeaders, type RemoteFile } from './files-model.ts'
import { readOne, WHOLE } from './files-pages.ts'

/** What is read, and what is known of it. */
export interface Blob {
  readonly client: DriveClient
  readonly file: RemoteFile
  /** The operator wants what Google takes for malware. */
  readonly suspicious: boolean
}

/** A connection that ends in the middle is taken up where it stood, as long as each brings something. */
const MOST_RESUMED = 20

const changed = ({ client }: Blob): Fault =>
  new Fault({ reach: 'call', code: 'google-changed', message: `A file in ${client.about} was changed while it was being read.` })

/** The whole, compared with what Google says of it as it goes by. */
export async function* readBlob(blob: Blob, call: Call): AsyncGenerator<Uint8Array> {
  const { file } = blob
  const md5 = file.md5 === undefined ? undefined : createHash('md5')
  yield* counted(blob, pieces(blob, 0, call), { from: 0, ...(md5 === undefined ? {} : { md5 }) })
  if (md5 === undefined) return mustBeSame(blob, call)
  if (md5.digest('hex') === file.md5) return
  await mustBeSame(blob, call)
  const message = `A file in ${blob.client.about} came with other bytes than its checksum says.`
  throw new Fault({ reach: 'call', code: 'google-checksum', message, connection: true })
}

/**
 * From this byte on. Of a part no checksum tells anything, so that it is asked before and afterwards whether it is still the file that was opened.
 */
export async function* readBlobFrom(blob: Blob, offset: number, call: Call): AsyncGenerator<Uint8Array> {
  await mustBeSame(blob, call)
  if (offset >= (blob.file.size ?? 0)) return
  yield* counted(blob, pieces(blob, offset, call), { from: offset })
  await mustBeSame(blob, call)
}

/** No more and no less than was announced. */
async function* counted(
  blob: Blob,
  body: AsyncIterable<Uint8Array>,
  on: { readonly from: number; readonly md5?: Hash },
): AsyncGenerator<Uint8Array> {
  const { size } = blob.file
  let at = on.from
  for await (const piece of body) {
    at += piece.length
    if (size !== undefined && at > size) throw changed(blob)
    on.md5?.update(piece)
    yield piece
  }
  if (size !== undefined && at !== size) throw changed(blob)
}

/** Throws where it has other bytes than when it was opened, or is gone. */
async function mustBeSame(blob: Blob, call: Call): Promise<void> {
  const now = await readOne(blob.client, blob.file.id, { fields: 'id,headRevisionId,md5Checksum,size', call })
  const { head, md5 } = blob.file
  if (now === undefined)
    throw new Fault({ reach: 'item', reason: 'gone', code: 'google-gone', message: `A file in ${blob.client.about} is no longer there.` })
  if (head === undefined ? now.md5 !== md5 : now.head !== head) throw changed(blob)
}

async function* pieces(blob: Blob, from: number, call: Call): AsyncGenerator<Uint8Array> {
  let at = from
  for (let resumed = 0; ; resumed++) {
    const before = at
    try {
      const answer = await ask(blob, at, call)
      for await (const piece of answer.body) {
        at += piece.length
        yield piece
      }
      return
    } catch (thrown) {
      call.signal.throwIfAborted()
      const broken = thrown instanceof Fault && thrown.reach === 'call' && thrown.connection
      if (!broken || at === before || resumed >= MOST_RESUMED) throw thrown
      // The last byte had come, and the end of the answer had not.
      if (at === blob.file.size) return
    }
  }
}

/** Of nothing there is no part: a range on an empty file always fails, so that one begins without. */
async function ask(blob: Blob, at: number, call: Call): Promise<WireAnswer> {
  const answer = await acknowledged(blob, at, call)
  if (at === 0 || (answer.status === 206 && answer.headers['content-range']?.startsWith(`bytes ${at}-`))) return answer
  answer.discard()
  throw changed(blob)
}

/** Google's warning is heard first: the word of whoever may say it is only given where it is needed. */
async function acknowledged(blob: Blob, at: number, call: Call): Promise<WireAnswer> {
  try {
    return await media(blob, { at, acknowledgeAbuse: false }, call)
  } catch (thrown) {
    if (!(thrown instanceof Fault) || thrown.code !== 'google-abusive' || !blob.suspicious) throw thrown
    return media(blob, { at, acknowledgeAbuse: true }, call)
  }
}

function media(
  { client, file }: Blob,
  { at, acknowledgeAbuse }: { at: number; acknowledgeAbuse: boolean },
  call: Call,
): Promise<WireAnswer> {
  const asked: DriveAsk = {
    asks: 'media',
    units: 'download',
    headers: { ...keyHeaders(file), ...(at === 0 ? {} : { range: `bytes=${at}-` }) },
    send: (api, common, options) =>
      api.files.get({ ...common, ...WHOLE, fileId: file.id, alt: 'media', ...(acknowledgeAbuse ? { acknowledgeAbuse } : {}) }, options),
  }
  return client.bytes(asked, { size: Math.max(0, (file.size ?? 0) - at) }, call)
}
