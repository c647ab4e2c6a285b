import type { Call, PutCall } from '@offramp/core'
import { assemble, lookForAssembled, type Whole, waitTelling } from './assemble.ts'
import { type Content, hashing } from './content.ts'
import { type FilesDesk, fileHref } from './desk.ts'
import { makeLane } from './lane.ts'
import { HELD_BYTES, LOOK, PROVED_BYTES, TRANSFER_MS } from './limits.ts'
import { proveResumed } from './prove-resumed.ts'
import { makeReader, type Reader } from './reader.ts'
import { statAt } from './stat.ts'
import { makeTail } from './tail.ts'
import { taken } from './taken.ts'
import {
  type Cut,
  chunksOf,
  cutOf,
  emptyUpload,
  folderHref,
  lookAtUploads,
  openUpload,
  sizeOfChunk,
  type UploadState,
} from './upload-folder.ts'
import { refusePages, type Stored, type Target } from './write.ts'

/** What all requests of one upload say: where it goes and how much it is. Without it Nextcloud does not notice that a chunk is missing. */
export const uploadHeaders = ({ client }: FilesDesk, to: string, size: number): Readonly<Record<string, string>> => ({
  destination: client.urlOf(to),
  'oc-total-length': String(size),
})

/**
 * Chunked upload, version 2. The folder of chunks is called after the item, its version and its place, so that whoever tries again goes on where it
 * broke off. Nothing of it is seen in the account's files before it is whole.
 */
export async function writeInChunks(desk: FilesDesk, target: Target, content: Content, call: PutCall): Promise<Stored> {
  const to = fileHref(desk, target.place, target.name)
  const whole: Whole = { to, target, content }
  const { asked } = await uploadsNow(desk, whole, call)
  // Somebody has asked for it to be put together, and nobody knows the end: look, and do not ask again.
  if (asked !== undefined) {
    const stored = await lookForAssembled(desk, whole, asked, call)
    if (stored !== undefined) return stored
  }
  if (target.over === undefined && (await statAt(desk, to, call)) !== undefined) throw taken(desk)
  const cut = cutOf(content.size, desk.chunkBytes)
  const there = await standing(desk, target, cut, call)
  if (there === undefined) await openUpload(desk, target, uploadHeaders(desk, to, content.size), call)
  const sent = await sendChunks(desk, whole, { cut, there: there ?? new Set() }, call)
  const stored = await assemble(desk, whole, { ...sent, again: asked !== undefined }, call)
  desk.whole.arrived('in chunks')
  return sent.hash === undefined ? proveResumed(desk, whole, stored, call) : stored
}

/** What stands of its uploads once the server has put together what it was asked for before: it would write that over this one, or refuse this one. */
async function uploadsNow(desk: FilesDesk, { target, content }: Whole, call: PutCall): Promise<UploadState> {
  for (;;) {
    const state = await lookAtUploads(desk, target, content.size, call)
    if (state.earlier === undefined) return state
    await waitTelling(desk, LOOK.first, call)
  }
}

/** Numbers of the chunks that have arrived whole. A folder with others in it is of another cut: it is thrown away. */
async function standing(desk: FilesDesk, target: Target, cut: Cut, call: Call): Promise<ReadonlySet<number> | undefined> {
  const found = await chunksOf(desk, target, call)
  if (found === undefined) return undefined
  const odd = [...found].some(([chunk]) => chunk < 1 || chunk > cut.count)
  if (odd) {
    await emptyUpload(desk, target, call)
    return undefined
  }
  return new Set([...found].filter(([chunk, size]) => size === sizeOfChunk(cut, chunk)).map(([chunk]) => chunk))
}

interface Plan {
  readonly cut: Cut
  readonly there: ReadonlySet<number>
}

/** `hash`: of the whole, where this process has seen it all. */
interface SentChunks {
  readonly hash: string | undefined
  readonly tail: Uint8Array | undefined
}

/**
 * Whether what has arrived need not be read at the source again: where the bytes at the server can be held against the source's checksum, and of what
 * is so large that it is compared at many places instead (`proveResumed`).
 */
const canSkip = ({ server }: FilesDesk, { checksum, bodyFrom, size }: Content): boolean => {
  if (bodyFrom === undefined) return false
  return size > PROVED_BYTES || (checksum !== undefined && (checksum.algorithm === 'quick-xor' || server.hashes))
}

async function sendChunks(desk: FilesDesk, whole: Whole, plan: Plan, call: PutCall): Promise<SentChunks> {
  const { content } = whole
  if (plan.there.size === 0 || !canSkip(desk, content)) return sendRun(desk, whole, { ...plan, from: 1, to: plan.cut.count }, call)
  let first = 0
  for (let chunk = 1; chunk <= plan.cut.count + 1; chunk++) {
    const isMissing = chunk <= plan.cut.count && !plan.there.has(chunk)
    if (isMissing && first === 0) first = chunk
    if (isMissing || first === 0) continue
    await sendRun(desk, whole, { ...plan, from: first, to: chunk - 1 }, call)
    first = 0
  }
  return { hash: undefined, tail: undefined }
}

interface Run extends Plan {
  readonly from: number
  readonly to: number
}

/** Sends chunks that follow each other from one reading of the source, several at a time. What has arrived before is read, and not sent. */
async function sendRun(desk: FilesDesk, whole: Whole, run: Run, call: PutCall): Promise<SentChunks> {
  const { content } = whole
  const offset = (run.from - 1) * run.cut.chunkBytes
  // What is held is copied part by part.
  const reading: Call = run.cut.chunkBytes > HELD_BYTES ? call : { signal: call.signal, lends: true }
  const body = offset === 0 || content.bodyFrom === undefined ? content.body(reading) : content.bodyFrom(offset, reading)
  const reader = makeReader(body)
  const began = desk.services.clock.now()
  let bytes = 0
  const hash = hashing()
  const lane = makeLane(desk.settings.connectionsPerAccount ?? 4)
  const tail = makeTail(content.size - offset)
  const seen = (part: Uint8Array): void => {
    hash.update(part)
    tail.add(part)
  }
  try {
    for (let chunk = run.from; chunk <= run.to; chunk++) {
      call.signal.throwIfAborted()
      const size = sizeOfChunk(run.cut, chunk)
      const send = async (sent: Uint8Array | (() => AsyncIterable<Uint8Array>)) => {
        await putChunk(desk, whole, { chunk, size, body: sent, resumed: run.there.size > 0 }, call)
        bytes += size
        desk.whole.took(bytes, desk.services.clock.now() - began)
      }
      if (run.there.has(chunk)) await reader.pass(size, seen)
      else if (size > HELD_BYTES) await send(() => reader.parts(size, seen))
      else await lane.add(await held(desk, { reader, size, seen, send }, call))
    }
    await lane.end()
    if (run.to === run.cut.count) await reader.expectEnd(content.size)
    return run.from === 1 && run.to === run.cut.count
      ? { hash: hash.digest('hex'), tail: tail.bytes() }
      : { hash: undefined, tail: undefined }
  } finally {
    // Nothing may still be under way when the caller goes on, whatever came in between.
    await lane.settled()
    await reader.close()
  }
}

interface Holding {
  readonly reader: Reader
  readonly size: number
  readonly seen: (part: Uint8Array) => void
  readonly send: (body: Uint8Array) => Promise<void>
}

async function held(desk: FilesDesk, { reader, size, seen, send }: Holding, call: Call): Promise<() => Promise<void>> {
  const memory = await desk.pool.take(size, call)
  let at = 0
  try {
    for await (const part of reader.parts(size, seen)) {
      memory.buffer.set(part, at)
      at += part.length
    }
  } catch (thrown) {
    memory.free()
    throw thrown
  }
  return () => send(memory.buffer).finally(() => memory.free())
}

interface Chunk {
  readonly chunk: number
  readonly size: number
  readonly body: Uint8Array | (() => AsyncIterable<Uint8Array>)
  /** Others stand there from an earlier try. */
  readonly resumed: boolean
}

async function putChunk(
  desk: FilesDesk,
  { to, target, content }: Whole,
  { chunk, size, body, resumed }: Chunk,
  call: PutCall,
): Promise<void> {
  const headers = { ...uploadHeaders(desk, to, content.size), 'content-type': 'application/octet-stream', 'content-length': String(size) }
  const href = `${folderHref(desk, target)}/${String(chunk).padStart(5, '0')}`
  const answer = await desk.client.send({ method: 'PUT', href, asks: 'upload', body, headers, timeoutMs: TRANSFER_MS }, call)
  refusePages(desk, answer)
  call.progress?.(resumed ? 'resumed' : 'begun')
}
