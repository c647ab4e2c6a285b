import { asFault, type Call, type LanePlan } from '@offramp/core'
import { patiently } from '../run/patiently.ts'
import type { OpenedProject } from '../workplace/open-project.ts'
import type { Workplace } from '../workplace/workplace.ts'
import { draftOf } from './draft.ts'

/** What a lane's books hold once they have been written anew. */
export interface Rebuilt {
  readonly plan: LanePlan
  /** Found at both ends, and entered as arrived. */
  readonly adopted?: number
  /** At the source only. */
  readonly toCopy?: number
  /** At the destination only: the owner's own. */
  readonly foreign?: number
  readonly why?: string
}

async function one(workplace: Workplace, plan: LanePlan, pass: number, call: Call): Promise<Rebuilt> {
  const { ledger, verbs, limits, clock, leaseMs } = workplace
  const lease = await ledger.lease(plan.lane, 'rebuild', leaseMs)
  if (lease === undefined) return { plan, why: 'It is being moved now. Pause first: offramp pause' }
  try {
    const ends = await patiently(workplace, call, () => workplace.connect(plan, call))
    try {
      const { source, destination } = ends
      const counts = await verbs.rebuild({ source, destination, ledger, lease, pass, limits, clock, report: () => {} }, call)
      return { plan, ...counts }
    } finally {
      await ends.close()
    }
  } catch (thrown) {
    call.signal.throwIfAborted()
    return { plan, why: asFault(thrown).message }
  } finally {
    await lease.release()
  }
}

/** After a lost Redis: matches both ends of every account of the table and writes the books anew. Copies nothing. */
export async function* rebuild(workplace: Workplace, opened: OpenedProject, call: Call): AsyncIterable<Rebuilt> {
  const { lanes } = await draftOf(workplace, opened, call)
  const plan = await workplace.board.plan()
  for (const lane of lanes) yield await one(workplace, lane, plan?.pass ?? 1, call)
}
