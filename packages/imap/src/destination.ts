import {
  asFault,
  type Call,
  type Destination,
  type DestinationProfile,
  Fault,
  type Item,
  type Place,
  type Receipt,
  type Trait,
} from '@offramp/core'
import { batches } from './append.ts'
import type { Connection, Selected } from './connection.ts'
import { download, findIn, openForMore, openPlace } from './find.ts'
import { categoryOf, keywordOf } from './keywords.ts'
import { Likeness } from './likeness.ts'
import { BATCH } from './limits.ts'
import { MailboxIndex } from './mailbox-index.ts'
import { bodyOf, bytesFor, type Gathered, hashOf, type Outgoing, outgoing } from './message.ts'
import { Places, readPlaceId, standing } from './prepare.ts'
import { expunge, putOver } from './put-over.ts'
import type { Session } from './session.ts'
import { read, walk } from './walk.ts'
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

/** One account's mailbox on an IMAP server. */
export function makeDestination(session: Session, profile: DestinationProfile): Destination {
  const places = new Places(session)
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

  const gathered = async (item: Item, call: Call): Promise<Gathered> => {
    const bytes = await bodyOf(item, profile.maxItemBytes, call)
    return { item, bytes, hash: hashOf(bytes) }
  }

  const ready = (connection: Connection, { item, bytes, hash }: Gathered): Outgoing => {
    const sent = bytesFor(connection, bytes)
    return outgoing({ item, bytes: sent, hash: sent === bytes ? hash : hashOf(sent) }, session.services.clock.now())
  }

  const writeOne = async (connection: Connection, place: Place, item: Item, call: Call): Promise<Receipt> => {
    const message = ready(connection, await gathered(item, call))
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

  const putMany = async (place: Place, items: readonly Item[], call: Call): Promise<readonly (Receipt | Fault)[]> => {
    // Before its turn on the connection comes: meanwhile the server stores the batch before.
    const bodies = await Promise.all(items.map((item) => gathered(item, call).catch((thrown) => faultOrAbort(thrown, call))))
    return session.use(async (connection) => {
      const mailbox = await mustOpen(connection, place, call)
      const messages = bodies.map((body) => (body instanceof Fault ? body : ready(connection, body)))
      const sendable = messages.filter((message): message is Outgoing => !(message instanceof Fault))
      const answers: (Receipt | Fault)[] = []
      for (const batch of batches(sendable, ({ bytes }) => bytes.length, true)) {
        answers.push(...(await writeNext({ connection, mailbox, batch, before: answers }, call)))
      }
      return messages.map((message) => (message instanceof Fault ? message : (answers.shift() ?? new Fault(unanswered))))
    }, call)
  }

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
    keywordsAsKept: (keywords) => keywords.map((keyword) => categoryOf(keywordOf(keyword))),
    prepare: (collection, call) => places.prepare(collection, call),
    placeOf: (collection, call) => places.placeOf(collection, call),
    pathOf: (collection, call) => places.pathOf(collection, call),
    flagOf: keywordOf,
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
