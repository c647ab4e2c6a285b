import { type Call, Fault, type PutCall } from '@offramp/core'
import type { WireAnswer } from '@offramp/wire'
import { isRefusal } from '../faults.ts'
import { notStored } from '../not-stored.ts'
import { patience } from './assemble.ts'
import { type Content, hashing, hold } from './content.ts'
import { type ClosedPlace, type FilesDesk, fileHref, folderHref } from './desk.ts'
import { makeWhole } from './folders.ts'
import { OLDEST_SECONDS, SAMPLE_BYTES, TRANSFER_MS } from './limits.ts'
import { setDate } from './probe.ts'
import { prove } from './prove.ts'
import { removeDamaged } from './remove-damaged.ts'
import { replaceFile } from './replace-file.ts'
import { statAt } from './stat.ts'
import { makeTail } from './tail.ts'
import { taken } from './taken.ts'
import { writeInChunks } from './write-chunks.ts'
import { writeLarge } from './write-large.ts'

/** Where a file is written. */
export interface Target {
  readonly place: string
  readonly name: string
  /** What may be written over: a state of it, or whatever stands there. Absent: there must be nothing. */
  readonly over?: { readonly etag: string | undefined }
  /** A name of our own in the same folder, for what is not yet whole; the same in each try. */
  readonly temporary: string
  /** The same in each try, and another for another text: of the item's id, and of all that makes this upload what it is. */
  readonly upload: { readonly item: string; readonly state: string }
}

/** What the server has, proved as well as this server can prove it. */
export interface Stored {
  readonly size: number
  /** As receipts have it. */
  readonly hash: string
  readonly etag: string | undefined
}

const secondsOf = (ms: number): string => String(Math.max(OLDEST_SECONDS, Math.floor(ms / 1000)))

/** Dates travel with the bytes: a second write for them would make another version. */
export const dateHeaders = ({ modifiedAt, createdAt }: Pick<Content, 'modifiedAt' | 'createdAt'>): Readonly<Record<string, string>> => ({
  ...(modifiedAt === undefined ? {} : { 'x-oc-mtime': secondsOf(modifiedAt) }),
  ...(createdAt === undefined ? {} : { 'x-oc-ctime': secondsOf(createdAt) }),
})

/**
 * Writes one file so that it is whole or not there, and proves it. Throws a refusal of status 412 where something stands in its way. Missing folders
 * are made anew, once.
 */
export async function writeFile(desk: FilesDesk, target: Target, content: Content, call: PutCall): Promise<Stored> {
  try {
    return await writeOnce(desk, target, content, call)
  } catch (thrown) {
    // Nextcloud says 404 for a missing folder, mod_dav 409.
    if (!isRefusal(thrown, 404, 409)) throw thrown
    const isThere = (await statAt(desk, folderHref(desk, target.place), call)) !== undefined
    if (isThere && (await desk.closed?.(call, 'anew')) === undefined) throw thrown
    if (!isThere) await makeWhole(desk, target.place, call)
    return writeOnce(desk, target, content, call)
  }
}

async function writeOnce(desk: FilesDesk, target: Target, content: Content, call: PutCall): Promise<Stored> {
  const { kind, direct } = desk.server
  // What is written over keeps its access list; what is moved into its place would stand there without.
  const closed = target.over === undefined ? await desk.closed?.(call) : undefined
  const isLarge = desk.server.uploads !== undefined && content.size > desk.chunkBytes
  const write = isLarge ? writeInChunks : writeWhole
  if (closed !== undefined || !direct) return writeAside(desk, { target, closed, write }, content, call)
  if (isLarge) return writeLarge(desk, target, content, call)
  if (kind === 'nextcloud' && target.over !== undefined && content.size > 0) return replaceFile(desk, target, content, call)
  return writeWhole(desk, target, content, call)
}

interface Aside {
  readonly target: Target
  readonly closed: ClosedPlace | undefined
  readonly write: typeof writeWhole
}

/**
 * By way of a name of our own, in the same folder or in a closed one: where the server would show half a file, where it knows no conditions, and where
 * people would see what may not be meant for them.
 */
export async function writeAside(desk: FilesDesk, { target, closed, write }: Aside, content: Content, call: PutCall): Promise<Stored> {
  const { temporary } = target
  const place = closed?.place ?? target.place
  const [from, to] = [fileHref(desk, place, temporary), fileHref(desk, target.place, target.name)]
  const standing = await statAt(desk, to, call)
  if (standing !== undefined && target.over === undefined) throw taken(desk)
  const aside: Target = { ...target, place, name: temporary, over: { etag: undefined } }
  try {
    const stored = await write(desk, aside, content, call)
    await closed?.close(from, standing === undefined ? undefined : to, call)
    const moved = await moveFile(desk, { from, to, overwrite: target.over !== undefined }, call)
    const etag = moved.headers['oc-etag'] ?? (await statAt(desk, to, call))?.etag
    return { ...stored, etag: etag ?? stored.etag }
  } catch (thrown) {
    await removeOurs(desk, from, call)
    throw thrown
  }
}

export async function moveFile(
  { client }: FilesDesk,
  { from, to, overwrite }: { readonly from: string; readonly to: string; readonly overwrite: boolean },
  call: Call,
): Promise<WireAnswer> {
  const headers = { destination: client.urlOf(to), overwrite: overwrite ? 'T' : 'F' }
  return client.send({ method: 'MOVE', href: from, asks: 'move', headers }, call)
}

/** Nobody wants it back, and it would count for the account's quota (Nextcloud 32.0.1, `files_trashbin` Storage.php; others do not know it). */
const FOR_GOOD = { 'x-nc-skip-trashbin': 'true' } as const

/** Looks after a removal, and milliseconds between them. */
const LOOKS = { most: 5, everyMs: 200 }

/**
 * Removes what only we can have written. Never hides what went wrong before. A server may notice only after our removal that a body has broken off, and
 * then keeps what had come of it (rclone): so it is looked for once more.
 */
export async function removeOurs(desk: FilesDesk, href: string, call: Call): Promise<void> {
  const { client, services } = desk
  const last = call.signal.aborted ? { signal: AbortSignal.timeout(5_000) } : call
  try {
    for (let look = 0; look < LOOKS.most; look++) {
      await client.send({ method: 'DELETE', href, asks: 'remove', headers: FOR_GOOD }, last).catch(() => undefined)
      await services.clock.sleep(LOOKS.everyMs, last)
      if ((await statAt(desk, href, last)) === undefined) return
    }
  } catch {
    // The next try writes over it.
  }
}

interface Put {
  readonly href: string
  readonly condition: Readonly<Record<string, string>>
  readonly content: Content
}

interface Passed {
  readonly answer: WireAnswer
  /** SHA-256, hex. */
  readonly hash: string
  readonly tail: Uint8Array
}

export async function writeWhole(desk: FilesDesk, target: Target, content: Content, call: PutCall): Promise<Stored> {
  const href = fileHref(desk, target.place, target.name)
  const put: Put = { href, content, condition: conditionOf(target) }
  const { answer, hash, tail } = await (content.size > desk.chunkBytes ? putStream : putHeld)(desk, put, call)
  const told = desk.server.hashes ? answer.headers['x-hash-sha256'] : undefined
  const isNew = target.over === undefined
  try {
    const way = desk.server.dates
    if (content.modifiedAt !== undefined && (way === 'D:lastmodified' || way === 'D:getlastmodified'))
      await setDate(desk.client, { href, way, ms: content.modifiedAt }, call)
    const standing = await prove(desk, { href, size: content.size, hash, tail }, told, call)
    const etag = standing === undefined ? (answer.headers['oc-etag'] ?? answer.headers['etag']) : standing.etag
    return { size: content.size, hash: hash.slice(0, 16), etag }
  } catch (thrown) {
    const etag = answer.headers['oc-etag'] ?? answer.headers['etag']
    if (isNew && thrown instanceof Fault && thrown.code === 'dav-damaged') await removeDamaged(desk, { href, content, etag }, call)
    throw thrown
  }
}

/** A weak tag, as Apache gives one within a second of a write, matches nothing: then what was looked at a moment ago has to do. */
const conditionOf = ({ over }: Target): Readonly<Record<string, string>> => {
  if (over === undefined) return { 'if-none-match': '*' }
  return over.etag === undefined || over.etag.startsWith('W/') ? {} : { 'if-match': over.etag }
}

async function putHeld(desk: FilesDesk, { href, content, condition }: Put, call: Call): Promise<Passed> {
  const began = desk.services.clock.now()
  const held = await hold(desk.pool, content, call)
  try {
    const hash = hashing().update(held.buffer).digest('hex')
    const tail = Buffer.from(held.buffer.subarray(-Math.min(SAMPLE_BYTES, content.size) || content.size))
    const headers = headersOf(content, condition, desk)
    const answer = await desk.client.send({ method: 'PUT', href, asks: 'upload', body: held.buffer, headers }, call)
    refusePages(desk, answer)
    desk.whole.took(content.size, desk.services.clock.now() - began)
    return { answer, hash, tail }
  } finally {
    held.free()
  }
}

const headersOf = (content: Content, condition: Put['condition'], { server }: FilesDesk): Record<string, string> => ({
  'content-type': 'application/octet-stream',
  'content-length': String(content.size),
  ...condition,
  ...dateHeaders(content),
  ...(server.hashes ? { 'x-hash': 'sha256' } : {}),
})

/** A file that is larger than what is held in memory, to a server that takes it only as a whole. */
async function putStream(desk: FilesDesk, { href, content, condition }: Put, call: Call): Promise<Passed> {
  let hash = hashing()
  let tail = makeTail(content.size)
  const body = async function* (): AsyncGenerator<Uint8Array> {
    hash = hashing()
    tail = makeTail(content.size)
    // Each part is given back by the wire, once it has left.
    for await (const part of content.body({ signal: call.signal, lends: true })) {
      hash.update(part)
      tail.add(part)
      yield part
    }
  }
  const headers = headersOf(content, condition, desk)
  const times = { large: true, timeoutMs: TRANSFER_MS, headTimeoutMs: patience(content.size) }
  const answer = await desk.client.send({ method: 'PUT', href, asks: 'upload', body, headers, ...times }, call)
  refusePages(desk, answer)
  return { answer, hash: hash.digest('hex'), tail: tail.bytes() }
}

/** A page that says "200 OK" in HTML has stored nothing. Nextcloud calls the nothing that it answers with 201 and 204 HTML as well. */
export function refusePages({ client }: FilesDesk, answer: WireAnswer): void {
  const isPage = answer.status === 200 && /html/i.test(answer.headers['content-type'] ?? '')
  if (!/^(200|201|204)$/.test(String(answer.status)) || isPage) throw notStored(client.host)
}
