import { type Entry, Fault, type Item, type ItemRef, type Receipt, type Search, versionKey } from '@offramp/core'
import { isLonger, readUpTo, tapped, withBytes } from './bodies.ts'
import { arrived, failed, rejectedOrFailed, type Subject, settle, tooLarge } from './outcomes.ts'
import type { KnownPlace } from './places.ts'
import { isSameCopy } from './same-copy.ts'
import { faultOfItem, mostTries, strike } from './strikes.ts'
import { checkStop, type TurnState, unowned } from './turn-state.ts'
import { stopFor } from './turn-stop.ts'
import { isKept, put, receiptOfKept } from './write.ts'

/** An item of which a copy may stand at the destination without a receipt. */
export interface Doubt {
  readonly ref: ItemRef
  readonly listing: string
  /** What the ledger says of it; brought up to date here with every new intent. */
  readonly entry: Pick<Entry, 'state' | 'tries' | 'version' | 'place' | 'receipt'>
}

/**
 * Settles items in doubt, alone and one after another: two with the same bytes would otherwise both take the one copy that is there.
 * The least tried come first, so that an item which breaks the connection each time does not hold up the others.
 */
export async function settleDoubts(state: TurnState, doubts: readonly Doubt[]): Promise<void> {
  if (!state.guards.doubtAlone) return void (await Promise.all(doubts.map((doubt) => settleOne(state, doubt))))
  const queue = [...doubts].sort((a, b) => a.entry.tries - b.entry.tries)
  for (let doubt = queue.shift(); doubt; doubt = queue.shift()) {
    checkStop(state)
    const again = await settleOne(state, doubt)
    if (again) queue.push(again)
    state.progress.tell()
  }
}

/** Answers with the doubt that is left when the item has to be tried again. */
async function settleOne(state: TurnState, doubt: Doubt): Promise<Doubt | undefined> {
  const { ref, listing, entry } = doubt
  if (entry.tries >= mostTries(state.request.pass)) return giveUp(state, doubt)
  let subject: Subject = { ref, listing }
  let source: () => Fault | undefined = () => undefined
  let read = true
  let tried = doubt
  try {
    const opened = await state.request.source.open(ref, state.reading)
    subject = { ref: opened, listing, item: opened }
    const held = await hold(state, opened)
    if (held === 'too-large') return void (await settle(state, [tooLarge(subject, state.request.destination.profile.maxItemBytes ?? 0)]))
    source = held.fault
    read = false
    const receipt = await settleItem(state, { doubt, item: held.item, intended: (next) => (tried = next) })
    await settle(state, [arrived(subject, receipt)])
    state.inARow.write.clear()
    state.inARow.read.clear()
    return undefined
  } catch (thrown) {
    const own = source()
    const fault = faultOfItem(state, own ?? thrown)
    if (fault.reach === 'item') return void (await settle(state, [rejectedOrFailed(subject, fault)]))
    const out = await strike(state, ref.id, { fault, at: read || own ? 'read' : 'write' })
    if (!out) return tried
    await settle(state, [failed(subject, fault.message)])
    return undefined
  }
}

async function giveUp(state: TurnState, { ref, listing, entry }: Doubt): Promise<undefined> {
  if (entry.state === 'failed') return undefined
  const message = `It was tried ${entry.tries} times, and each time the worker stopped while copying it or never learned whether it had arrived.`
  await settle(state, [failed({ ref, listing }, message)])
  return undefined
}

interface HeldItem {
  readonly item: Item
  /** What its own body failed with, if it did. */
  fault(): Fault | undefined
}

/** The body in hand where it fits the window, since it is read once to search and once to write; else streamed. */
async function hold(state: TurnState, item: Item): Promise<HeldItem | 'too-large'> {
  const { limits, destination } = state.request
  const most = destination.profile.maxItemBytes
  const parts = await readUpTo(item, limits.windowBytes, state.reading)
  if (parts) {
    const held = withBytes(item, parts)
    return most !== undefined && (held.size ?? 0) > most ? 'too-large' : { item: held, fault: () => undefined }
  }
  if (most !== undefined && (await isLonger(item, most, state.reading))) return 'too-large'
  return tapped(item)
}

interface Settling {
  readonly doubt: Doubt
  readonly item: Item
  /** Told of each new intent, so that the caller knows it when the write fails. */
  intended(doubt: Doubt): void
}

/** Searches first; writes only what is not there. */
async function settleItem(state: TurnState, settling: Settling): Promise<Receipt> {
  const { doubt, item } = settling
  const { entry } = doubt
  const home = await state.places.home(item)
  const found = await search(state, { doubt, item, home })
  const mine = found.filter((receipt) => !entry.receipt || !isSameCopy(receipt, entry.receipt))
  const chosen = mine.find(({ place }) => place === home.place.id) ?? mine[0]
  if (!entry.receipt && chosen && chosen.place === home.place.id && entry.version === versionKey(item.version)) return chosen
  await intend(state, settling, home)
  if (!entry.receipt) return write(state, { item, home, over: chosen })
  // The search reads the earlier copy anew, so that our own half-done change is not taken for a person's.
  const over = found.find((receipt) => entry.receipt && isSameCopy(receipt, entry.receipt)) ?? entry.receipt
  const answer = await put(state, home.place, { item, over })
  if (!isKept(answer)) return answer
  // What looks moved or deleted by a person is our own half-done move or replacement when the new copy stands there.
  if (chosen && answer.kept !== 'changed') return write(state, { item, home, over: chosen })
  return receiptOfKept(state, answer, { item, place: home.place, over })
}

async function write(state: TurnState, one: { item: Item; home: KnownPlace; over: Receipt | undefined }): Promise<Receipt> {
  const { item, home, over } = one
  const answer = await put(state, home.place, { item, over })
  if (!isKept(answer)) return answer
  const receipt = answer.receipt ?? over
  if (receipt) return receipt
  throw new Fault({
    reach: 'call',
    code: 'kept-nothing',
    message: 'The destination says that it kept a copy which it was not asked about.',
  })
}

async function intend(state: TurnState, { doubt, item, intended }: Settling, home: KnownPlace): Promise<void> {
  const { entry, listing } = doubt
  if (!state.guards.recordIntent) return
  await state.request.lease.intend([{ id: item.id, listing, version: item.version, place: home.place.id }])
  intended({
    ...doubt,
    entry: { ...entry, state: 'intended', tries: entry.tries + 1, version: versionKey(item.version), place: home.place.id },
  })
}

/** Every copy that could be this item's, and that no other entry owns. The doubt is on record before anybody looks. */
async function search(state: TurnState, of: { doubt: Doubt; item: Item; home: KnownPlace }): Promise<readonly Receipt[]> {
  const { doubt, item, home } = of
  const { destination } = state.request
  await state.places.suspect([home.place.id, ...(doubt.entry.place === undefined ? [] : [doubt.entry.place])])
  if (!state.guards.searchInDoubt) return []
  const where = [...state.places.suspects.keys()].map((place): Search => state.places.search(place))
  const found = await unowned(state, item, await lookedUp(state, () => destination.find(item, where, state.reading)))
  const { receipt } = doubt.entry
  if (!receipt || found.some((copy) => isSameCopy(copy, receipt))) return found
  const below = await destination.find(item, [{ place: receipt.place }], state.reading)
  return [...found, ...below.filter((copy) => isSameCopy(copy, receipt))]
}

/** A destination that cannot be reached for a look says nothing about the item. */
async function lookedUp<T>(state: TurnState, look: () => Promise<T>): Promise<T> {
  try {
    return await look()
  } catch (thrown) {
    if (thrown instanceof Fault && thrown.connection && !state.reading.signal.aborted) throw stopFor(state.request, thrown)
    throw thrown
  }
}
