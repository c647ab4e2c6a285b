import { type Call, Fault } from '@offramp/core'
import { quickXor } from '@offramp/formats'
import type { WireAnswer } from '@offramp/wire'

/** Bytes that can be asked for from any point on. */
export interface BytesSource {
  /** Exact. */
  readonly size: number
  /** For people: `A file of the OneDrive of anna@example.com`. */
  readonly about: string
  /** The server's tag of these bytes, once an answer has said it. */
  tag?: string | undefined
  /** Asks for the bytes from an offset on. `tag`: only if they are still the same. */
  ask(offset: number, tag: string | undefined, call: Call): Promise<WireAnswer>
  /** Asks for the first byte alone: its answer says how many there are. */
  first(call: Call): Promise<WireAnswer>
  /** Throws where the bytes are no longer those that were opened, and makes the next `ask` use a fresh address. */
  same(call: Call): Promise<void>
  /** What the bytes are to hash to, as hex, and what to do where they do not. */
  readonly hash?: { readonly expects: string; differs(computed: string): void }
}

/** In a row, without a single byte between them. */
const MOST_FAILURES = 4

/** Whether going on from where it broke off may help. */
const isBroken = (thrown: unknown): boolean =>
  thrown instanceof Fault &&
  thrown.reach === 'call' &&
  (thrown.connection || /^(graph-address-refused|graph-short|http-416|http-5\d\d)$/.test(thrown.code))

/**
 * The bytes from `offset` on, exactly to the end. What breaks off in the middle goes on from there, if and only if the source says that the bytes are still
 * the same; a checksum covers what was read from the first byte on.
 */
export async function* readBytes(from: BytesSource, offset: number, call: Call): AsyncGenerator<Uint8Array> {
  const hash = offset === 0 && from.hash !== undefined ? quickXor() : undefined
  let at = offset
  let failures = 0
  if (offset > 0 && from.tag === undefined) await from.same(call)
  while (at < from.size) {
    const before = at
    try {
      for await (const chunk of stretch(from, at, call)) {
        at += chunk.byteLength
        hash?.update(chunk)
        yield chunk
      }
      if (at < from.size) throw short(from)
    } catch (thrown) {
      call.signal.throwIfAborted()
      if (!isBroken(thrown)) throw thrown
      failures = at > before ? 1 : failures + 1
      if (failures >= MOST_FAILURES) throw thrown
      await from.same(call)
    }
  }
  const computed = hash?.digest()
  if (computed !== undefined && from.hash !== undefined && computed !== from.hash.expects) {
    await from.same(call)
    from.hash.differs(computed)
  }
}

async function* stretch(from: BytesSource, at: number, call: Call): AsyncGenerator<Uint8Array> {
  const answer = await from.ask(at, from.tag, call)
  try {
    const tag = answer.headers['etag']
    if (from.tag !== undefined && tag !== undefined && tag !== from.tag) await differs(from, call)
    from.tag ??= tag
    const { skip, total } = extentOf(answer, at)
    if (skip === undefined || (total !== undefined && total !== from.size)) await differs(from, call)
    let left = skip ?? 0
    let came = at
    for await (const chunk of answer.body) {
      const part = left === 0 ? chunk : chunk.subarray(Math.min(left, chunk.byteLength))
      left -= Math.min(left, chunk.byteLength)
      came += part.byteLength
      if (came > from.size) await differs(from, call)
      if (part.byteLength > 0) yield part
    }
  } finally {
    answer.discard()
  }
}

/** How many bytes of an answer come before those that were asked for, and how many there are in all. Some nodes send the whole file with status 200. */
export function extentOf(answer: Pick<WireAnswer, 'status' | 'headers'>, at: number): { readonly skip?: number; readonly total?: number } {
  if (answer.status !== 206) {
    const said = answer.headers['content-length']
    return { skip: at, ...(said === undefined ? {} : { total: Number(said) }) }
  }
  const [, first, total] = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(answer.headers['content-range'] ?? '') ?? []
  return { ...(Number(first) === at ? { skip: 0 } : {}), ...(total === undefined || total === '*' ? {} : { total: Number(total) }) }
}

/** Another length or tag: changed, which `same` knows to say; or announced wrongly. */
async function differs(from: BytesSource, call: Call): Promise<never> {
  await from.same(call)
  throw new Fault({
    reach: 'call',
    code: 'graph-size-differs',
    message: `${from.about} is not as long as Microsoft says. It is opened again.`,
  })
}

const short = (from: BytesSource): Fault =>
  new Fault({ reach: 'call', code: 'graph-short', message: `${from.about} ended before its last byte.` })
