import { type Call, type Checksum, Fault } from '@offramp/core'
import { isRefusal } from '../faults.ts'
import type { FilesDesk } from './desk.ts'
import { PROVED_BYTES, SAMPLE_BYTES, TRANSFER_MS } from './limits.ts'
import { type Standing, statAt } from './stat.ts'

export type ServerAlgorithm = Exclude<Checksum['algorithm'], 'quick-xor'>

/** What the server says that the bytes on its disk hash to. Undefined where it cannot say it. Costs it a reading of the file. */
export async function serverHash(desk: FilesDesk, href: string, algorithm: ServerAlgorithm, call: Call): Promise<string | undefined> {
  if (!desk.server.hashes) return undefined
  try {
    const answer = await desk.client.send(
      { method: 'PATCH', href, asks: 'date', headers: { 'x-recalculate-hash': algorithm }, headTimeoutMs: 600_000, timeoutMs: 900_000 },
      call,
    )
    const said = answer.headers['oc-checksum'] ?? ''
    return new RegExp(`\\b${algorithm}:([0-9a-f]+)`, 'i').exec(said)?.[1]?.toLowerCase()
  } catch (thrown) {
    if (isRefusal(thrown, 400, 403, 405, 415, 501)) return undefined
    throw thrown
  }
}

/** The bytes of a file as they come, from this one on. */
export async function* readBytes(desk: FilesDesk, href: string, call: Call, from = 0): AsyncGenerator<Uint8Array> {
  const range = from === 0 ? {} : { range: `bytes=${from}-` }
  const answer = await desk.client.send(
    {
      method: 'GET',
      href,
      asks: 'look',
      any: true,
      stream: true,
      headers: range,
      maxBytes: Number.MAX_SAFE_INTEGER,
      timeoutMs: TRANSFER_MS,
    },
    call,
  )
  try {
    // A page that a proxy puts in a file's place bears no ETag.
    if (/^text\/html/i.test(answer.headers['content-type'] ?? '') && answer.headers['etag'] === undefined) throw page(desk)
    if (from > 0 && answer.status !== 206) throw noRange(desk)
    yield* answer.body
  } finally {
    answer.discard()
  }
}

/** What was written, as far as the writer still knows of it. */
export interface Sent {
  readonly href: string
  readonly size: number
  /** SHA-256, hex. */
  readonly hash: string
  /** Its last bytes, up to `SAMPLE_BYTES`. */
  readonly tail: Uint8Array
}

/** Every sixteenth file, by what it holds, and every large one: enough to find a server that damages what it is given. */
const isSampled = ({ size, hash }: Sent): boolean => size > 0 && (size > 16 * SAMPLE_BYTES || hash.endsWith('0'))

/**
 * Makes sure that what was written stands there as it was sent. Where the server has hashed it, that is proof of every byte; elsewhere its size must
 * be right, and of some the end is read back. What proves to be damaged is ours, and a fault of the call; the caller removes it.
 */
export async function prove(desk: FilesDesk, sent: Sent, told: string | undefined, call: Call): Promise<Standing | undefined> {
  const hash = told ?? (sent.size > PROVED_BYTES ? undefined : await serverHash(desk, sent.href, 'sha256', call))
  if (hash !== undefined && hash.toLowerCase() !== sent.hash) throw damaged(desk, 'other bytes than were sent')
  if (hash !== undefined && told !== undefined) return undefined
  const standing = await statAt(desk, sent.href, call)
  if (standing === undefined) throw damaged(desk, 'nothing')
  if (standing.size !== sent.size) throw damaged(desk, `${standing.size} bytes instead of ${sent.size}`)
  if (hash === undefined && isSampled(sent)) await sample(desk, sent, call)
  return standing
}

async function sample(desk: FilesDesk, { href, size, tail }: Sent, call: Call): Promise<void> {
  const parts: Uint8Array[] = []
  let length = 0
  try {
    for await (const part of readBytes(desk, href, call, size - tail.length)) {
      parts.push(part)
      length += part.length
      if (length > tail.length) break
    }
  } catch (thrown) {
    if (thrown instanceof Fault && thrown.code === 'dav-no-range') return
    throw thrown
  }
  if (!Buffer.concat(parts).equals(tail)) throw damaged(desk, 'other bytes at its end than were sent')
}

export const damaged = ({ client }: FilesDesk, what: string): Fault =>
  new Fault({
    reach: 'call',
    code: 'dav-damaged',
    message: `${client.host} confirmed a file (${client.account}), and holds ${what}. What is certainly ours of that is removed; it is written again, also in the next pass. If this goes on, look what stands in front of the server, and at its disk.`,
  })

const noRange = ({ client }: FilesDesk): Fault =>
  new Fault({ reach: 'call', code: 'dav-no-range', message: `${client.host} does not give a file from its middle on.` })

const page = ({ client }: FilesDesk): Fault =>
  new Fault({
    reach: 'call',
    code: 'http-wrong-content',
    message: `${client.host} gave a web page in a file's place: a sign-in page, or a proxy in between.`,
  })
