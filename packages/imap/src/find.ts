import type { Call, Item, Receipt, Search } from '@offramp/core'
import { bytesToCrlf, encodeEightBitHeader, messagePrint } from '@offramp/formats'
import { WHOLE } from './append.ts'
import type { Connection, Selected } from './connection.ts'
import { flagsPrint } from './flags.ts'
import { type MailboxIndex, mayBe } from './mailbox-index.ts'
import { memoOf } from './memo.ts'
import { hashOf } from './message.ts'
import { placeId, readPlaceId } from './prepare.ts'
import { atom } from './wire-client.ts'

/** A message as it stands, in whole. */
export interface Standing {
  readonly bytes: Buffer
  readonly flags: readonly string[]
}

/** Undefined where there is no such message any more. */
export async function download(connection: Connection, uid: number, call: Call): Promise<Standing | undefined> {
  const row = await connection.fetchOne(String(uid), [atom('FLAGS'), WHOLE], call)
  return row?.body === undefined ? undefined : { bytes: row.body, flags: row.flags }
}

const withoutNul = (bytes: Buffer): Buffer => {
  const copy = Buffer.from(bytes)
  for (let at = copy.indexOf(0); at >= 0; at = copy.indexOf(0, at + 1)) copy[at] = 0x80
  return copy
}

/** What may be recognised as this message: itself, and itself as servers that change bytes would hold it. */
export class Likeness {
  readonly size: number
  readonly #bytes: Buffer
  #prints: ReadonlySet<string> | undefined

  constructor(bytes: Buffer) {
    const normal = bytesToCrlf(bytes)
    this.#bytes = Buffer.isBuffer(normal) ? normal : Buffer.from(normal)
    this.size = this.#bytes.length
  }

  matches(other: Buffer): boolean {
    if (this.#bytes.equals(other)) return true
    this.#prints ??= new Set(this.#variants().map(messagePrint))
    return this.#prints.has(messagePrint(other))
  }

  /** Dovecot 2.3 stores 0x80 for NUL; for Cyrus the 8-bit header was written in encoded words. */
  #variants(): Uint8Array[] {
    const plain = [this.#bytes, ...(this.#bytes.includes(0) ? [withoutNul(this.#bytes)] : [])]
    return plain.flatMap((bytes) => {
      const encoded = encodeEightBitHeader(bytes)
      return encoded === bytes ? [bytes] : [bytes, encoded]
    })
  }
}

export const receiptOf = (mailbox: Selected, uid: number, item: Item, standing: Standing): Receipt => ({
  place: placeId(mailbox),
  locator: String(uid),
  size: standing.bytes.length,
  hash: hashOf(standing.bytes),
  memo: memoOf(item.revision, flagsPrint(standing.flags)),
})

/** The place's mailbox, opened; undefined when it is gone or another has taken its name. */
export async function openPlace(connection: Connection, place: string, call: Call): Promise<Selected | undefined> {
  const { path, uidValidity } = readPlaceId(place)
  if (uidValidity === 0) return undefined
  const mailbox = await connection.select(path, call)
  return mailbox?.uidValidity === uidValidity ? mailbox : undefined
}

/** Messages in one place that *are* the item, told by their content. */
export async function findIn(
  connection: Connection,
  index: MailboxIndex,
  wish: { readonly search: Search; readonly item: Item; readonly likeness: Likeness },
  call: Call,
): Promise<Receipt[]> {
  const { search, item, likeness } = wish
  const mailbox = await openPlace(connection, search.place, call)
  if (mailbox === undefined) return []
  const since = Math.max(1, Number(search.since ?? '1') || 1)
  const found: Receipt[] = []
  for (const card of await index.cards(connection, mailbox, since, call)) {
    if (!mayBe(card, item, likeness.size)) continue
    const standing = await download(connection, card.uid, call)
    if (standing === undefined) index.forget(mailbox, card.uid)
    else if (likeness.matches(standing.bytes)) found.push(receiptOf(mailbox, card.uid, item, standing))
  }
  return found
}
