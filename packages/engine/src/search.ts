import { Fault, type Item, type Receipt, type Search, versionKey } from '@offramp/core'
import type { Doubt } from './doubt.ts'
import type { KnownPlace } from './places.ts'
import { isSameCopy } from './same-copy.ts'
import { type TurnState, unowned } from './turn-state.ts'
import { stopFor } from './turn-stop.ts'
import { isKept, put, receiptOfKept } from './write.ts'

/** Every copy that could be this item's, and that no other entry owns. The doubt is on record before anybody looks. */
export async function search(state: TurnState, { entry }: Doubt, item: Item): Promise<readonly Receipt[]> {
  if (!state.guards.searchInDoubt) return []
  const find = (where: readonly Search[]) => lookedUp(state, () => state.request.destination.find(item, where, state.reading))
  const where = placesOf(state, entry, item).map((place) => state.places.search(place))
  const found = await unowned(state, item, await find(where))
  const { receipt } = entry
  if (!receipt || found.some((copy) => isSameCopy(copy, receipt))) return found
  // The earlier copy stands below the marks. It is looked at anew, lest our own half-done change be taken for a person's.
  const below = await find([{ place: receipt.place }])
  // Another item may have come by that name since, where ours had been carried on.
  return [
    ...found,
    ...(await unowned(
      state,
      item,
      below.filter((copy) => isSameCopy(copy, receipt)),
    )),
  ]
}

/**
 * Where a copy may be: in any place of which there is doubt. Where copies have names, each place is asked for each item; what was tried once can only be
 * where it was meant to go. Of a large one tries are counted anew as it gets on.
 */
function placesOf(state: TurnState, { tries, place }: Doubt['entry'], { home, size = 0 }: Item): readonly string[] {
  const { destination, limits } = state.request
  const all = [...state.places.suspects.keys()]
  if (destination.mark || tries !== 1 || place === undefined || size > limits.windowBytes) return all
  const at = state.places.homeOf(home)
  return all.filter((one) => one === place || one === at)
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

interface Settling {
  readonly entry: Doubt['entry']
  readonly item: Item
  readonly home: KnownPlace
  readonly found: readonly Receipt[]
}

/** Takes what was found, or writes. */
export function settleCopy(state: TurnState, settling: Settling): Promise<Receipt> {
  const { entry, home, found } = settling
  const { receipt } = entry
  if (receipt) return settleEarlier(state, settling, receipt)
  const chosen = found.find(({ place }) => place === home.place.id) ?? found[0]
  return chosen && isAsWritten(settling, chosen) ? Promise.resolve(chosen) : write(state, settling, chosen)
}

/**
 * Written once, in the version and the place that the item has now: there is nothing left to do to it. Not of files: where nothing tells whose a copy
 * is, it may be that of a twin, and bear that one's date.
 */
const isAsWritten = ({ entry, item, home }: Settling, copy: Receipt): boolean =>
  item.kind !== 'file' &&
  entry.state === 'intended' &&
  entry.tries === 1 &&
  entry.version === versionKey(item.version) &&
  copy.place === home.place.id

/** A change over an earlier copy was begun. */
async function settleEarlier(state: TurnState, settling: Settling, receipt: Receipt): Promise<Receipt> {
  const { item, home, found } = settling
  const over = found.find((copy) => isSameCopy(copy, receipt)) ?? receipt
  const others = found.filter((copy) => !isSameCopy(copy, receipt))
  const answer = await put(state, home.place, { item, over })
  if (!isKept(answer)) {
    await dropHalfDone(state, others, answer)
    return answer
  }
  const chosen = others.find(({ place }) => place === home.place.id) ?? others[0]
  // Nothing tells a person's text of a file from one that we wrote before the source changed once more: better twice than lost.
  if (answer.kept === 'changed' && item.kind === 'file') return write(state, settling, undefined)
  // What looks moved or deleted by a person is our own half-done move or replacement, when the new copy is there.
  if (chosen && answer.kept !== 'changed') return write(state, settling, chosen)
  return receiptOfKept(state, answer, { item, home, over, inDoubt: true })
}

/** A replacement that broke off after its new copy was written, and was then done again, has written it twice. */
async function dropHalfDone(state: TurnState, others: readonly Receipt[], keeper: Receipt): Promise<void> {
  if (!state.guards.sweep) return
  for (const other of others) if (!isSameCopy(other, keeper)) await state.request.destination.dropDouble(other, keeper, state.writing)
}

async function write(state: TurnState, { item, home }: Settling, over: Receipt | undefined): Promise<Receipt> {
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
