import { asFault, type Fault, type ItemRef, LeaseLost } from '@offramp/core'
import type { TurnState } from './turn-state.ts'
import { stopFor, TurnStop, trouble } from './turn-stop.ts'

const STRIKES = 3

/** This many different items failing one after another are not to blame. */
const TOO_MANY_IN_A_ROW = 3

/** How many others are asked before a source is taken to be in trouble. */
const NEIGHBOURS = 3

/** After this many turns in trouble the items are blamed after all, or three broken ones could hold up a lane for ever. */
const PATIENCE = 8

/**
 * The same for what goes on from where it was and breaks off again. A server that loses part of what it has taken could have it sent for ever; a file of
 * 250 GB over a line that breaks every quarter of an hour needs some 30 at 10 MB a second.
 */
const PATIENCE_WHERE_IT_GETS_ON = 100

/** The code of a write that was given up. */
export const PUT_TIMED_OUT = 'put-timed-out'

/** A lost lease, an asked-for stop, or what is nobody's item: rethrown as the end of the turn. */
export function faultOfItem(state: TurnState, thrown: unknown): Fault {
  if (thrown instanceof LeaseLost || thrown instanceof TurnStop) throw thrown
  if (state.guards.obeyAbort) state.request.lease.signal.throwIfAborted()
  if (state.reading.signal.aborted) throw new TurnStop({ state: 'more' })
  const fault = asFault(thrown)
  if (fault.reach === 'item' || fault.reach === 'call') return fault
  throw stopFor(state.request, fault)
}

/**
 * A `call` fault is a strike on the item, unless its neighbour would have failed too, or the line broke after parts of it had been stored: then the turn
 * ends and waits. True with the third strike.
 */
export async function strike(
  state: TurnState,
  id: string,
  struck: { readonly fault: Fault; readonly at: 'read' | 'write' },
): Promise<boolean> {
  const { fault, at } = struck
  const row = state.inARow[at]
  row.add(id)
  const { troubles = 0 } = state.request
  const patient = troubles < PATIENCE
  const cut = state.cutShort.get(id)
  state.cutShort.delete(id)
  // Not what was found wrong in the end: that would be sent as a whole each time.
  const isCut = cut !== undefined && (fault.connection || fault.code === PUT_TIMED_OUT)
  if (isCut && troubles < (cut === 'resumed' ? PATIENCE_WHERE_IT_GETS_ON : STRIKES)) throw trouble(state.request, fault)
  if (patient && at === 'write' && row.size >= (fault.connection ? 2 : TOO_MANY_IN_A_ROW)) throw trouble(state.request, fault)
  if (patient && at === 'read' && (fault.connection || row.size >= TOO_MANY_IN_A_ROW)) {
    if (!(await neighbourReads(state, row))) throw trouble(state.request, fault)
    row.clear()
  }
  const strikes = (state.strikes.get(id) ?? 0) + 1
  state.strikes.set(id, strikes)
  return strikes >= STRIKES
}

export const isStruckOut = (state: TurnState, id: string): boolean => (state.strikes.get(id) ?? 0) >= STRIKES

/**
 * Whether the source can give any other item. Asked only where everything so far points at the source. Where there is no other, its
 * listing is the neighbour: that has just been answered.
 */
async function neighbourReads(state: TurnState, suspects: ReadonlySet<string>): Promise<boolean> {
  const { source } = state.request
  const known = (id: string): boolean => suspects.has(id) || state.strikes.has(id)
  let asked = 0
  for await (const listing of source.listings({ ...state.reading, bare: true })) {
    if (listing.skip !== undefined) continue
    const { refs } = await source.page(listing, undefined, suspects.size + state.strikes.size + NEIGHBOURS, state.reading)
    for (const ref of refs.filter(({ id, removed }) => !removed && !known(id))) {
      if (await reads(state, ref)) return true
      if (++asked >= NEIGHBOURS) return false
    }
  }
  return asked === 0
}

async function reads(state: TurnState, ref: ItemRef): Promise<boolean> {
  try {
    const item = await state.request.source.open(ref, state.reading)
    for await (const _ of item.body(state.reading)) break
    return true
  } catch (thrown) {
    faultOfItem(state, thrown)
    return false
  }
}

/** How often an item may be intended without settling before it is left alone. Each pass grants some more. */
export const mostTries = (pass: number): number => 8 + 4 * (pass - 1)
