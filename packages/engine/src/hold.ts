import { type Fault, type Intent, type Item, versionKey } from '@offramp/core'
import { readUpTo, tapped, withBytes } from './bodies.ts'
import type { Doubt } from './doubt.ts'
import type { KnownPlace } from './places.ts'
import type { TurnState } from './turn-state.ts'

interface HeldItem {
  readonly item: Item
  /** What its own body failed with, if it did. */
  fault(): Fault | undefined
}

/** The body in hand where it fits the window, since it is read once to search and once to write; else streamed. */
export async function hold(state: TurnState, item: Item): Promise<HeldItem | 'too-large'> {
  const { limits, destination } = state.request
  const most = destination.profile.maxItemBytes
  // A source that says how large it is spares the reading that would only show it.
  const parts = (item.size ?? 0) > limits.windowBytes ? undefined : await readUpTo(item, limits.windowBytes, state.reading)
  if (parts) {
    const held = withBytes(item, parts)
    return most !== undefined && (held.size ?? 0) > most ? 'too-large' : { item: held, fault: () => undefined }
  }
  return tapped(item, most)
}

/** A try that has got on and failed all the same counts after all: a file that takes hours to be refused would be tried for ever. */
export async function count({ request, uncounted }: TurnState, intent: Intent): Promise<void> {
  if (uncounted.delete(intent.id)) await request.lease.intend([intent])
}

/** Records one more try. Answers with the doubt as the ledger has it then. */
export async function intend(state: TurnState, doubt: Doubt, of: { readonly item: Item; readonly home: KnownPlace }): Promise<Doubt> {
  const { entry, listing } = doubt
  const { id, version } = of.item
  if (!state.guards.recordIntent) return doubt
  const place = of.home.place.id
  await state.request.lease.intend([{ id, listing, version, place }])
  return { ...doubt, entry: { ...entry, state: 'intended', tries: entry.tries + 1, version: versionKey(version), place } }
}
