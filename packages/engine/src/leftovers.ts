import type { Entry } from '@offramp/core'
import { copyBatch } from './copy.ts'
import { type Doubt, settleDoubts } from './doubt.ts'
import { yieldAfterSlice } from './listings.ts'
import { isStruckOut, mostTries } from './strikes.ts'
import { checkStop, type TurnState } from './turn-state.ts'

const AT_ONCE = 200

/** Puts on record what an earlier turn has left in doubt, before this one writes anything. */
export async function suspectLeftovers(state: TurnState): Promise<void> {
  const { ledger, lease, clock } = state.request
  const { intended } = await ledger.tally(lease.lane)
  // Whoever left doubt may have died or given up a moment ago, with a write on its way.
  if (intended > 0 || state.places.suspects.size > 0) state.unknownSince = clock.now()
  if (intended === 0) return
  const places = new Set<string>()
  for await (const { place } of ledger.scan(lease.lane, ['intended'])) if (place !== undefined) places.add(place)
  await state.places.suspect(places)
}

/** At the end of a pass: what was left in doubt and what has failed is tried again, each once a turn, alone. */
export async function retryLeftovers(state: TurnState): Promise<void> {
  const tried = new Set<string>()
  for (;;) {
    const some = await nextLeftovers(state, tried)
    if (some.length === 0) return retryDoubles(state)
    // Not when all have been tried: the next turn would begin with them again, each of which may take longer than a slice.
    if (tried.size > 0) yieldAfterSlice(state)
    for (const { entry } of some) tried.add(entry.key)
    await retry(state, some)
  }
}

/** Doubles that are looked at again in one pass. Each costs some requests, and a source may have hundreds of one invitation. */
const DOUBLES_AT_ONCE = 20

/**
 * What was skipped because its double stood there: that may have been changed, moved or deleted since, and then it stands nowhere. Some of them in
 * each pass, others in the next.
 */
async function retryDoubles(state: TurnState): Promise<void> {
  const { ledger, lease, pass } = state.request
  const doubles: Leftover[] = []
  for await (const entry of ledger.scan(lease.lane, ['rejected'])) {
    checkStop(state)
    const { id, reason, gone } = entry
    if (id !== undefined && reason === 'double-at-source' && !gone && !state.doubles.has(id) && !isStruckOut(state, id))
      doubles.push({ entry, id })
  }
  doubles.sort((a, b) => (a.entry.key < b.entry.key ? -1 : 1))
  const from = doubles.length > DOUBLES_AT_ONCE ? (pass * DOUBLES_AT_ONCE) % doubles.length : 0
  await retry(state, [...doubles, ...doubles].slice(from, from + Math.min(DOUBLES_AT_ONCE, doubles.length)))
}

interface Leftover {
  readonly entry: Entry
  readonly id: string
}

async function nextLeftovers(state: TurnState, tried: ReadonlySet<string>): Promise<readonly Leftover[]> {
  const { ledger, lease, pass } = state.request
  const some: Leftover[] = []
  for await (const entry of ledger.scan(lease.lane, ['intended', 'failed'])) {
    checkStop(state)
    const { id, key } = entry
    const spent = entry.state === 'failed' && entry.tries >= mostTries(pass)
    if (id === undefined || spent || tried.has(key) || isStruckOut(state, id)) continue
    some.push({ entry, id })
    if (some.length >= AT_ONCE) break
  }
  return some
}

async function retry(state: TurnState, some: readonly Leftover[]): Promise<void> {
  const doubts = some.map(({ entry, id }): Doubt => ({ ref: { id, version: entry.version }, listing: entry.listing, entry }))
  if (state.guards.failedIsDoubt) return settleDoubts(state, doubts)
  await settleDoubts(
    state,
    doubts.filter(({ entry }) => entry.state === 'intended'),
  )
  for (const { entry, id } of some.filter(({ entry }) => entry.state === 'failed')) {
    const left = await copyBatch(state, entry.listing, [{ ref: { id, version: entry.version }, entry }])
    await settleDoubts(state, left)
  }
}
