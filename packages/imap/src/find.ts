import type { Call, Item, Receipt, Search } from '@offramp/core'
import { WHOLE } from './append.ts'
import type { Connection, Selected } from './connection.ts'
import { flagsPrint } from './flags.ts'
import type { Likeness } from './likeness.ts'
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

export const receiptOf = (mailbox: Selected, uid: number, item: Item, standing: Standing): Receipt => ({
  place: placeId(mailbox),
  locator: String(uid),
  size: standing.bytes.length,
  hash: hashOf(standing.bytes),
  memo: memoOf(item.revision, flagsPrint(standing.flags)),
})

/** The place's mailbox, opened, as it stands now; undefined when it is gone or another has taken its name. */
export const openPlace = (connection: Connection, place: string, call: Call): Promise<Selected | undefined> =>
  open(place, (path) => connection.look(path, call))

/** The same, when nothing hangs on what others have done in it since it was opened. */
export const openForMore = (connection: Connection, place: string, call: Call): Promise<Selected | undefined> =>
  open(place, (path) => connection.select(path, call))

async function open(place: string, by: (path: string) => Promise<Selected | undefined>): Promise<Selected | undefined> {
  const { path, uidValidity } = readPlaceId(place)
  if (uidValidity === 0) return undefined
  const mailbox = await by(path)
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
