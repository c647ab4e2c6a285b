import { type Call, type Entry, Fault, type ItemRef, type Listing, type Receipt } from '@offramp/core'
import type { Rebuild } from './contract.ts'
import { preparedListings } from './listings.ts'
import { arrived, settle } from './outcomes.ts'
import { ALL_SAFEGUARDS } from './safeguards.ts'
import { copyKey } from './same-copy.ts'
import { checkStop, openState, type TurnState, unowned } from './turn-state.ts'
import { TurnStop } from './turn-stop.ts'

interface Count {
  adopted: number
  toCopy: number
}

/** See `Rebuild`. Faults are thrown as they come; what was adopted until then stays. */
export const rebuild: Rebuild = async (request, call) => {
  try {
    return await rebuildLane(request, call)
  } catch (thrown) {
    throw thrown instanceof TurnStop ? faultOf(thrown, call) : thrown
  }
}

/** A turn may end in several ways; here it is done or it is not. */
function faultOf({ end }: TurnStop, call: Call): unknown {
  if (end.state === 'halted') return end.fault
  if (end.state === 'wait') return new Fault({ reach: 'gate', code: 'rebuild-waits', message: end.why, until: end.until })
  return call.signal.reason
}

const rebuildLane: Rebuild = async (request, call) => {
  const state = await openState(request, ALL_SAFEGUARDS, call)
  const count: Count = { adopted: 0, toCopy: 0 }
  const places = new Set<string>()
  for (const listing of await preparedListings(state)) {
    if (listing.skip === undefined) await rebuildListing(state, listing, { count, places })
  }
  state.progress.tell()
  return { ...count, foreign: await countForeign(state, places) }
}

interface Tallying {
  readonly count: Count
  /** Places that hold, or are to hold, items of the lane. */
  readonly places: Set<string>
}

async function rebuildListing(state: TurnState, listing: Listing, tallying: Tallying): Promise<void> {
  const { source, limits } = state.request
  state.progress.doing(listing)
  // The ledger's cursors stay where they are: a turn lists again, and leaves out what was adopted here.
  for (let after: string | undefined, last = false; !last; ) {
    checkStop(state)
    const page = await source.page(listing, after, limits.pageItems, state.reading)
    await rebuildPage(state, listing, { refs: page.refs.filter(({ removed }) => !removed), ...tallying })
    after = page.cursor
    last = page.last
    state.progress.tell()
  }
}

async function rebuildPage(state: TurnState, listing: Listing, of: Tallying & { readonly refs: readonly ItemRef[] }): Promise<void> {
  const { ledger, lease } = state.request
  const { refs, count } = of
  const entries = await ledger.entries(
    lease.lane,
    refs.map(({ id }) => id),
  )
  state.progress.count({ listed: refs.length })
  for (const [at, ref] of refs.entries()) {
    checkStop(state)
    const verdict = await rebuildItem(state, listing, { ref, entry: entries[at], places: of.places })
    if (verdict) count[verdict]++
  }
}

/** Undefined where the ledger knows it already. */
async function rebuildItem(
  state: TurnState,
  listing: Listing,
  of: { readonly ref: ItemRef; readonly entry: Entry | undefined; readonly places: Set<string> },
): Promise<keyof Count | undefined> {
  const { source, destination } = state.request
  const { ref, entry, places } = of
  if (entry?.state === 'arrived' && entry.receipt && (await stands(state, entry.receipt))) {
    places.add(entry.receipt.place)
    return undefined
  }
  const item = await opened(() => source.open(ref, state.reading))
  if (!item) return undefined
  const home = await state.places.prepare(item.home)
  places.add(home.place.id)
  if (home.place.mark !== undefined && !(await state.places.mayHold(home, item))) return 'toCopy'
  const [copy] = await unowned(state, item, await destination.find(item, [state.places.search(home.place.id)], state.reading))
  if (!copy) return 'toCopy'
  await settle(state, [arrived({ ref, listing: listing.id, item }, copy)])
  return 'adopted'
}

const opened = async <T>(open: () => Promise<T>): Promise<T | undefined> => {
  try {
    return await open()
  } catch (thrown) {
    if (thrown instanceof Fault && thrown.reach === 'item') return undefined
    throw thrown
  }
}

/** Whether the copy that a receipt names is still there. */
async function stands({ request, reading }: TurnState, receipt: Receipt): Promise<boolean> {
  try {
    for await (const _ of request.destination.read(receipt, reading)) break
    return true
  } catch (thrown) {
    if (thrown instanceof Fault && thrown.reach === 'item') return false
    throw thrown
  }
}

/** Copies in the lane's places that no entry owns. */
async function countForeign(state: TurnState, places: ReadonlySet<string>): Promise<number> {
  const { ledger, lease, destination } = state.request
  const owned = new Set<string>()
  for await (const { receipt } of ledger.scan(lease.lane)) if (receipt) owned.add(copyKey(receipt))
  let foreign = 0
  for (const place of places) {
    for await (const { receipt } of destination.walk({ place }, state.reading)) if (!owned.has(copyKey(receipt))) foreign++
  }
  return foreign
}
