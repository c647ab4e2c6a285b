import type { Fault, Item, ItemRef, Outcome, Receipt } from '@offramp/core'
import { moreThan } from './bodies.ts'
import type { TurnState } from './turn-state.ts'

/** An item on its way: who it is, where it was listed, and what is known of it. */
export interface Subject {
  readonly ref: Pick<ItemRef, 'id' | 'version'>
  readonly listing: string
  readonly item?: Item
  /** Of what could not be opened. */
  readonly label?: string
}

/** What is known of an item before it is opened. */
export function unopened({ request }: TurnState, { ref, listing }: { readonly ref: ItemRef; readonly listing: string }): Subject {
  const label = request.source.labelOf?.(ref)
  return { ref, listing, ...(label === undefined ? {} : { label }) }
}

const about = ({ ref, listing, item }: Subject) => ({ id: ref.id, listing, version: item?.version ?? ref.version })

function labelled({ item, label = item?.label }: Subject): Pick<Outcome, 'label'> {
  return label === undefined ? {} : { label }
}

/** With what was lost of it on the way: what the source could not give, and what the destination could not take. */
export function arrived(subject: Subject, { losses: untaken = [], ...receipt }: Receipt): Outcome {
  const losses = [...new Set([...(subject.item?.losses ?? []), ...untaken])]
  return { ...about(subject), state: 'arrived', receipt, ...(losses.length === 0 ? {} : { losses, ...labelled(subject) }) }
}

/** A fault of reach `item` without a reason is a connector's slip: it is then not certain enough to skip for good. */
export function rejectedOrFailed(subject: Subject, fault: Fault): Outcome {
  if (fault.reach !== 'item' || fault.reason === undefined) return failed(subject, fault.message)
  return { ...about(subject), state: 'rejected', reason: fault.reason, message: fault.message, ...labelled(subject) }
}

export const tooLarge = (subject: Subject, most: number): Outcome => ({
  ...about(subject),
  state: 'rejected',
  reason: 'too-large',
  message: moreThan(most),
  ...labelled(subject),
})

export const failed = (subject: Subject, message: string): Outcome => ({
  ...about(subject),
  state: 'failed',
  message,
  ...labelled(subject),
})

/** Settles and counts. */
export async function settle(state: TurnState, outcomes: readonly Outcome[]): Promise<void> {
  if (outcomes.length === 0) return
  await state.request.lease.settle(outcomes)
  if (outcomes.some((outcome) => outcome.state === 'arrived')) state.progress.getOn()
  for (const outcome of outcomes) {
    if (outcome.state === 'rejected' && outcome.reason === 'double-at-source') state.doubles.add(outcome.id)
    state.progress.count({ [outcome.state]: 1, ...(outcome.state === 'arrived' ? { bytes: outcome.receipt.size } : {}) })
  }
}
