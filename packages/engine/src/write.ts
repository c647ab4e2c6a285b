import { asFault, type Call, entryKey, Fault, type Item, type Kept, type Place, type Receipt } from '@offramp/core'
import { contentHash } from './content-hash.ts'
import type { KnownPlace } from './places.ts'
import type { TurnState } from './turn-state.ts'

/**
 * One write, given up after `limits.putMs`. Its outcome is then unknown, as with every fault of reach `call`. Its time begins when `before` is
 * over, which never rejects: on a slow line it would otherwise pass while the destination is at the write before.
 */
async function timed<T>(state: TurnState, write: (call: Call) => Promise<T>, before?: Promise<unknown>): Promise<T> {
  const { clock, limits } = state.request
  if (state.guards.obeyAbort) state.writing.signal.throwIfAborted()
  const [late, over] = [new AbortController(), new AbortController()]
  const signal = AbortSignal.any([state.writing.signal, late.signal])
  const begun = (before ?? Promise.resolve()).then(() => clock.sleep(limits.putMs, { signal: over.signal }))
  const timeout = begun.then(() => {
    const fault = new Fault({
      reach: 'call',
      code: 'put-timed-out',
      message: `The destination did not answer a write within ${limits.putMs} ms.`,
    })
    late.abort(fault)
    throw fault
  })
  // The loser of the race is not waited for; what it says no longer matters.
  timeout.catch(() => undefined)
  const writing = write({ signal })
  writing.catch(() => undefined)
  try {
    return await Promise.race([writing, timeout])
  } catch (thrown) {
    if (asFault(thrown).reach === 'call') state.unknownSince = clock.now()
    throw thrown
  } finally {
    over.abort()
  }
}

interface Write {
  readonly item: Item
  readonly over?: Receipt | undefined
  /** Records what has arrived so far, before anybody asks whose a copy is. */
  record?(): Promise<void>
}

export function put(state: TurnState, place: Place, { item, over, record }: Write): Promise<Receipt | Kept> {
  const { destination, ledger, lease } = state.request
  const owned = async (copies: readonly Receipt[]): Promise<readonly boolean[]> => {
    if (!state.guards.respectOwners) return copies.map(() => false)
    await record?.()
    const own = entryKey(item.id)
    return (await ledger.owners(lease.lane, copies)).map((owner) => owner !== undefined && owner !== own)
  }
  return timed(state, (call) => destination.put(place, item, state.guards.writeOver ? over : undefined, { ...call, owned }))
}

/** Only where the destination writes many at a time. `before`: the write that it may still be at. */
export function putMany(
  state: TurnState,
  { place, items, before }: { readonly place: Place; readonly items: readonly Item[]; readonly before: Promise<unknown> | undefined },
): Promise<readonly (Receipt | Fault)[]> {
  const { destination } = state.request
  return timed(state, async (call) => (await destination.putMany?.(place, items, call)) ?? [], before)
}

export const isKept = (answer: Receipt | Kept): answer is Kept => 'kept' in answer

interface Left {
  readonly item: Item
  readonly home: KnownPlace
  readonly over: Receipt
  /** A write of ours over this copy was begun before, and nobody knows how far it went. */
  readonly inDoubt: boolean
}

/**
 * What the entry should say of an item whose copy a person has changed, moved or deleted at the destination. Where the connector does
 * not know where it stands now, it may stand in its home under another number (the server has renumbered the place), or above the
 * floor of any place (the ledger has forgotten the last receipt). What may have been our own doing is written again, unless the connector is
 * certain that it was not: better twice than lost.
 */
export async function receiptOfKept(state: TurnState, kept: Kept, left: Left): Promise<Receipt> {
  if (kept.receipt) return kept.receipt
  const { item, home, over, inDoubt } = left
  if (kept.certain) return over
  const { destination, ledger, lease } = state.request
  const elsewhere = state.places.searches().filter(({ place }) => place !== home.place.id)
  const found = await destination.find(item, [{ place: home.place.id }, ...elsewhere], state.reading)
  const owners = found.length > 0 ? await ledger.owners(lease.lane, found) : []
  const there = found.find((_, at) => owners[at] === undefined)
  if (there) return there
  if (!inDoubt && (home.known || !(await isNewText(state, item, over)))) return over
  const answer = await put(state, home.place, { item })
  return isKept(answer) ? (answer.receipt ?? over) : answer
}

/** Whether the item's bytes are others than were sent for this receipt. */
async function isNewText(state: TurnState, item: Item, receipt: Receipt): Promise<boolean> {
  return (await contentHash(state.request.destination, item.body(state.reading))) !== receipt.hash
}
