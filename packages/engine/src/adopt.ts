import type { Outcome } from '@offramp/core'
import type { Doubt } from './doubt.ts'
import { doubtOf, type Job } from './job.ts'
import { arrived, settle } from './outcomes.ts'
import { copyKey } from './same-copy.ts'
import { checkStop, type TurnState, unclaimed } from './turn-state.ts'

/**
 * Where a place holds what the ledger does not know, takes what is there already. A changed item of which something is there is in
 * doubt: its change may have been half done before the ledger forgot of it.
 */
export async function adopt(
  state: TurnState,
  jobs: readonly Job[],
): Promise<{ readonly rest: readonly Job[]; readonly doubts: readonly Doubt[] }> {
  const doubts: Doubt[] = []
  const { destination } = state.request
  const outcomes: Outcome[] = []
  const claimed = new Set<string>()
  const rest: Job[] = []
  for (const job of jobs) {
    if (!(await state.places.mayHold(job.home, job.item))) {
      rest.push(job)
      continue
    }
    if (job.over) {
      doubts.push(doubtOf(job))
      continue
    }
    checkStop(state)
    const found = await destination.find(job.item, [state.places.search(job.home.place.id)], state.reading)
    const [mine] = await unclaimed(state, job.item, found, claimed)
    if (!mine) rest.push(job)
    else {
      claimed.add(copyKey(mine))
      outcomes.push(arrived(job, mine))
    }
  }
  await settle(state, outcomes)
  return { rest, doubts }
}
