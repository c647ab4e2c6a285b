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

export function packIntents(intents: readonly Intent[]): Buffer {
  const names = new NameList()
  const rows = intents.flatMap(({ id, listing, version, place }) => {
    const bytes = Buffer.from(id)
    return [keyBytes(id), versionBytes(version), u16(names.number('l', listing)), u16(names.number('p', place)), u16(bytes.length), bytes]
  })
  return Buffer.concat([names.pack(), ...rows])
}

export function packOutcomes(outcomes: readonly Outcome[]): Buffer {
  const names = new NameList()
  const rows = outcomes.flatMap((outcome) => {
    const head = [keyBytes(outcome.id), versionBytes(outcome.version), u16(names.number('l', outcome.listing))]
    const state = STATES.indexOf(outcome.state)
    if (outcome.state === 'arrived') {
      const { flags, bytes } = packReceipt(outcome.receipt)
      const lost = packLosses(outcome)
      return [
        ...head,
        u8(state),
        u16(names.number('p', outcome.receipt.place)),
        u8(flags),
        u16(bytes.length),
        bytes,
        u16(lost.length),
        lost,
      ]
    }
    const bytes = packException(outcome)
    return [...head, u8(state), u16(0), u8(0), u16(bytes.length), bytes, u16(0)]
  })
  return Buffer.concat([names.pack(), ...rows])
}

export function packRemoved(listing: string, ids: readonly string[]): Buffer {
  const names = new NameList()
  names.number('l', listing)
  return Buffer.concat([names.pack(), ...ids.map(keyBytes)])
}

export const packKeys = (ids: readonly string[]): Buffer => Buffer.concat(ids.map(keyBytes))

const keyBytes = (id: string): Buffer => Buffer.from(entryKey(id), 'base64url')

const versionBytes = (version: string): Buffer => Buffer.from(versionKey(version), 'base64url')

const u8 = (value: number): Buffer => Buffer.from([value])

function u16(value: number): Buffer {
  if (value > 0xffff) {
    throw new Fault({
      reach: 'run',
      code: 'ledger-too-long',
      message: `The ledger was given an id or a batch beyond 65,535 (${value}).`,
      remedy: 'This is a bug in Offramp; please report it.',
    })
  }
  const bytes = Buffer.allocUnsafe(2)
  bytes.writeUInt16BE(value)
  return bytes
}
