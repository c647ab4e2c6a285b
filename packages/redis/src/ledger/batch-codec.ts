import { entryKey, Fault, type Intent, type Outcome, versionKey } from '@offramp/core'
import { packException, packLosses, STATES } from './entry-codec.ts'
import { packReceipt } from './receipt-codec.ts'

/** Names of a batch, each sent once and spoken of by number. */
class NameList {
  readonly #numbers = new Map<string, number>()
  readonly #parts: Buffer[] = []

  /** Its number in this batch, from 1. */
  number(kind: 'l' | 'p', name: string): number {
    const known = this.#numbers.get(kind + name)
    if (known !== undefined) return known
    const bytes = Buffer.from(name)
    this.#parts.push(Buffer.from(kind), u16(bytes.length), bytes)
    const number = this.#numbers.size + 1
    this.#numbers.set(kind + name, number)
    return number
  }

  pack(): Buffer {
    return Buffer.concat([u16(this.#numbers.size), ...this.#parts])
  }
}

/** Bytes one after the other in one buffer that grows: some ten small ones an item, and what joins them, cost more than the ledger's own work. */
class Rows {
  #bytes = Buffer.allocUnsafe(8_192)
  #length = 0

  u8(value: number): void {
    this.#room(1)
    this.#bytes[this.#length++] = value
  }

  u16(value: number): void {
    assertFits(value)
    this.#room(2)
    this.#length = this.#bytes.writeUInt16BE(value, this.#length)
  }

  /** As many as `length` says it is. */
  base64url(text: string, length: number): void {
    this.#room(length)
    this.#length += this.#bytes.write(text, this.#length, length, 'base64url')
  }

  /** With its length before it. */
  long(bytes: Uint8Array): void {
    this.u16(bytes.length)
    this.#room(bytes.length)
    this.#bytes.set(bytes, this.#length)
    this.#length += bytes.length
  }

  after(names: NameList): Buffer {
    return Buffer.concat([names.pack(), this.#bytes.subarray(0, this.#length)])
  }

  #room(more: number): void {
    if (this.#length + more <= this.#bytes.length) return
    const larger = Buffer.allocUnsafe((this.#length + more) * 2)
    this.#bytes.copy(larger, 0, 0, this.#length)
    this.#bytes = larger
  }
}

const KEY_BYTES = 10
const VERSION_BYTES = 6

export function packIntents(intents: readonly Intent[]): Buffer {
  const names = new NameList()
  const rows = new Rows()
  for (const { id, listing, version, place } of intents) {
    rows.base64url(entryKey(id), KEY_BYTES)
    rows.base64url(versionKey(version), VERSION_BYTES)
    rows.u16(names.number('l', listing))
    rows.u16(names.number('p', place))
    rows.long(Buffer.from(id))
  }
  return rows.after(names)
}

export function packOutcomes(outcomes: readonly Outcome[]): Buffer {
  const names = new NameList()
  const rows = new Rows()
  for (const outcome of outcomes) {
    rows.base64url(entryKey(outcome.id), KEY_BYTES)
    rows.base64url(versionKey(outcome.version), VERSION_BYTES)
    rows.u16(names.number('l', outcome.listing))
    rows.u8(STATES.indexOf(outcome.state))
    if (outcome.state === 'arrived') {
      const { flags, bytes } = packReceipt(outcome.receipt)
      rows.u16(names.number('p', outcome.receipt.place))
      rows.u8(flags)
      rows.long(bytes)
      rows.long(packLosses(outcome))
    } else {
      rows.u16(0)
      rows.u8(0)
      rows.long(packException(outcome))
      rows.u16(0)
    }
  }
  return rows.after(names)
}

export function packRemoved(listing: string, ids: readonly string[]): Buffer {
  const names = new NameList()
  names.number('l', listing)
  return Buffer.concat([names.pack(), ...ids.map(keyBytes)])
}

export const packKeys = (ids: readonly string[]): Buffer => Buffer.concat(ids.map(keyBytes))

const keyBytes = (id: string): Buffer => Buffer.from(entryKey(id), 'base64url')

function u16(value: number): Buffer {
  assertFits(value)
  const bytes = Buffer.allocUnsafe(2)
  bytes.writeUInt16BE(value)
  return bytes
}

function assertFits(value: number): void {
  if (value <= 0xffff) return
  throw new Fault({
    reach: 'run',
    code: 'ledger-too-long',
    message: `The ledger was given an id or a batch beyond 65,535 (${value}).`,
    remedy: 'This is a bug in Offramp; please report it.',
  })
}
