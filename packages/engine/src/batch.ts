import { type Entry, type ItemRef, type Listing, type Outcome, type Page, versionKey } from '@offramp/core'
import { copyBatch } from './copy.ts'
import { type Doubt, settleDoubts } from './doubt.ts'
import { takeFolders, walkOnceMore } from './folders.ts'
import type { Fresh } from './job.ts'
import { checkStop, type TurnState } from './turn-state.ts'

interface Sorted {
  readonly fresh: readonly Fresh[]
  readonly doubts: readonly Doubt[]
  /** Arrived in this version, and now seen in another listing, or again after it had left. */
  readonly seenAgain: readonly Outcome[]
  readonly unchanged: number
}

/** One page: listed, copied, recorded; the cursor advances last. Says whether the listing goes on, has ended, or begins anew. */
export async function workPage(state: TurnState, listing: Listing, page: Page): Promise<'on' | 'ended' | 'anew'> {
  const { lease, ledger, pass } = state.request
  const donePass = page.last ? pass : undefined
  if (!state.guards.cursorLast) await lease.advance(listing.id, page.cursor, donePass)
  await takeFolders(state, listing, page.collections ?? [])
  const refs = lastOfEach(page.refs)
  const present = refs.filter(({ removed }) => !removed)
  const removed = refs.filter(({ removed }) => removed).map(({ id }) => id)
  if (removed.length > 0) await lease.removed(listing.id, removed)
  const entries =
    present.length > 0
      ? await ledger.entries(
          lease.lane,
          present.map(({ id }) => id),
        )
      : []
  const { fresh, doubts, seenAgain, unchanged } = sort(state, listing.id, { refs: present, entries })
  state.progress.count({ listed: present.length, unchanged })
  if (seenAgain.length > 0) await lease.settle(seenAgain)
  if (state.guards.doubtAlone) await settleDoubts(state, doubts)
  const copying = copyBatch(state, listing.id, fresh)
  const [left] = state.guards.doubtAlone ? [await copying] : await Promise.all([copying, settleDoubts(state, doubts)])
  await settleDoubts(state, left)
  await state.places.raise()
  checkStop(state)
  state.progress.tell()
  if (page.last && (await walkOnceMore(state, listing))) return 'anew'
  if (state.guards.cursorLast) await lease.advance(listing.id, page.cursor, donePass)
  return page.last ? 'ended' : 'on'
}

/** A listing may name an item twice; the later one holds. */
function lastOfEach(refs: readonly ItemRef[]): readonly ItemRef[] {
  const byId = new Map<string, ItemRef>()
  for (const ref of refs) {
    byId.delete(ref.id)
    byId.set(ref.id, ref)
  }
  return [...byId.values()]
}

function sort(state: TurnState, listing: string, page: { refs: readonly ItemRef[]; entries: readonly (Entry | undefined)[] }): Sorted {
  const fresh: Fresh[] = []
  const doubts: Doubt[] = []
  const seenAgain: Outcome[] = []
  for (const [at, ref] of page.refs.entries()) {
    const entry = page.entries[at]
    const same = entry?.version === versionKey(ref.version)
    if (!entry) fresh.push({ ref, entry })
    else if (entry.state === 'intended') doubts.push({ ref, listing, entry })
    else if (entry.state === 'failed') {
      // In the same version it waits for the end of the pass, so that it does not hold up its neighbours.
      if (!state.guards.failedIsDoubt) fresh.push({ ref, entry })
      else if (!same) doubts.push({ ref, listing, entry })
    } else if (!same || (entry.state === 'arrived' && entry.receipt && state.left.get(listing)?.has(entry.receipt.place)))
      fresh.push({ ref, entry })
    else if (entry.state === 'arrived' && entry.receipt && (entry.gone || entry.listing !== listing)) {
      const { receipt, losses, label } = entry
      const kept = { ...(losses === undefined ? {} : { losses }), ...(label === undefined ? {} : { label }) }
      seenAgain.push({ id: ref.id, listing, state: 'arrived', version: ref.version, receipt, ...kept })
    }
  }
  return { fresh, doubts, seenAgain, unchanged: page.refs.length - fresh.length - doubts.length }
}
