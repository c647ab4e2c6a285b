import { Fault, type Receipt } from '@offramp/core'
import { ByteReader, varint } from './bytes.ts'

/** Receipt flags, as they stand beside the state in an entry's first byte. */
export const FLAGS = { gone: 4, receipt: 8, hash: 16, memo: 32, decimal: 64 } as const

/** A locator as it is kept, to be compared byte by byte: a UID takes two or three bytes. */
export function packLocator(locator: string): { readonly flag: number; readonly bytes: Buffer } {
  const number = /^(0|[1-9]\d{0,15})$/.test(locator) ? Number(locator) : Number.NaN
  if (Number.isSafeInteger(number)) return { flag: FLAGS.decimal, bytes: varint(number) }
  const text = Buffer.from(locator)
  return { flag: 0, bytes: Buffer.concat([varint(text.length), text]) }
}

/** Everything of a receipt but its place, which the script knows by number. */
export function packReceipt(receipt: Receipt): { readonly flags: number; readonly bytes: Buffer } {
  const { locator, size, hash, memo } = receipt
  if (!Number.isSafeInteger(size) || size < 0) throw badReceipt(`a size of ${size}`)
  if (hash !== undefined && !/^[0-9a-f]{16}$/.test(hash)) throw badReceipt('a hash that is not 16 hex digits')
  if (memo !== undefined && !isMemo(memo)) throw badReceipt('a memo that is not at most 12 characters of Latin-1')
  const where = packLocator(locator)
  const flags = FLAGS.receipt + where.flag + (hash === undefined ? 0 : FLAGS.hash) + (memo === undefined ? 0 : FLAGS.memo)
  const bytes = Buffer.concat([where.bytes, varint(size), Buffer.from(hash ?? '', 'hex'), Buffer.from(memo ?? '', 'latin1')])
  return { flags, bytes }
}

/** The receipt that the reader stands at. It is the last thing in an entry's value. */
export function readReceipt(reader: ByteReader, flags: number, places: ReadonlyMap<number, string>): Receipt {
  const place = places.get(reader.varint()) ?? ''
  const locator = flags & FLAGS.decimal ? String(reader.varint()) : reader.text()
  return { place, locator, ...readState(reader, flags) }
}

/** What follows place and locator of a receipt. */
function readState(reader: ByteReader, flags: number): Pick<Receipt, 'size' | 'hash' | 'memo'> {
  const size = reader.varint()
  const hash = flags & FLAGS.hash ? reader.bytes(8).toString('hex') : undefined
  const memo = flags & FLAGS.memo ? reader.rest().toString('latin1') : undefined
  return { size, ...(hash === undefined ? {} : { hash }), ...(memo === undefined ? {} : { memo }) }
}

/** The same, of a receipt whose place and locator are those of `now`. */
export const readKept = (kept: Buffer, flags: number, { place, locator }: Receipt): Receipt => ({
  place,
  locator,
  ...readState(new ByteReader(kept), flags),
})

const isMemo = (memo: string): boolean => memo.length <= 12 && Buffer.from(memo, 'latin1').toString('latin1') === memo

const badReceipt = (what: string): Fault =>
  new Fault({
    reach: 'run',
    code: 'ledger-bad-receipt',
    message: `A destination handed over a receipt with ${what}.`,
    remedy: 'This is a bug in the connector; please report it.',
  })
