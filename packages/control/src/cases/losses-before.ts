import { asFault, type Call, type LanePlan, type Source } from '@offramp/core'
import { type Losses, lossesOf } from '../report/losses.ts'
import { eachAtOnce } from '../run/each-at-once.ts'
import { patiently } from '../run/patiently.ts'
import type { Workplace } from '../workplace/workplace.ts'

/** What a lane will lose on the way, or why that cannot be said yet. */
export interface LaneLosses {
  readonly plan: LanePlan
  readonly losses?: Losses
  /** What the source already knows to get lost, or to stop working, with of how many items. Only where it was asked for. */
  readonly counted?: ReadonlyMap<string, number>
  readonly why?: string
}

/** Connections made at once, to look and not to move. */
export const LOOK_AT_ONCE = 4

/** Adds up over the collections. Mail has nothing to say here that would be worth a request a folder. */
async function countedLosses(source: Source, call: Call): Promise<ReadonlyMap<string, number>> {
  const counted = new Map<string, number>()
  if (source.measure === undefined || source.profile.kind === 'mail') return counted
  for await (const { losses = [] } of source.measure(call))
    for (const { says, items } of losses) counted.set(says, (counted.get(says) ?? 0) + items)
  return counted
}

export interface LookOptions {
  /** Asks the source as well what of each account's items it knows to get lost: some requests a collection. */
  readonly count?: boolean
}

/** Connects to both ends of every lane and compares what they can carry. Moves nothing. */
export async function lossesBefore(
  workplace: Workplace,
  plans: readonly LanePlan[],
  { count = false }: LookOptions,
  call: Call,
): Promise<readonly LaneLosses[]> {
  const found: LaneLosses[] = []
  await eachAtOnce(plans, LOOK_AT_ONCE, async (plan, index) => {
    try {
      found[index] = await patiently(workplace, call, async () => {
        const { source, destination, close } = await workplace.connect(plan, call)
        try {
          const losses = lossesOf(source.profile, destination.profile)
          return { plan, losses, ...(count ? { counted: await countedLosses(source, call) } : {}) }
        } finally {
          await close()
        }
      })
    } catch (thrown) {
      call.signal.throwIfAborted()
      found[index] = { plan, why: asFault(thrown).message }
    }
  })
  return found
}
