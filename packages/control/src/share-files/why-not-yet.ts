import type { LanePlan } from '@offramp/core'
import { laneTotals } from '../report/report.ts'
import { keptReport } from '../report/report-store.ts'
import type { OpenedProject } from '../workplace/open-project.ts'
import type { Workplace } from '../workplace/workplace.ts'

const ALL_THE_SAME = 'To share all the same: --now.'

/** Shares come last: why a lane is not there yet. Undefined where nothing stands in the way. */
export async function whyNotYet({ board }: Workplace, { folder }: OpenedProject, plan: LanePlan): Promise<string | undefined> {
  const lane = await board.lane(plan.lane)
  if (lane === undefined) return `It has not been moved yet: offramp run. ${ALL_THE_SAME}`
  if (lane.state.state === 'halted') return `It is stopped: ${lane.state.message} ${ALL_THE_SAME}`
  if (lane.state.state !== 'done') return `It is still being moved. ${ALL_THE_SAME}`
  const report = await keptReport(folder)
  const compared = report?.lanes.find((one) => one.lane === plan.lane)
  if (compared?.balance === undefined) return `It has not been verified since: offramp verify. ${ALL_THE_SAME}`
  if (laneTotals(compared.balance).remainder > 0) return `Not everything in it is accounted for: see offramp report. ${ALL_THE_SAME}`
  return undefined
}
