import { Fault, type Found, type Receipt, type Search } from '@offramp/core'
import { looseKey } from './natural-keys.ts'
import { isSameCopy } from './same-copy.ts'
import { checkStop, type TurnState } from './turn-state.ts'

const OWNERS_AT_ONCE = 500

/**
 * What two copies of one item have in common at one destination; whether they are, `dropDouble` says. Sizes count only where there is no
 * natural key: a source that writes a message anew each time it is asked (Exchange) may give the second copy other boundaries and lengths.
 */
function likeness({ naturalKey, receipt }: Found): string {
  const key = looseKey(naturalKey)
  return key === '' ? `${receipt.size}` : `key ${key}`
}

/**
 * Removes what this ledger wrote twice: a write that was given up may have been stored all the same, after the search for it. Looks
 * only where there was doubt, and only at copies that no entry owns and that equal one which an entry does own.
 *
 * Cannot tell a person's byte-equal copy of one of our items, made in a place while there was doubt about it, from our own.
 */
export async function sweep(state: TurnState): Promise<void> {
  const { suspects } = state.places
  if (suspects.size === 0) return
  if (state.guards.sweep) await dropLateOnes(state)
  const { ledger, lease } = state.request
  const { failed, intended } = await ledger.tally(lease.lane)
  if (failed + intended === 0) await state.places.clear()
}

async function dropLateOnes(state: TurnState): Promise<void> {
  await outwaitLateWrites(state)
  const doubted = state.places.doubted()
  const extras = await unownedIn(state, doubted)
  if (extras.size === 0) return
  const left = await dropDoubles(state, extras, doubted)
  // The one that stays may be older, or may have been moved on since to a place that nobody doubts.
  if (left.size > 0) await dropDoubles(state, left, await allPlaces(state))
}

/** A server may store what was given up, until the write's own time is over. */
async function outwaitLateWrites(state: TurnState): Promise<void> {
  const { clock, limits } = state.request
  if (state.unknownSince === undefined) return
  const until = state.unknownSince + limits.putMs
  if (until <= clock.now()) return
  state.progress.tell({ why: 'A write that was not answered may still arrive.', until })
  await clock.sleep(until - clock.now(), state.reading)
}

type Extras = Map<string, Receipt[]>

async function* inChunks(founds: AsyncIterable<Found>): AsyncIterable<readonly Found[]> {
  let chunk: Found[] = []
  for await (const found of founds) {
    chunk.push(found)
    if (chunk.length < OWNERS_AT_ONCE) continue
    yield chunk
    chunk = []
  }
  if (chunk.length > 0) yield chunk
}

async function unownedIn(state: TurnState, searches: readonly Search[]): Promise<Extras> {
  const { destination, ledger, lease } = state.request
  const extras: Extras = new Map()
  for (const search of searches) {
    for await (const chunk of inChunks(destination.walk(search, state.reading))) {
      checkStop(state)
      const owners = await ledger.owners(
        lease.lane,
        chunk.map(({ receipt }) => receipt),
      )
      for (const [at, found] of chunk.entries()) {
        if (owners[at] === undefined) extras.set(likeness(found), [...(extras.get(likeness(found)) ?? []), found.receipt])
      }
    }
  }
  return extras
}

async function allPlaces(state: TurnState): Promise<readonly Search[]> {
  const { ledger, lease } = state.request
  const places = new Set<string>()
  for await (const { receipt } of ledger.scan(lease.lane, ['arrived'])) if (receipt) places.add(receipt.place)
  return [...places].map((place) => ({ place }))
}

/** Answers with those for which no equal copy was found that an entry owns. */
async function dropDoubles(state: TurnState, extras: Extras, searches: readonly Search[]): Promise<Extras> {
  const { destination, ledger, lease } = state.request
  const left = new Map(extras)
  for (const search of searches) {
    for await (const found of destination.walk(search, state.reading)) {
      const likes = left.get(likeness(found))
      if (!likes || likes.some((extra) => isSameCopy(extra, found.receipt))) continue
      checkStop(state)
      const [owner] = await ledger.owners(lease.lane, [found.receipt])
      if (owner === undefined) continue
      const kept = await dropEach(state, likes, found.receipt)
      if (kept.length > 0) left.set(likeness(found), kept)
      else left.delete(likeness(found))
    }
  }
  return left
}

async function dropEach(state: TurnState, likes: readonly Receipt[], keeper: Receipt): Promise<Receipt[]> {
  const kept: Receipt[] = []
  for (const extra of likes) {
    checkStop(state)
    await state.dates.touch([extra.place])
    const dropped =
      !(await isAnothersMoved(state, extra, keeper)) && (await state.request.destination.dropDouble(extra, keeper, state.writing))
    if (!dropped) kept.push(extra)
  }
  return kept
}

/**
 * Whether the extra may be the copy of an equal *other* item, which a person has moved here: its entry then names a copy that is not
 * there any more. Dropping it would lose that item.
 */
async function isAnothersMoved(state: TurnState, extra: Receipt, keeper: Receipt): Promise<boolean> {
  const { destination, ledger, lease } = state.request
  for await (const { receipt } of ledger.scan(lease.lane)) {
    if (!receipt || receipt.size !== extra.size || isSameCopy(receipt, keeper)) continue
    const differs = receipt.hash !== undefined && extra.hash !== undefined && receipt.hash !== extra.hash
    if (!differs && !(await stands(destination.read(receipt, state.reading)))) return true
  }
  return false
}

async function stands(bytes: AsyncIterable<Uint8Array>): Promise<boolean> {
  try {
    for await (const _ of bytes) break
    return true
  } catch (thrown) {
    if (thrown instanceof Fault && thrown.reach === 'item' && thrown.reason === 'gone') return false
    throw thrown
  }
}
