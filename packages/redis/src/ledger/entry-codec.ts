import { type Entry, type EntryState, REASONS, type Reason } from '@offramp/core'
import { ByteReader, varint } from './bytes.ts'
import { FLAGS, readReceipt } from './receipt-codec.ts'

/** States by the number that they are kept as. */
export const STATES: readonly EntryState[] = ['intended', 'arrived', 'rejected', 'failed']

/** Characters of an exception's message and label that are kept. Enough for a server's answer, and a bound for a hostile one. */
export const MAX_MESSAGE = 500
export const MAX_LABEL = 200
/** Losses of one item that are kept. */
export const MAX_LOSSES = 20

/** Names by number, as an answer brings them along. */
export interface Names {
  readonly listings: ReadonlyMap<number, string>
  readonly places: ReadonlyMap<number, string>
}

export interface Exception {
  readonly id: string
  readonly reason?: Reason
  readonly message: string
  readonly label?: string
}

/** What is kept beside an entry that is an exception: the item's id, and why. */
export function packException({ id, reason, message, label }: Exception): Buffer {
  const parts = [text(id), text(reason ?? ''), text(cut(message, MAX_MESSAGE))]
  parts.push(label === undefined ? Buffer.from([0]) : Buffer.concat([Buffer.from([1]), text(cut(label, MAX_LABEL))]))
  return Buffer.concat(parts)
}

/** What is kept beside an entry that arrived with losses; nothing for all others. A sentence has no line break, so the lines are the list. */
export function packLosses({ losses = [], label }: { readonly losses?: readonly string[]; readonly label?: string }): Buffer {
  if (losses.length === 0) return Buffer.alloc(0)
  const lines = losses.map((loss) => cut(loss.replaceAll(/[\r\n]+/g, ' '), MAX_MESSAGE)).slice(0, MAX_LOSSES)
  const parts = [text(''), text(''), text(lines.join('\n'))]
  parts.push(label === undefined ? Buffer.from([0]) : Buffer.concat([Buffer.from([1]), text(cut(label, MAX_LABEL))]))
  return Buffer.concat(parts)
}

/** An entry from what Redis keeps of it: `key` is 10 bytes, `extra` is there for everything that has not arrived, or has with losses. */
export function readEntry(key: Buffer, value: Buffer, extra: Buffer | undefined, names: Names): Entry {
  const reader = new ByteReader(value)
  const flags = reader.byte()
  const state = STATES[flags & 3] ?? 'intended'
  const version = reader.bytes(6).toString('base64url')
  const listing = names.listings.get(reader.varint()) ?? ''
  const receipt = flags & FLAGS.receipt ? { receipt: readReceipt(reader, flags, names.places) } : {}
  const gone = (flags & FLAGS.gone) !== 0
  return {
    key: key.toString('base64url'),
    state,
    listing,
    version,
    tries: 0,
    gone,
    ...receipt,
    ...(extra ? readExtra(extra, state, names) : {}),
  }
}

function readExtra(extra: Buffer, state: EntryState, names: Names): Partial<Entry> & { readonly tries: number } {
  const reader = new ByteReader(extra)
  const tries = reader.byte()
  const place = names.places.get(reader.varint() - 1)
  const id = reader.text()
  const reason = reader.text()
  const message = reader.text()
  const label = reader.byte() === 1 ? { label: reader.text() } : {}
  if (state === 'arrived') return { tries: 0, losses: message.split('\n'), ...label }
  if (state === 'intended') return { tries, id, ...(place === undefined ? {} : { place }) }
  return { tries, id, message, ...label, ...(isReason(reason) ? { reason } : {}) }
}

const isReason = (text: string): text is Reason => Object.hasOwn(REASONS, text)

function text(value: string): Buffer {
  const bytes = Buffer.from(value)
  return Buffer.concat([varint(bytes.length), bytes])
}

/** At most `length` UTF-16 units, never half a character. */
function cut(value: string, length: number): string {
  if (value.length <= length) return value
  const end = /[\ud800-\udbff]/.test(value.charAt(length - 2)) ? length - 2 : length - 1
  return `${value.slice(0, end)}…`
}
