import { type Call, Fault } from '@offramp/core'
import { append, type Ready } from './append.ts'
import type { Connection } from './connection.ts'
import { blameItem, isFlagRefusal } from './faults.ts'
import { isSystemFlag } from './flags.ts'
import { addFlags } from './store.ts'
import type { Writer } from './writer.ts'

/** UID, or why not. A UID of 0: stored, and the server did not say where. */
export type Written = { readonly uid: number; readonly ready: Ready } | { readonly fault: Fault }

const withSystemFlagsOnly = (ready: Ready): Ready => ({ ...ready, flags: ready.flags.filter(isSystemFlag) })

/** Refusals of a batch that may be due to one of its messages. Everything else is nobody's fault among them. */
const mayBeOne = (fault: Fault): boolean => fault.reach === 'item' || fault.code === 'imap-refused-unknown'

const failAll = (batch: readonly Ready[], fault: Fault): Written[] => batch.map(() => ({ fault }))

/**
 * Writes a batch. MULTIAPPEND is all or nothing (RFC 3502; Dovecot 2.3: one empty message in three, and none is stored), so a refused batch is
 * halved until the refused message stands alone. Refused flags are left out once and set afterwards, one by one.
 *
 * Throws only what leaves the outcome of the whole batch unknown, or lets none through.
 */
export async function writeBatch(writer: Writer, connection: Connection, batch: readonly Ready[], call: Call): Promise<Written[]> {
  try {
    return await writeOnce(writer, connection, batch, call)
  } catch (thrown) {
    if (!(thrown instanceof Fault)) throw thrown
    if (isFlagRefusal(thrown) && batch.some(({ flags }) => flags.some((flag) => !isSystemFlag(flag)))) {
      return writeWithoutKeywords(writer, connection, batch, call)
    }
    if (!mayBeOne(thrown)) throw thrown
    return batch.length === 1 ? failAll(batch, writer.hasAccepted() ? blameItem(thrown) : thrown) : halve(writer, connection, batch, call)
  }
}

async function writeOnce(writer: Writer, connection: Connection, batch: readonly Ready[], call: Call): Promise<Written[]> {
  const uids = await append(connection, writer.mailbox, batch, call)
  writer.accepted(batch.length)
  return batch.map((ready, at) => ({ uid: uids?.[at] ?? 0, ready }))
}

async function writeWithoutKeywords(writer: Writer, connection: Connection, batch: readonly Ready[], call: Call): Promise<Written[]> {
  const written = await writeBatch(writer, connection, batch.map(withSystemFlagsOnly), call)
  for (const [at, one] of written.entries()) {
    const keywords = batch[at]?.flags.filter((flag) => !isSystemFlag(flag)) ?? []
    if ('uid' in one && one.uid > 0 && keywords.length > 0) {
      const kept = await addFlags(connection, one.uid, keywords, call)
      writer.keywordsRefused(keywords.filter((keyword) => !kept.includes(keyword)))
      written[at] = { uid: one.uid, ready: { ...one.ready, flags: [...one.ready.flags, ...kept] } }
    }
  }
  return written
}

/** After the first half has arrived nothing is thrown any more: what is not known of the second is said of each of its messages. */
async function halve(writer: Writer, connection: Connection, batch: readonly Ready[], call: Call): Promise<Written[]> {
  const middle = Math.ceil(batch.length / 2)
  const first = await writeBatch(writer, connection, batch.slice(0, middle), call)
  let second: Written[]
  try {
    second = await writeBatch(writer, connection, batch.slice(middle), call)
  } catch (thrown) {
    if (!(thrown instanceof Fault) || first.every((one) => 'fault' in one)) throw thrown
    second = failAll(batch.slice(middle), thrown)
  }
  return settleBlame(writer, [...first, ...second])
}

/** A neighbour has passed: what was refused on its own for reasons unknown is refused for what it is. */
function settleBlame(writer: Writer, written: readonly Written[]): Written[] {
  return written.map((one) =>
    'fault' in one && one.fault.code === 'imap-refused-unknown' && writer.hasAccepted() ? { fault: blameItem(one.fault) } : one,
  )
}
