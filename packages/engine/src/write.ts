import { asFault, entryKey, Fault, type Item, type Kept, type Place, type PutCall, type Receipt } from '@offramp/core'
import { heard } from './bodies.ts'
import { contentHash } from './content-hash.ts'
import type { KnownPlace } from './places.ts'
import { PUT_TIMED_OUT } from './strikes.ts'
import { ownersOf, type TurnState } from './turn-state.ts'
import { TurnStop } from './turn-stop.ts'

type Stored = 'begun' | 'resumed'

/** What a write is told beside its signal. */
type Told = Pick<PutCall, 'signal'> & { progress(stored?: Stored): void; hear(): void }

interface Timing {
  /** Its time begins when this is over, which never rejects: on a slow line it would otherwise pass while the destination is at the write before. */
  readonly before?: Promise<unknown> | undefined
  /** It says that it gets on. A stop that was asked for breaks it off then: it is gone on with by another turn. */
  onProgress?(stored?: Stored): void
}

/**
 * One write, given up when nothing has been heard of it for `limits.putMs`. Its outcome is then unknown, as with every fault of reach `call`.
 */
async function timed<T>(state: TurnState, write: (told: Told) => Promise<T>, { before, onProgress }: Timing = {}): Promise<T> {
  const { clock } = state.request
  if (state.guards.obeyAbort) state.writing.signal.throwIfAborted()
  const [late, over] = [new AbortController(), new AbortController()]
  const signal = AbortSignal.any([state.writing.signal, late.signal])
  const patience = new Patience(state)
  const brokenOff = Promise.withResolvers<never>()
  const progress = (stored?: Stored): void => {
    patience.hear()
    onProgress?.(stored)
    if (!state.reading.signal.aborted || signal.aborted) return
    const stop = new TurnStop({ state: 'more' })
    late.abort(stop)
    brokenOff.reject(stop)
  }
  const timeout = (before ?? Promise.resolve()).then(() => patience.end(over.signal))
  const givenUp = timeout.catch((fault: unknown) => {
    late.abort(fault)
    throw fault
  })
  // The losers of the race are not waited for; what they say no longer matters.
  const writing = write({ signal, progress, hear: () => patience.hear() })
  for (const loser of [givenUp, writing, brokenOff.promise]) loser.catch(() => undefined)
  try {
    return await Promise.race([writing, givenUp, brokenOff.promise])
  } catch (thrown) {
    if (isUnknown(asFault(thrown))) state.unknownSince = clock.now()
    throw thrown
  } finally {
    // With a reason of our own: making the usual exception, with its stack, costs more than all else here.
    over.abort('over')
  }
}

/** How long a write may keep silent. */
class Patience {
  readonly #request: TurnState['request']
  #heardAt: number

  constructor({ request }: TurnState) {
    this.#request = request
    this.#heardAt = request.clock.now()
  }

  hear(): void {
    this.#heardAt = this.#request.clock.now()
  }

  /** Throws once there was silence for too long; or what `signal` aborts with. */
  async end(signal: AbortSignal): Promise<never> {
    const { clock, limits } = this.#request
    this.hear()
    for (let left = limits.putMs; left > 0; left = this.#heardAt + limits.putMs - clock.now()) await clock.sleep(left, { signal })
    throw new Fault({
      reach: 'call',
      code: PUT_TIMED_OUT,
      message: `The destination did not answer a write within ${limits.putMs} ms.`,
    })
  }
}

interface Write {
  readonly item: Item
  readonly over?: Receipt | undefined
  /** Records what has arrived so far, before anybody asks whose a copy is. */
  record?(): Promise<void>
}

export async function put(state: TurnState, place: Place, { item, over, record }: Write): Promise<Receipt | Kept> {
  const { destination, ledger, lease, limits } = state.request
  const owned = async (copies: readonly Receipt[]): Promise<readonly boolean[]> => {
    if (!state.guards.respectOwners) return copies.map(() => false)
    await record?.()
    // What is written over: another that has come by its name owns it, whatever a person has made of it since.
    const asked = over === undefined ? ownersOf(state, item) : { but: entryKey(item.id) }
    return (await ledger.owners(lease.lane, copies, asked)).map((owner) => owner !== undefined)
  }
  const at = state.guards.writeOver ? over : undefined
  const large = (item.size ?? 0) > limits.windowBytes
  const getsOn = new GetsOn(state, item)
  const write = ({ hear, ...told }: Told) => {
    // Each part that is taken of a streamed item is a sign of life; only the destination knows when it could be gone on with.
    const taken = (at: number) => {
      hear()
      getsOn.take(at)
    }
    return destination.put(place, large ? heard(item, taken) : item, at, { ...told, owned })
  }
  try {
    return await timed(state, write, { onProgress: (stored) => getsOn.tell(stored) })
  } catch (thrown) {
    getsOn.broke()
    throw thrown
  } finally {
    await getsOn.end()
  }
}

/** A write that may take hours: what is shown of it, and that no restart of a worker counts against it. */
class GetsOn {
  readonly #state: TurnState
  readonly #item: Item
  #bytes = 0
  #stored: Stored | undefined
  #toldAt: number
  #told: Promise<unknown> | undefined

  constructor(state: TurnState, item: Item) {
    state.uncounted.delete(item.id)
    this.#state = state
    this.#item = item
    this.#toldAt = state.request.clock.now()
  }

  /** Also of an upload that is gone on with, what an earlier process has sent counts. */
  take(at: number): void {
    this.#bytes = Math.max(this.#bytes, at)
  }

  /** The destination says that another try would go on from here. */
  tell(stored?: Stored): void {
    this.#stored ??= stored
    const { clock, limits } = this.#state.request
    if (this.#bytes > 0) this.#state.progress.streaming(this.#item, this.#bytes)
    const stops = this.#state.reading.signal.aborted
    if (!stops && clock.now() - this.#toldAt < limits.putMs) return
    this.#toldAt = clock.now()
    this.#gained()
  }

  /** It did not end, but another try need not begin where this one did. */
  broke(): void {
    if (this.#stored === undefined) return
    this.#state.cutShort.set(this.#item.id, this.#stored)
    this.#state.progress.getOn()
    this.#gained()
  }

  #gained(): void {
    const { request, uncounted } = this.#state
    if (uncounted.has(this.#item.id)) return
    uncounted.add(this.#item.id)
    // Where it does not reach the ledger, one try more is counted.
    this.#told = request.lease.gained([this.#item.id]).catch(() => undefined)
  }

  async end(): Promise<void> {
    await this.#told
  }
}

/** Only where the destination writes many at a time. `before`: the write that it may still be at. */
export function putMany(
  state: TurnState,
  { place, items, before }: { readonly place: Place; readonly items: readonly Item[]; readonly before: Promise<unknown> | undefined },
): Promise<readonly (Receipt | Fault)[]> {
  const { destination } = state.request
  return timed(state, async ({ signal }) => (await destination.putMany?.(place, items, { signal })) ?? [], { before })
}

/** A write of which nobody knows whether it was done: it may even arrive later. */
export const isUnknown = ({ reach, unwritten }: Fault): boolean => reach === 'call' && !unwritten

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
