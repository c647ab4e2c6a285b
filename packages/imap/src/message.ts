import { hash } from 'node:crypto'
import type { Call, Item } from '@offramp/core'
import { encodeEightBitHeader, toCrlf } from '@offramp/formats'
import type { Connection } from './connection.ts'
import { emptyMessage, largerThan } from './faults.ts'
import { flagsOf } from './flags.ts'
import { formatInternalDate, keepableDate } from './internal-date.ts'

/** A message as it is sent: final bytes, flags and date. */
export interface Outgoing {
  readonly item: Item
  readonly bytes: Buffer
  /** First 8 bytes of the SHA-256 of `bytes`, as hex. */
  readonly hash: string
  /** What the item wants; the mailbox may take fewer. */
  readonly flags: readonly string[]
  /** Milliseconds since the Unix epoch, inside what servers keep. */
  readonly date: number
}

export const hashOf = (bytes: Uint8Array): string => hash('sha256', bytes, 'hex').slice(0, 16)

/** The body as it crosses to IMAP: CRLF throughout. Faults: `item` for nothing and for too much. */
export async function bodyOf(item: Item, most: number | undefined, call: Call): Promise<Buffer> {
  const whole = new Pieces(item.size ?? 0)
  for await (const chunk of toCrlf(item.body(call))) {
    whole.add(chunk)
    if (most !== undefined && whole.size > most) throw largerThan(Math.max(whole.size, item.size ?? 0), most)
  }
  if (whole.size === 0) throw emptyMessage()
  return whole.bytes()
}

/** From here on a message is put together in place: its pieces beside the whole would be twice its size. Bytes. */
const LARGE = 2 * 1024 * 1024

/** Pieces that become one. A large whole is written where it will stay, and grows where it proves larger than it was said to be. */
class Pieces {
  readonly #pieces: Uint8Array[] = []
  #room: Buffer | undefined
  size = 0

  /** `expected`: bytes at the source, whose MIME is a third larger. Memory that is not written to costs nothing. */
  constructor(expected: number) {
    if (expected > LARGE) this.#room = Buffer.allocUnsafeSlow(Math.ceil(expected * 1.4))
  }

  add(piece: Uint8Array): void {
    if (this.#room === undefined) this.#pieces.push(piece)
    else {
      if (this.size + piece.length > this.#room.length) this.#grow(this.#room, this.size + piece.length)
      this.#room.set(piece, this.size)
    }
    this.size += piece.length
  }

  bytes(): Buffer {
    if (this.#room !== undefined) return this.#room.subarray(0, this.size)
    const [only, ...more] = this.#pieces
    // One piece is the rule. Nobody writes into it.
    return Buffer.isBuffer(only) && more.length === 0 ? only : Buffer.concat(this.#pieces, this.size)
  }

  #grow(room: Buffer, needed: number): void {
    this.#room = Buffer.allocUnsafeSlow(Math.ceil(needed * 1.4))
    room.copy(this.#room, 0, 0, this.size)
  }
}

const HEADER = 200_000

/** A read message that asks for a receipt must not send one from its new home: RFC 3503 has a keyword for that. */
const wantsReceipt = (bytes: Buffer): boolean =>
  /^disposition-notification-to:/im.test(bytes.subarray(0, Math.min(HEADER, headerLength(bytes))).toString('latin1'))

function headerLength(bytes: Buffer): number {
  const end = bytes.indexOf('\r\n\r\n')
  return end < 0 ? bytes.length : end
}

const dateHeader = (bytes: Buffer): number | undefined => {
  const line = /^date:([^\r\n]{1,100})/im.exec(bytes.subarray(0, Math.min(HEADER, headerLength(bytes))).toString('latin1'))?.[1]
  const ms = line === undefined ? Number.NaN : Date.parse(line)
  return Number.isNaN(ms) ? undefined : ms
}

/**
 * Cyrus 3.6 puts an `X` for each 8-bit byte of a header (`munge8bit`) and keeps the size, so that nobody would notice: its
 * header is written in encoded words instead. Other servers get the bytes as they are.
 */
export const bytesFor = (connection: Connection, bytes: Buffer): Buffer => {
  const written = connection.server.includes('cyrus') ? encodeEightBitHeader(bytes) : bytes
  return Buffer.isBuffer(written) ? written : Buffer.from(written)
}

/** A message whose bytes are in hand. */
export type Gathered = Pick<Outgoing, 'item' | 'bytes' | 'hash'>

/** The date falls back from receipt to `Date:` to now: without one the server would say today. */
export function outgoing({ item, bytes, hash }: Gathered, now: number): Outgoing {
  const date = keepableDate(item.traits.receivedAt ?? dateHeader(bytes) ?? now, now)
  const flags = flagsOf(item.traits)
  if (item.traits.read === true && wantsReceipt(bytes)) flags.push('$MDNSent')
  return { item, bytes, hash, flags, date: date.ms }
}

export const dateText = (message: Outgoing): string => formatInternalDate(message.date)
