import {
  asFault,
  type Call,
  type Destination,
  type DestinationProfile,
  Fault,
  type Found,
  type Item,
  type Place,
  type Receipt,
  type Search,
  type Trait,
} from '@offramp/core'
import { naturalKeyOf } from '@offramp/formats'
import { batches } from './append.ts'
import type { Connection, Selected } from './connection.ts'
import { download, findIn, openForMore, openPlace } from './find.ts'
import { traitsOf } from './flags.ts'
import { Likeness } from './likeness.ts'
import { BATCH, READ_CHUNK, WALK_CHUNK } from './limits.ts'
import { MailboxIndex, MESSAGE_ID } from './mailbox-index.ts'
import { bodyOf, bytesFor, type Outgoing, outgoing } from './message.ts'
import { type Owners, Places, readPlaceId, standing } from './prepare.ts'
import { expunge, putOver } from './put-over.ts'
import { compactSet, type Row } from './responses.ts'
import type { Session } from './session.ts'
import { type Argument, atom, type Line, sequence } from './wire-client.ts'
import { Writer } from './writer.ts'

const FLAG_TRAITS = [
  ['\\seen', 'read'],
  ['\\flagged', 'flagged'],
  ['\\answered', 'answered'],
  ['\\draft', 'draft'],
] as const

/** What this server keeps, told by the flags that stay in the inbox. */
function keeps(inbox: Selected): Trait[] {
  const permanent = new Set(inbox.permanentFlags.map((flag) => flag.toLowerCase()))
  const system = FLAG_TRAITS.filter(([flag]) => permanent.has(flag)).map(([, trait]) => trait)
  const any: Trait[] = permanent.has('\\*') ? ['forwarded', 'keywords'] : []
  return [...system, ...any, 'receivedAt']
}

/** Said once after connecting: a server's limits are its own. */
export async function profileOf(session: Session, call: Call): Promise<DestinationProfile> {
  return session.use(async (connection) => {
    const inbox = await connection.select('INBOX', call)
    if (inbox === undefined) throw noInbox(session)
    const limit = mostBytes(session, connection)
    return {
      kind: 'mail',
      keeps: keeps(inbox),
      ...(limit === undefined ? {} : { maxItemBytes: limit }),
      ...(connection.capabilities.has('MULTIAPPEND') ? { batch: BATCH } : {}),
    }
  }, call)
}

/** The smaller of what the server announces and what the operator says. */
function mostBytes(session: Session, connection: Connection): number | undefined {
  const limits = [connection.appendLimit, session.settings.sizeLimit].filter((limit) => limit !== undefined)
  return limits.length === 0 ? undefined : Math.min(...limits)
}

const noInbox = (session: Session): Fault =>
  new Fault({
    reach: 'account',
    code: 'imap-no-inbox',
    message: `The login for ${session.subject.account} works, but shows no INBOX.`,
    remedy: 'The own login of an administrator shows no mailbox (Cyrus): use kind "authzid" or "master", which open the account itself.',
  })

const gone = (receipt: Receipt): Fault =>
  new Fault({
    reach: 'item',
    code: 'imap-copy-gone',
    reason: 'gone',
    message: `There is no message ${receipt.locator} in that folder any more.`,
  })

/** One account's mailbox on an IMAP server. `owners` is shared by all destinations of the account in this process. */
export function makeDestination(session: Session, profile: DestinationProfile, owners: Owners): Destination {
  const places = new Places(session, owners)
  const writer = new Writer(session)
  const index = new MailboxIndex()

  const mustOpen = async (connection: Connection, place: Place, call: Call): Promise<Selected> => {
    const mailbox = await openForMore(connection, place.id, call)
    if (mailbox !== undefined) return mailbox
    throw new Fault({
      reach: 'call',
      code: 'imap-place-gone',
      message: `The folder ${place.name} is not there any more; it is made again.`,
      connection: true,
    })
  }

  const ready = async (connection: Connection, item: Item, call: Call): Promise<Outgoing> => {
    const bytes = bytesFor(connection, await bodyOf(item, profile.maxItemBytes, call))
    return outgoing(item, bytes, session.services.clock.now())
  }

  const writeOne = async (connection: Connection, place: Place, item: Item, call: Call): Promise<Receipt> => {
    const message = await ready(connection, item, call)
    const [answer] = await writer.write(connection, await mustOpen(connection, place, call), [message], call)
    if (answer === undefined || answer instanceof Fault) throw answer ?? new Error('No answer.')
    return answer
  }

  const put: Destination['put'] = (place, item, over, call) =>
    session.use((connection) => {
      if (over === undefined) return writeOne(connection, place, item, call)
      const around = {
        connection,
        mailboxes: () => places.selectable(connection, call),
        append: (one: Item, into: Place) => writeOne(connection, into, one, call),
        note: (message: string) => session.services.log.warn({ place: readPlaceId(place.id).uidValidity }, message),
      }
      return putOver(around, place, item, over, call)
    }, call)

  const putMany = (place: Place, items: readonly Item[], call: Call): Promise<readonly (Receipt | Fault)[]> =>
    session.use(async (connection) => {
      const mailbox = await mustOpen(connection, place, call)
      const messages = await Promise.all(items.map((item) => ready(connection, item, call).catch((thrown) => faultOrAbort(thrown, call))))
      const sendable = messages.filter((message): message is Outgoing => !(message instanceof Fault))
      const answers: (Receipt | Fault)[] = []
      for (const batch of batches(sendable, ({ bytes }) => bytes.length, true)) {
        answers.push(...(await writeNext({ connection, mailbox, batch, before: answers }, call)))
      }
      return messages.map((message) => (message instanceof Fault ? message : (answers.shift() ?? new Fault(unanswered))))
    }, call)

  /** What fails after some are known to have arrived is told of each of the rest, and not thrown. */
  const writeNext = async (
    {
      connection,
      mailbox,
      batch,
      before,
    }: { connection: Connection; mailbox: Selected; batch: readonly Outgoing[]; before: readonly (Receipt | Fault)[] },
    call: Call,
  ): Promise<(Receipt | Fault)[]> => {
    try {
      return await writer.write(connection, mailbox, batch, call)
    } catch (thrown) {
      if (before.every((answer) => answer instanceof Fault)) throw thrown
      const fault = asFault(thrown)
      return batch.map(() => fault)
    }
  }

  const find: Destination['find'] = async (item, where, call) => {
    const likeness = new Likeness(await bodyOf(item, undefined, call))
    return session.use(async (connection) => {
      const found: Receipt[] = []
      for (const search of where) found.push(...(await findIn(connection, index, { search, item, likeness }, call)))
      return found
    }, call)
  }

  const mark = (place: Place, call: Call): Promise<string> =>
    session.use(async (connection) => {
      const { path, uidValidity } = readPlaceId(place.id)
      const stands = await standing(connection, path, call)
      if (stands === undefined || stands.uidValidity !== uidValidity) throw placeChanged(place)
      return String(stands.uidNext)
    }, call)

  const dropDouble: Destination['dropDouble'] = (extra, keeper, call) =>
    session.use(async (connection) => {
      if (extra.place === keeper.place && extra.locator === keeper.locator) return false
      const kept = await standingAt(connection, keeper, call)
      const spare = await standingAt(connection, extra, call)
      if (kept === undefined || spare === undefined || !new Likeness(kept).matches(spare)) return false
      const mailbox = await openPlace(connection, extra.place, call)
      return mailbox !== undefined && expunge(connection, mailbox, Number(extra.locator), call)
    }, call)

  return {
    name: `imap://${session.settings.host}:${session.settings.port}/${session.subject.account}`,
    profile,
    prepare: (collection, call) => places.prepare(collection, call),
    mark,
    find,
    put,
    ...(profile.batch === undefined ? {} : { putMany }),
    walk: (search, call) => walk(session, search, call),
    read: (receipt, call) => read(session, receipt, call),
    dropDouble,
    close: () => session.close(),
  }
}

const unanswered = { reach: 'call', code: 'imap-unanswered', message: 'The server said nothing of this message.' } as const

const placeChanged = (place: Place): Fault =>
  new Fault({
    reach: 'call',
    code: 'imap-place-changed',
    message: `The folder ${place.name} was replaced by another of its name.`,
    connection: true,
  })

/** An abort goes through; anything else is that item's own affair. */
function faultOrAbort(thrown: unknown, call: Call): Fault {
  if (call.signal.aborted) throw thrown
  return asFault(thrown)
}

const standingAt = async (connection: Connection, receipt: Receipt, call: Call): Promise<Buffer | undefined> => {
  const mailbox = await openPlace(connection, receipt.place, call)
  return mailbox === undefined ? undefined : (await download(connection, Number(receipt.locator), call))?.bytes
}

const WALKED: readonly Argument[] = [atom('FLAGS'), atom('INTERNALDATE'), atom('RFC822.SIZE'), MESSAGE_ID]

/** In chunks, and none of them holds the connection while the caller works: it may read or write in between. */
async function* walk(session: Session, search: Search, call: Call): AsyncGenerator<Found> {
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
async function* read(session: Session, receipt: Receipt, call: Call): AsyncGenerator<Uint8Array> {
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
