import { type Call, Fault, type Log } from '@offramp/core'
import type { WireAnswer } from '@offramp/wire'
import type { GraphClient } from './client.ts'
import { BODY_TIMES, LARGE_MESSAGE_BYTES } from './limits.ts'
import { rebuildMessage } from './rebuilt-message.ts'

export interface BodyReader {
  readonly mailbox: GraphClient
  /** `/users/<id>`. */
  readonly user: string
  readonly log: Log
  /** Message id to how often its bytes broke off in the middle. */
  readonly broken: Map<string, number>
}

/**
 * After so many breaks a message is put together from its parts instead. A small one only where Microsoft itself says that it broke
 * off: a bad line must not cost a message its structure.
 */
const MOST_BREAKS = 2

/** Ids remembered as broken; the oldest are forgotten, and then tried once more. */
const MOST_REMEMBERED = 1_000

/**
 * The message's MIME, byte by byte as Microsoft gives it: never decoded, because its `text/plain` without a charset holds 8-bit mail.
 * Exchange writes it anew for every request, so that boundaries differ from one reading to the next. Not by way of
 * `/mailFolders/{f}/messages/{id}/$value`, which is answered with 405.
 */
export async function* readBody(
  reader: BodyReader,
  message: { readonly id: string; readonly size: number | undefined },
  call: Call,
): AsyncGenerator<Uint8Array> {
  const path = `${reader.user}/messages/${encodeURIComponent(message.id)}`
  const large = (message.size ?? 0) > LARGE_MESSAGE_BYTES
  if ((reader.broken.get(message.id) ?? 0) >= MOST_BREAKS) {
    yield* rebuild(reader, path, { why: 'it breaks off every time', call })
    return
  }
  let answer: WireAnswer
  try {
    answer = await reader.mailbox.bytes({ path: `${path}/$value`, asks: 'item', expects: 'bytes', times: BODY_TIMES }, call)
  } catch (thrown) {
    if (!(thrown instanceof Fault) || thrown.code !== 'graph-transport-broke') throw thrown
    if (!large) {
      remember(reader.broken, message.id)
      throw thrown
    }
    yield* rebuild(reader, path, { why: 'Microsoft cannot convert it', call })
    return
  }
  try {
    yield* answer.body
  } catch (thrown) {
    if (large && thrown instanceof Fault && thrown.reach === 'call') remember(reader.broken, message.id)
    throw thrown
  }
}

function remember(broken: Map<string, number>, id: string): void {
  const times = (broken.get(id) ?? 0) + 1
  broken.delete(id)
  broken.set(id, times)
  const oldest = broken.keys().next()
  if (broken.size > MOST_REMEMBERED && oldest.done !== true) broken.delete(oldest.value)
}

function rebuild(reader: BodyReader, path: string, on: { readonly why: string; readonly call: Call }): AsyncIterable<Uint8Array> {
  reader.log.warn({ code: 'graph-rebuilt' }, `A message is put together from its parts, because ${on.why}.`)
  return rebuildMessage({ mailbox: reader.mailbox, path, why: on.why }, on.call)
}
