import { entryKey } from '@offramp/core'

/** Of which item an object was written, and in what meaning. */
export interface Seal {
  /** `entryKey` of the item. */
  readonly key: string
  /** Of what was meant, as `Receipt.hash` has it. */
  readonly hash: string
}

const NAME = 'X-OFFRAMP-ITEM'
const LINE = new RegExp(`^${NAME}:([\\w-]{14})\\.([0-9a-f]{16})[ \\t]*\\r?\\n`, 'gm')

/** Behind the first line of what there is one of: properties come before what is inside of a part, and a card's version comes first. */
const PLACE = /^(?:BEGIN:(?:VEVENT|VTODO)|VERSION:[34]\.0)\r?\n/m

export const sealOf = (item: { readonly id: string }, hash: string): Seal => ({ key: entryKey(item.id), hash })

/**
 * The same bytes with the seal, in place of an earlier one. It is a property that other programs keep and nobody shows (RFC 5545, 3.8.8.2; RFC 6350,
 * 6.10), and it says nothing about anybody: a hash of the item's id at the source, and one of the content.
 */
export function withSeal(bytes: Uint8Array, { key, hash }: Seal): Uint8Array {
  const text = Buffer.from(bytes).toString('latin1').replaceAll(LINE, '')
  return Buffer.from(
    text.replace(PLACE, (line) => `${line}${NAME}:${key}.${hash}\r\n`),
    'latin1',
  )
}

/** The seal in an object as it stands; undefined where there is none, as after a program that drops what it does not know. */
export function sealIn(bytes: Uint8Array): Seal | undefined {
  const [found] = Buffer.from(bytes).toString('latin1').matchAll(LINE)
  const [, key, hash] = found ?? []
  return key === undefined || hash === undefined ? undefined : { key, hash }
}
