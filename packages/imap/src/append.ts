import { type Call, Fault } from '@offramp/core'
import type { Connection, Selected } from './connection.ts'
import { asDovecotKeeps } from './dovecot-bytes.ts'
import { isSystemFlag } from './flags.ts'
import { ASK_FIRST_BYTES, BATCH, KEYWORDS_PER_MAILBOX } from './limits.ts'
import { dateText, hashOf, type Outgoing } from './message.ts'
import { encodeMailbox } from './modified-utf7.ts'
import { codeOf, compactSet, expandSet, type Row, textOf } from './responses.ts'
import { type Argument, atom, type Line, quoted } from './wire-client.ts'

/** A message on its way, with the flags that this mailbox takes. */
export interface Ready {
  readonly message: Outgoing
  readonly flags: readonly string[]
}

const isNew = (flag: string, known: ReadonlySet<string>): boolean => !isSystemFlag(flag) && !known.has(flag.toLowerCase())

/**
 * Flags that the mailbox will keep, and how many were left out: foreign system flags fail the whole APPEND ("Invalid system flag"), and a
 * mailbox has room for a number of keywords only.
 */
export function acceptable(
  flags: readonly string[],
  mailbox: Selected,
  known: Set<string>,
): { readonly flags: readonly string[]; readonly left: number } {
  const permanent = new Set(mailbox.permanentFlags.map((flag) => flag.toLowerCase()))
  const kept = flags.filter((flag) => {
    const lower = flag.toLowerCase()
    if (permanent.has(lower) && !isNew(flag, known)) return true
    if (isSystemFlag(flag)) return permanent.has(lower)
    if (!permanent.has('\\*') && !permanent.has(lower)) return false
    if (!known.has(lower)) {
      if ([...known].filter((name) => !isSystemFlag(name)).length >= KEYWORDS_PER_MAILBOX) return false
      known.add(lower)
    }
    return true
  })
  return { flags: kept, left: flags.length - kept.length }
}

/** One round trip's worth: many small messages, or one large alone. */
export function batches<T>(items: readonly T[], bytesOf: (item: T) => number, multi: boolean): T[][] {
  const all: T[][] = []
  let batch: T[] = []
  let bytes = 0
  for (const item of items) {
    const size = bytesOf(item)
    if (batch.length > 0 && (!multi || batch.length >= BATCH.items || bytes + size > BATCH.bytes)) {
      all.push(batch)
      batch = []
      bytes = 0
    }
    batch.push(item)
    bytes += size
  }
  if (batch.length > 0) all.push(batch)
  return all
}

function literal(bytes: Buffer, binary: boolean): Argument {
  // A normal literal must not hold NUL: Cyrus 3.6 refuses it, and takes it as literal8. Dovecot 2.3 stores
  // 0x80 for it; as literal8 it writes parts of encoding "binary" as base64 instead, which loses nothing.
  return { type: 'LITERAL', value: bytes, ...(binary && bytes.includes(0) ? { isLiteral8: true } : {}) }
}

/**
 * One APPEND of one message or of many. The flag list is always there, also when empty: gromox counts a message without one as too large.
 * Answers UIDs in the order sent, or undefined where the server does not say them.
 */
export async function append(
  connection: Connection,
  mailbox: Selected,
  batch: readonly Ready[],
  call: Call,
): Promise<readonly number[] | undefined> {
  const binary = connection.capabilities.has('BINARY')
  const bytes = batch.reduce((sum, { message }) => sum + message.bytes.length, 0)
  const parts = batch.flatMap(({ message, flags }): Argument[] => [
    flags.map(atom),
    quoted(dateText(message)),
    literal(message.bytes, binary),
  ])
  const sent = {
    literalPlus: connection.capabilities.has('LITERAL+') && bytes <= ASK_FIRST_BYTES,
    doing: batch.length === 1 ? 'storing a message' : `storing ${batch.length} messages`,
  }
  const answer = await connection.exec('APPEND', [quoted(encodeMailbox(mailbox.path)), ...parts], sent, call)
  return appendUids(answer, mailbox, batch.length)
}

function appendUids(answer: Line, mailbox: Selected, count: number): readonly number[] | undefined {
  const code = codeOf(answer)
  if (code?.name !== 'APPENDUID') return undefined
  if (Number(textOf(code.rest[0])) !== mailbox.uidValidity) {
    throw new Fault({
      reach: 'call',
      code: 'imap-place-changed',
      message: `The folder ${mailbox.path} was replaced by another of its name while it was being written to.`,
      connection: true,
    })
  }
  const uids = expandSet(textOf(code.rest[1]))
  return uids.length === count ? uids : undefined
}

const SIZES = [atom('RFC822.SIZE'), atom('INTERNALDATE')]

export const WHOLE: Argument = { type: 'ATOM', value: 'BODY.PEEK', section: [] }

/**
 * For servers without UIDPLUS: what has come since `mark`, matched with what was sent byte for byte. Undefined for what is not there: Proton's
 * bridge says OK and stores nothing when it has the message already.
 */
export async function lookUpSent(
  connection: Connection,
  mark: number,
  batch: readonly Ready[],
  call: Call,
): Promise<readonly (number | undefined)[]> {
  const rows: Row[] = []
  await connection.fetch(`${mark}:*`, SIZES, (row) => row.uid >= mark && rows.push(row), call)
  const free = new Map<string, number[]>()
  const sizes = new Set(batch.flatMap(({ message }) => [message.bytes.length, asDovecotKeeps(message.bytes).length]))
  const wanted = rows.filter((row) => sizes.has(row.size)).map((row) => row.uid)
  if (wanted.length > 0) {
    const note = ({ uid, body }: Row) => {
      if (body === undefined) return
      const hash = hashOf(body)
      free.set(hash, [...(free.get(hash) ?? []), uid])
    }
    await connection.fetch(compactSet(wanted), [WHOLE], note, call)
  }
  return batch.map(({ message }) => (free.get(message.hash) ?? free.get(hashOf(asDovecotKeeps(message.bytes))))?.shift())
}
