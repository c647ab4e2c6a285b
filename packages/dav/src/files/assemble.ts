import { type Call, Fault, type PutCall } from '@offramp/core'
import { isRefusal } from '../faults.ts'
import type { Content } from './content.ts'
import type { FilesDesk } from './desk.ts'
import { ASSEMBLY_MS, LOOK, PROVED_BYTES, SIGN_MS } from './limits.ts'
import { prove, serverHash } from './prove.ts'
import { isSameAtPlaces } from './same-at-places.ts'
import { sameBytes } from './same-bytes.ts'
import { type Standing, statAt } from './stat.ts'
import { closeUpload, emptyUpload, folderHref, likelyEnd, sayAsked, takeBackAsked } from './upload-folder.ts'
import { dateHeaders, refusePages, type Stored, type Target } from './write.ts'
import { uploadHeaders } from './write-chunks.ts'

/** A file that is uploaded in chunks. */
export interface Whole {
  /** Address that it gets. */
  readonly to: string
  readonly target: Target
  readonly content: Content
}

interface Seen {
  /** SHA-256 of the whole in hex, where this process has seen all of it. */
  readonly hash: string | undefined
  readonly tail: Uint8Array | undefined
}

interface Asking extends Seen {
  /** It was asked before, and perhaps the server is at it. */
  readonly again: boolean
}

/** What says nothing of whether the server goes on: a proxy's patience has ended, or the connection, or another has asked before. */
const isOpenEnd = (thrown: unknown): boolean =>
  isRefusal(thrown, 423) ||
  (thrown instanceof Fault && (/^http-(408|499|502|504|52\d|timeout|connection|truncated)$/.test(thrown.code) || thrown.connection))

/** The request itself may not have arrived. */
const isBroken = (thrown: unknown): boolean => thrown instanceof Fault && /^http-(connection|truncated)$/.test(thrown.code)

/** Time for the answer to a MOVE: servers copy all bytes once more. Proxies give up earlier, and then it is looked for. Milliseconds. */
const patience = (size: number): number => Math.min(600_000, 60_000 + size / 50_000)

/** One MOVE, and then nothing but looking: a second one while the server is at it makes it copy everything again, or finds the folder gone. */
export async function assemble(desk: FilesDesk, whole: Whole, { again, ...seen }: Asking, call: PutCall): Promise<Stored> {
  const since = await sayAsked(desk, whole.target, call)
  const { to, content, target } = whole
  try {
    const answer = await desk.client.send(
      {
        method: 'MOVE',
        href: `${folderHref(desk, target)}/.file`,
        asks: 'assemble',
        headers: { ...uploadHeaders(desk, to, content.size), ...dateHeaders(content), ...conditionOf(desk, whole), ...hashWish(content) },
        headTimeoutMs: patience(content.size),
        timeoutMs: patience(content.size) + 60_000,
      },
      call,
    )
    refusePages(desk, answer)
    const stored = await arrived(
      desk,
      whole,
      { ...seen, told: answer.headers['x-hash-sha256'], etag: answer.headers['oc-etag'] ?? answer.headers['etag'] },
      call,
    )
    await closeUpload(desk, target, call)
    return stored
  } catch (thrown) {
    if (call.signal.aborted) throw thrown
    // What was never asked before is not what it is locked for.
    if (isOpenEnd(thrown) && (again || !isRefusal(thrown, 423))) {
      const until = isBroken(thrown) ? likelyEnd(since, content.size) : since + ASSEMBLY_MS
      const stored = await awaitEnd(desk, whole, { since, seen, until }, call)
      if (stored !== undefined) return stored
    }
    // Answered by the server itself: nothing is under way.
    const gone = isRefusal(thrown, 404) ? await finished(desk, whole, seen, call) : undefined
    if (gone !== undefined) {
      await closeUpload(desk, target, call)
      return gone
    }
    // Chunks that do not make the whole are not to be gone on with, nor what may not be written there any more.
    if (isRefusal(thrown, 400, 412) || (thrown instanceof Fault && thrown.code === 'dav-damaged')) {
      await emptyUpload(desk, target, call)
      await closeUpload(desk, target, call)
    } else await takeBackAsked(desk, target, since, call)
    throw thrown
  }
}

/** Hashed while it is put together; one of this size would be put together for too long. */
const hashWish = ({ size }: Content): Readonly<Record<string, string>> => (size > PROVED_BYTES ? {} : { 'x-hash': 'sha256' })

/** What may be written over stands at the destination, so `If-Match`, which speaks of the address that is moved, does not do. */
export function conditionOf({ client }: FilesDesk, { to, target: { over } }: Whole): Readonly<Record<string, string>> {
  if (over === undefined) return { overwrite: 'F' }
  return over.etag === undefined ? { overwrite: 'T' } : { overwrite: 'T', if: `<${client.urlOf(to)}> ([${over.etag}])` }
}

interface Told extends Seen {
  readonly told: string | undefined
  readonly etag: string | undefined
}

/** Proves what a MOVE has confirmed. Its size is looked at in any case: Nextcloud 33 and 34 on object storage have confirmed files of no bytes. */
export async function arrived(desk: FilesDesk, { to, content }: Whole, { hash, tail, told, etag }: Told, call: Call): Promise<Stored> {
  const standing = await statAt(desk, to, call)
  if (standing === undefined || standing.size !== content.size) throw emptied(desk, content.size, standing)
  if (hash === undefined) {
    const found = told ?? (content.size > PROVED_BYTES ? undefined : await serverHash(desk, to, 'sha256', call))
    return { size: content.size, hash: (found ?? '').slice(0, 16), etag: standing.etag ?? etag }
  }
  await prove(desk, { href: to, size: content.size, hash, tail: tail ?? new Uint8Array() }, told, call)
  return { size: content.size, hash: hash.slice(0, 16), etag: standing.etag ?? etag }
}

const emptied = ({ client }: FilesDesk, size: number, standing: Standing | undefined): Fault =>
  new Fault({
    reach: 'call',
    code: 'dav-damaged',
    message: `${client.host} confirmed a file of ${size} bytes (${client.account}), and holds ${standing === undefined ? 'nothing' : `${standing.size}`}.`,
  })

/** Undefined where it is not there, or is something else. */
async function finished(desk: FilesDesk, whole: Whole, seen: Seen, call: Call): Promise<Stored | undefined> {
  const { to, content, target } = whole
  const standing = await statAt(desk, to, call)
  if (standing === undefined || standing.isFolder || standing.size !== content.size) return undefined
  // Nextcloud's may be the same for another text (put-over.ts).
  if (desk.server.kind !== 'nextcloud' && target.over?.etag !== undefined && standing.etag === target.over.etag) return undefined
  const same =
    content.size > PROVED_BYTES && content.bodyFrom !== undefined
      ? await sameAtPlaces(desk, to, content, { call, hash: seen.hash })
      : await sameBytes(desk, { href: to, size: standing.size }, { content, hash: seen.hash }, call)
  if (same === undefined) return undefined
  return { size: content.size, hash: same, etag: standing.etag }
}

/** Of a file that is too large to be read for this. Its hash, where this process has seen all of it, else `''`. */
async function sameAtPlaces(
  desk: FilesDesk,
  href: string,
  content: Content,
  { call, hash = '' }: { readonly call: Call; readonly hash: string | undefined },
): Promise<string | undefined> {
  return (await isSameAtPlaces(desk, { href, content }, call)) ? hash.slice(0, 16) : undefined
}

/** Looks at the destination until it is there, or the server can no longer be at it. Undefined: it did not come. */
async function awaitEnd(
  desk: FilesDesk,
  whole: Whole,
  { since, seen, until }: { readonly since: number; readonly seen: Seen; readonly until: number },
  call: PutCall,
): Promise<Stored | undefined> {
  const { clock, log } = desk.services
  log.info({ account: desk.client.account, bytes: whole.content.size }, 'The server is still putting a file together: it is looked for.')
  for (let wait: number = LOOK.first; ; wait = Math.min(LOOK.most, wait * 2)) {
    const stored = await finished(desk, whole, seen, call).catch(stillLocked)
    if (stored !== undefined) {
      await closeUpload(desk, whole.target, call)
      return stored
    }
    const left = until - clock.now()
    if (left <= 0) break
    await waitTelling(desk, Math.min(wait, left), call)
  }
  await takeBackAsked(desk, whole.target, since, call)
  return undefined
}

/** What stands there cannot be compared: the server is at it. */
function stillLocked(thrown: unknown): undefined {
  if (!isRefusal(thrown, 423)) throw thrown
}

/**
 * It may take an hour, and is no standstill: that is said all the while, since a write that keeps silent longer than operators allow (two seconds at
 * the least) is given up. Whoever breaks it off here finds it again by what is left in the account.
 */
export async function waitTelling({ services: { clock } }: FilesDesk, ms: number, call: PutCall): Promise<void> {
  for (let left = ms; left > 0; left -= SIGN_MS) {
    call.progress?.()
    await clock.sleep(Math.min(left, SIGN_MS), call)
  }
}

/** For whoever finds that an earlier process had asked, and perhaps died before that: it knows nothing of the bytes. */
export const lookForAssembled = (desk: FilesDesk, whole: Whole, since: number, call: PutCall): Promise<Stored | undefined> =>
  awaitEnd(desk, whole, { since, seen: { hash: undefined, tail: undefined }, until: likelyEnd(since, whole.content.size) }, call)
