import type { Entry, Fault, ItemRef } from '@offramp/core'
import { homeOf } from './folders.ts'
import { count, hold, intend } from './hold.ts'
import { arrived, failed, rejectedOrFailed, type Subject, settle, tooLarge, unopened } from './outcomes.ts'
import { search, settleCopy } from './search.ts'
import { faultOfItem, mostTries, strike } from './strikes.ts'
import { alone, checkStop, type TurnState } from './turn-state.ts'

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
    const again = await alone(state, doubt.ref.size, () => settleOne(state, doubt))
    if (again) queue.push(again)
    state.progress.tell()
  }
}

/** Answers with the doubt that is left when the item has to be tried again. */
async function settleOne(state: TurnState, doubt: Doubt): Promise<Doubt | undefined> {
  const { ref, listing, entry } = doubt
  if (entry.tries >= mostTries(state.request.pass)) return giveUp(state, doubt)
  let subject: Subject = { ref, listing }
  const known = (): Subject => (subject.item === undefined ? unopened(state, subject) : subject)
  let source: () => Fault | undefined = () => undefined
  let at: 'read' | 'write' = 'read'
  let tried = doubt
  try {
    const opened = await state.request.source.open(ref, state.reading)
    subject = { ref: opened, listing, item: opened }
    at = 'write'
    const home = await homeOf(state, listing, opened)
    await state.places.suspect([home.place.id, ...(entry.place === undefined ? [] : [entry.place])])
    await state.dates.touch([home.place.id, entry.place, entry.receipt?.place])
    // Before the body is read: if reading it kills the process, the tries must show it.
    tried = await intend(state, doubt, { item: opened, home })
    at = 'read'
    const held = await hold(state, opened)
    if (held === 'too-large') return void (await settle(state, [tooLarge(subject, state.request.destination.profile.maxItemBytes ?? 0)]))
    source = held.fault
    at = 'write'
    const found = await search(state, doubt, held.item)
    await settle(state, [arrived(subject, await settleCopy(state, { entry, item: held.item, home, found }))])
    state.inARow.write.clear()
    state.inARow.read.clear()
    return undefined
  } catch (thrown) {
    const own = source()
    const fault = faultOfItem(state, own ?? thrown)
    const out = fault.reach === 'item' || (await strike(state, ref.id, { fault, at: own ? 'read' : at }))
    if (!out) return tried
    const { place } = tried.entry
    if (subject.item && place !== undefined) await count(state, { id: ref.id, listing, version: subject.item.version, place })
    await settle(state, [fault.reach === 'item' ? rejectedOrFailed(known(), fault) : failed(known(), fault.message)])
    return undefined
  }
}

async function giveUp(state: TurnState, { ref, listing, entry }: Doubt): Promise<undefined> {
  if (entry.state === 'failed') return undefined
  const message = `It was tried ${entry.tries} times, and each time the worker stopped while copying it or never learned whether it had arrived.`
  await settle(state, [failed(unopened(state, { ref, listing }), message)])
  return undefined
}
