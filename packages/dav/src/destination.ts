import { asFault, type Call, type Destination, Fault, type Item, type Place, type PutCall, type Receipt } from '@offramp/core'
import { isInBin } from './bin.ts'
import { type Desk, HASHES, meaningOf } from './desk.ts'
import { findItem } from './find.ts'
import { inTurns } from './in-turns.ts'
import { BATCH, CONNECTIONS_PER_ACCOUNT, ITEM_BYTES, NEXTCLOUD_CARD_BYTES, NEXTCLOUD_EVENT_BYTES } from './limits.ts'
import { pathTo, readObject } from './objects.ts'
import { type Outgoing, outgoingOf } from './outgoing.ts'
import { confirm, isTwin, type Put, placeGone, putNew, tryNew, twin } from './put-new.ts'
import { putOver } from './put-over.ts'
import { removeQuietly } from './remove.ts'
import { sealIn } from './seal.ts'
import { share } from './share.ts'
import { walk } from './walk.ts'

/** Bytes of one object in a place: what the operator says, what the server says there, or what it is known for. */
export async function mostBytes(desk: Desk, place: string, call: Call): Promise<number | undefined> {
  const { server, kind, settings } = desk
  const said = (await desk.places.list(call)).find(({ path }) => path === place)?.maxBytes
  const known = server.kind === 'nextcloud' ? (kind === 'contact' ? NEXTCLOUD_CARD_BYTES : NEXTCLOUD_EVENT_BYTES) : undefined
  const limits = [settings.sizeLimit, said, known].filter((limit) => limit !== undefined)
  return limits.length === 0 ? undefined : Math.min(...limits)
}

type Tried = Put | Fault

/** One account's calendars, lists of tasks or address books. */
export function makeDestination(desk: Desk, close: () => Promise<void>): Destination {
  const { kind } = desk
  const made = async (place: Place, item: Item, call: Call): Promise<Outgoing> =>
    outgoingOf(desk, item, await mostBytes(desk, place.id, call), call)

  const put = async (place: Place, item: Item, over: Receipt | undefined, call: PutCall) => {
    call.signal.throwIfAborted()
    await mustStand(desk, place.id, call)
    const out = await made(place, item, call)
    await desk.silence.prove(place.id, call)
    return over === undefined ? putNew(desk, place.id, { item, out }, call) : putOver(desk, { place: place.id, item, out, over }, call)
  }

  const tryOne = async (place: Place, item: Item, call: Call): Promise<Tried> => {
    try {
      const put = await tryNew(desk, place.id, await made(place, item, call), call)
      return 'written' in put || !(await isTwin(desk, put, call)) ? put : twin()
    } catch (thrown) {
      if (call.signal.aborted) throw thrown
      return asFault(thrown)
    }
  }

  const putMany = async (place: Place, items: readonly Item[], call: Call): Promise<readonly (Receipt | Fault)[]> => {
    call.signal.throwIfAborted()
    await mustStand(desk, place.id, call)
    await desk.silence.prove(place.id, call)
    // As many as may go at once and no more: those that waited for the gate behind the rest would lose their patience at a slow server.
    const tried = await inTurns(items, desk.settings.connectionsPerAccount ?? CONNECTIONS_PER_ACCOUNT, (item) => tryOne(place, item, call))
    const written = tried.filter((one): one is Put => !(one instanceof Fault) && 'written' in one)
    const receipts = await confirmed(desk, place.id, written, call)
    return tried.map((one) => {
      if (one instanceof Fault) return one
      return 'written' in one ? (receipts.shift() ?? unconfirmed()) : inTheWay()
    })
  }

  const standing = (receipt: Receipt, call: Call) => readObject(desk, pathTo(receipt.place, receipt.locator), call)

  const dropDouble: Destination['dropDouble'] = async (extra, keeper, call) => {
    if (extra.place === keeper.place && extra.locator === keeper.locator) return false
    const [spare, kept] = [await standing(extra, call), await standing(keeper, call)]
    const meaning = spare && meaningOf(kind, spare.bytes)
    if (spare === undefined || kept === undefined || meaning === undefined || meaning !== meaningOf(kind, kept.bytes)) return false
    // What looks like a double may be a person's: only what bears the same item's seal, unchanged, was written twice.
    const [twice, once] = [sealIn(spare.bytes), sealIn(kept.bytes)]
    if (twice === undefined || twice.key !== once?.key || twice.hash !== meaning) return false
    return removeQuietly(desk, pathTo(extra.place, extra.locator), spare, call)
  }

  const canShare = desk.server.kind === 'nextcloud' || desk.server.kind === 'owncloud'
  return {
    name: `${desk.client.urlOf(desk.home.path)} (${desk.client.account})`,
    profile: {
      kind,
      keeps: [],
      maxItemBytes: ITEM_BYTES,
      batch: BATCH,
      get assurances() {
        return desk.silence.assurances()
      },
    },
    prepare: (collection, call) => desk.places.prepare(collection, call),
    placeOf: (collection, call) => desk.places.placeOf(collection, call),
    find: (item, where, call) => findItem(desk, item, where, call),
    put,
    putMany,
    walk: (search, call) => walk(desk, search, call),
    hashOf: (body) => hashOf(desk, body),
    read: (receipt, call) => read(desk, receipt, call),
    dropDouble,
    ...(canShare ? { share: (collection, to, access, call) => share(desk, { collection, to, access }, call) } : {}),
    close,
  }
}

/** What a person has deleted since takes nothing more: the collection is made anew. */
async function mustStand(desk: Desk, place: string, call: Call): Promise<void> {
  if (await isInBin(desk, place, call)) throw placeGone(desk, place)
}

/** What was written, and could not be seen again, is unknown, and not known to have failed. */
async function confirmed(desk: Desk, place: string, written: readonly Put[], call: Call): Promise<(Receipt | Fault)[]> {
  const done = written.filter((one) => 'written' in one)
  if (done.length === 0) return []
  try {
    return [...(await confirm(desk, place, done, call))]
  } catch (thrown) {
    if (call.signal.aborted) throw thrown
    const { reach, message } = asFault(thrown)
    const why = reach === 'call' ? message : `It was written, and could not be seen again: ${message}`
    return done.map(() => new Fault({ reach: 'call', code: 'dav-unconfirmed', message: why, cause: thrown }))
  }
}

async function hashOf({ kind }: Desk, body: AsyncIterable<Uint8Array>): Promise<string> {
  const parts: Uint8Array[] = []
  for await (const part of body) parts.push(part)
  return HASHES[kind](Buffer.concat(parts))
}

async function* read(desk: Desk, receipt: Receipt, call: Call): AsyncGenerator<Uint8Array> {
  const found = (await isInBin(desk, receipt.place, call))
    ? undefined
    : await readObject(desk, pathTo(receipt.place, receipt.locator), call)
  if (found === undefined)
    throw new Fault({
      reach: 'item',
      reason: 'gone',
      code: 'dav-gone',
      message: 'It is not there any more: somebody has moved or deleted it.',
    })
  yield found.bytes
}

/** Whose it is only the ledger knows, which `put` may ask. */
const inTheWay = (): Fault =>
  new Fault({
    reach: 'call',
    code: 'dav-uid-stands',
    message: 'Something of its UID stands there; it is looked at alone.',
    unwritten: true,
  })

const unconfirmed = (): Fault =>
  new Fault({ reach: 'call', code: 'dav-unconfirmed', message: 'The server does not show what was written.' })
