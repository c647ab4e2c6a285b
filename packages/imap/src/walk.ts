import { type Call, Fault, type Found, type Receipt, type Search } from '@offramp/core'
import { naturalKeyOf } from '@offramp/formats'
import type { Connection } from './connection.ts'
import { openForMore, openPlace } from './find.ts'
import { traitsOf } from './flags.ts'
import { READ_CHUNK, WALK_CHUNK } from './limits.ts'
import { MESSAGE_ID } from './mailbox-index.ts'
import { compactSet, type Row } from './responses.ts'
import type { Session } from './session.ts'
import { type Argument, atom, type Line, sequence } from './wire-client.ts'

const gone = (receipt: Receipt): Fault =>
  new Fault({
    reach: 'item',
    code: 'imap-copy-gone',
    reason: 'gone',
    message: `There is no message ${receipt.locator} in that folder any more.`,
  })

const WALKED: readonly Argument[] = [atom('FLAGS'), atom('INTERNALDATE'), atom('RFC822.SIZE'), MESSAGE_ID]

/** In chunks, and none of them holds the connection while the caller works: it may read or write in between. */
export async function* walk(session: Session, search: Search, call: Call): AsyncGenerator<Found> {
  const since = Math.max(1, Number(search.since ?? '1') || 1)
  const uids = await session.use((connection) => uidsFrom(connection, search.place, since, call), call)
  for (let at = 0; at < uids.length; at += WALK_CHUNK) {
    const rows: Row[] = []
    await session.use(async (connection) => {
      if ((await openForMore(connection, search.place, call)) === undefined) return
      await connection.fetch(compactSet(uids.slice(at, at + WALK_CHUNK)), WALKED, (row) => rows.push(row), call)
    }, call)
    for (const row of rows.sort((a, b) => a.uid - b.uid)) yield foundOf(search.place, row)
  }
}

async function uidsFrom(connection: Connection, place: string, since: number, call: Call): Promise<number[]> {
  if ((await openPlace(connection, place, call)) === undefined) return []
  const uids: number[] = []
  const SEARCH = async (line: Line) => {
    for (const uid of line.numbers ?? []) if (uid >= since) uids.push(uid)
  }
  const asked = [atom('UID'), sequence(`${since}:*`)]
  await connection.exec('UID SEARCH', asked, { untagged: { SEARCH }, doing: 'listing messages' }, call)
  return uids.sort((a, b) => a - b)
}

const foundOf = (place: string, row: Row): Found => ({
  receipt: { place, locator: String(row.uid), size: row.size },
  naturalKey: row.body === undefined ? '' : naturalKeyOf(row.body),
  traits: { ...traitsOf(row.flags), ...(row.date === undefined ? {} : { receivedAt: row.date }) },
})

/** In pieces, so that a message of any size takes a few megabytes here. */
export async function* read(session: Session, receipt: Receipt, call: Call): AsyncGenerator<Uint8Array> {
  for (let at = 0; ; at += READ_CHUNK) {
    const piece = await session.use((connection) => readPiece(connection, receipt, at, call), call)
    if (piece === undefined) throw gone(receipt)
    if (piece.length > 0) yield piece
    if (piece.length < READ_CHUNK) return
  }
}

async function readPiece(connection: Connection, receipt: Receipt, from: number, call: Call): Promise<Buffer | undefined> {
  const open = from === 0 ? openPlace : openForMore
  if ((await open(connection, receipt.place, call)) === undefined) return undefined
  const wanted: Argument = { type: 'ATOM', value: 'BODY.PEEK', section: [], partial: [from, READ_CHUNK] }
  return (await connection.fetchOne(receipt.locator, [wanted], call))?.body
}
