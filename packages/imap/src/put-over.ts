import { type Call, Fault, type Item, type Kept, type Place, type PutCall, type Receipt } from '@offramp/core'
import { acceptable } from './append.ts'
import type { Connection, Selected } from './connection.ts'
import { download, openPlace, receiptOf } from './find.ts'
import { flagChanges, flagsOf, flagsPrint } from './flags.ts'
import { Likeness } from './likeness.ts'
import { isRevision, memoOf, readMemo } from './memo.ts'
import { bodyOf, hashOf } from './message.ts'
import { encodeMailbox } from './modified-utf7.ts'
import { placeId, readPlaceId } from './prepare.ts'
import { codeOf, expandSet, textOf } from './responses.ts'
import { addFlags, store } from './store.ts'
import { atom, type Line, quoted, sequence } from './wire-client.ts'

/** What `putOver` needs of the destination around it. */
export interface Around {
  readonly connection: Connection
  /** Mailboxes of the account that hold messages, the likeliest first. */
  mailboxes(): Promise<readonly string[]>
  /** Writes the item as new into the place. */
  append(item: Item, place: Place): Promise<Receipt>
  note(message: string): void
}

interface Copy {
  readonly mailbox: Selected
  readonly uid: number
  readonly flags: readonly string[]
}

const isDeleted = (flags: readonly string[]): boolean => flags.some((flag) => flag.toLowerCase() === '\\deleted')

/**
 * Makes the copy that the receipt names equal to the item. What a person has done to it stays: changed flags, another folder, deletion. A
 * new text is written anew first; then our own old copy goes, by its UID and no other.
 */
export async function putOver(around: Around, place: Place, item: Item, over: Receipt, call: PutCall): Promise<Receipt | Kept> {
  const copy = await lookAt(around.connection, over, call)
  if (copy === undefined) return elsewhere(around, place, item, over, call)
  if (isDeleted(copy.flags)) return { kept: 'deleted', receipt: over }
  const memo = readMemo(over.memo)
  const untouched = memo === undefined || memo.flags === flagsPrint(copy.flags)
  const wanted = wantedFlags(item, copy)
  const same = memo === undefined ? await isSameContent(around.connection, copy, item, call) : isRevision(memo, item.revision)
  if (!untouched && flagsPrint(wanted) !== flagsPrint(copy.flags)) return { kept: 'changed', receipt: over }
  if (!same) return replace(around, place, item, copy, call)
  const flags = await setFlags(around.connection, copy, wanted, call)
  const moved = await moveTo(around, copy, place, call)
  return { ...over, ...moved, memo: memoOf(item.revision, flagsPrint(flags)) }
}

/** What the item wants and this mailbox takes. */
const wantedFlags = (item: Item, { mailbox }: Copy): readonly string[] =>
  acceptable(flagsOf(item.traits), mailbox, new Set(mailbox.flags.map((flag) => flag.toLowerCase()))).flags

async function lookAt(connection: Connection, receipt: Receipt, call: Call): Promise<Copy | undefined> {
  const mailbox = await openPlace(connection, receipt.place, call)
  if (mailbox === undefined) return undefined
  const row = await connection.fetchOne(receipt.locator, [atom('FLAGS')], call)
  return row === undefined ? undefined : { mailbox, uid: row.uid, flags: row.flags }
}

async function isSameContent(connection: Connection, copy: Copy, item: Item, call: Call): Promise<boolean> {
  const standing = await download(connection, copy.uid, call)
  return standing !== undefined && new Likeness(await bodyOf(item, undefined, call)).matches(standing.bytes)
}

/** Answers the flags as they are then: one that the server refuses is left out, as it was when the message was written. */
async function setFlags(connection: Connection, copy: Copy, wanted: readonly string[], call: Call): Promise<readonly string[]> {
  const { add, remove } = flagChanges(copy.flags, wanted)
  const added = await addFlags(connection, copy.uid, add, call)
  await store(connection, String(copy.uid), '-FLAGS.SILENT', remove, call)
  const refused = new Set(add.filter((flag) => !added.includes(flag)))
  return wanted.filter((flag) => !refused.has(flag))
}

async function replace(around: Around, place: Place, item: Item, copy: Copy, call: Call): Promise<Receipt> {
  const fresh = await around.append(item, place)
  if (!(await expunge(around.connection, copy.mailbox, copy.uid, call))) {
    around.note('The server cannot remove a single message (no UIDPLUS): the earlier version stays beside the new one.')
  }
  return fresh
}

/** Removes exactly this message. False where the server can only remove everything that is marked, by whomever. */
export async function expunge(connection: Connection, { path, uidValidity }: Selected, uid: number, call: Call): Promise<boolean> {
  if (!connection.capabilities.has('UIDPLUS')) return false
  const mailbox = await connection.select(path, call)
  if (mailbox?.uidValidity !== uidValidity) return false
  await store(connection, String(uid), '+FLAGS.SILENT', ['\\Deleted'], call)
  await connection.exec('UID EXPUNGE', [sequence(String(uid))], { doing: 'removing an earlier copy of ours' }, call)
  return true
}

type Address = Pick<Receipt, 'place' | 'locator'>

async function moveTo(around: Around, copy: Copy, place: Place, call: Call): Promise<Address> {
  const here = { place: placeId(copy.mailbox), locator: String(copy.uid) }
  if (here.place === place.id) return here
  const { connection } = around
  const can = connection.capabilities
  if (!can.has('UIDPLUS')) {
    around.note('The server cannot say where a moved message goes (no UIDPLUS): it stays in the folder where it is.')
    return here
  }
  let uid: number | undefined
  const note = (line: Line) => {
    const code = codeOf(line)
    if (code?.name === 'COPYUID' && Number(textOf(code.rest[0])) === readPlaceId(place.id).uidValidity)
      uid = expandSet(textOf(code.rest[2]))[0]
  }
  const command = can.has('MOVE') ? 'UID MOVE' : 'UID COPY'
  const target = [sequence(String(copy.uid)), quoted(encodeMailbox(readPlaceId(place.id).path))]
  note(await connection.exec(command, target, { untagged: { OK: async (line) => note(line) }, doing: 'moving a message' }, call))
  if (uid === undefined) throw lost(place)
  if (command === 'UID COPY') await expunge(connection, copy.mailbox, copy.uid, call)
  return { place: place.id, locator: String(uid) }
}

const lost = (place: Place): Fault =>
  new Fault({ reach: 'call', code: 'imap-move-unconfirmed', message: `The server did not say where in ${place.name} the message went.` })

/**
 * The copy is not where it was put: it was moved or deleted by a person, moved by ourselves before a crash, or its mailbox has a new
 * generation and all its UIDs are void. Looked for by its bytes, in its own and the wanted place first.
 */
async function elsewhere(around: Around, place: Place, item: Item, over: Receipt, call: PutCall): Promise<Receipt | Kept> {
  const { connection } = around
  const wanted = readPlaceId(place.id).path
  const own = readPlaceId(over.place).path
  const others = (await around.mailboxes()).filter((path) => path !== own && path !== wanted)
  for (const path of new Set([wanted, own, ...others])) {
    const mailbox = await connection.look(path, call)
    if (mailbox === undefined) continue
    const receipt = await byContent(connection, mailbox, item, over, call)
    if (receipt === undefined) continue
    if (path === wanted || path === own) return putOver(around, place, item, receipt, call)
    return { kept: 'moved', receipt }
  }
  return { kept: 'deleted' }
}

/**
 * A message of exactly the receipt's size whose bytes have the receipt's hash, and which is no other item's. SEARCH by size is exact on every
 * server (RFC 3501).
 */
async function byContent(
  connection: Connection,
  mailbox: Selected,
  item: Item,
  over: Receipt,
  call: PutCall,
): Promise<Receipt | undefined> {
  const uids: number[] = []
  const SEARCH = async (line: Line) => {
    uids.push(...(line.numbers ?? []))
  }
  const size = [atom('LARGER'), atom(String(Math.max(0, over.size - 1))), atom('SMALLER'), atom(String(over.size + 1)), atom('UNDELETED')]
  await connection.exec('UID SEARCH', size, { untagged: { SEARCH }, doing: 'looking for a copy' }, call)
  for (const uid of uids) {
    const standing = await download(connection, uid, call)
    if (standing === undefined || (over.hash !== undefined && hashOf(standing.bytes) !== over.hash)) continue
    const memo = over.memo === undefined ? {} : { memo: over.memo }
    const receipt: Receipt =
      over.hash === undefined
        ? receiptOf(mailbox, uid, item, standing)
        : { place: placeId(mailbox), locator: String(uid), size: over.size, hash: over.hash, ...memo }
    if (over.hash === undefined && !new Likeness(await bodyOf(item, undefined, call)).matches(standing.bytes)) continue
    if ((await call.owned?.([receipt]))?.[0] !== true) return receipt
  }
  return undefined
}
