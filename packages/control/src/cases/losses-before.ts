import { asFault, type Call, type LanePlan } from '@offramp/core'
import { type Losses, lossesOf } from '../report/losses.ts'
import { eachAtOnce } from '../run/each-at-once.ts'
import { patiently } from '../run/patiently.ts'
import type { Workplace } from '../workplace/workplace.ts'

/** What a lane will lose on the way, or why that cannot be said yet. */
export interface LaneLosses {
  readonly plan: LanePlan
  readonly losses?: Losses
  readonly why?: string
}

/** Connections made at once, to look and not to move. */
export const LOOK_AT_ONCE = 4

/** Connects to both ends of every lane and compares what they can carry. Moves nothing. */
export async function lossesBefore(workplace: Workplace, plans: readonly LanePlan[], call: Call): Promise<readonly LaneLosses[]> {
  const found: LaneLosses[] = []
  await eachAtOnce(plans, LOOK_AT_ONCE, async (plan, index) => {
    try {
      const ends = await patiently(workplace, call, () => workplace.connect(plan, call))
      found[index] = { plan, losses: lossesOf(ends.source.profile, ends.destination.profile) }
      await ends.close()
    } catch (thrown) {
      call.signal.throwIfAborted()
      found[index] = { plan, why: asFault(thrown).message }
    }
  })
  return found
}
