import { EXIT, type ExitCode, showTable, snapshot } from '@offramp/control'
import { type Common, type Context, withWorkplace } from '../context.ts'
import { jsonLine } from '../terminal.ts'
import { byInterest, LANE_HEADINGS, LANE_RIGHT, laneRow } from '../view/lane-rows.ts'
import { Rates } from '../view/rates.ts'
import { notices, summaryLine } from '../view/summary.ts'

export interface StatusOptions extends Common {
  /** One line, for health checks. */
  readonly brief: boolean
}

/** How everything stands now. */
export function statusCommand(context: Context, { project, json, brief }: StatusOptions): Promise<ExitCode> {
  const { terminal } = context
  return withWorkplace(context, project, async (workplace) => {
    const rates = new Rates()
    rates.add(await snapshot(workplace))
    if (!brief && !json) await workplace.clock.sleep(1_000, { signal: context.interrupted }).catch(() => {})
    const now = await snapshot(workplace)
    rates.add(now)
    if (json) terminal.out(jsonLine({ type: 'snapshot', ...now }))
    else if (now.plan === undefined) terminal.out('Nothing has been planned on this Redis: offramp run\n')
    else if (brief) terminal.out(`${summaryLine(now, rates)}\n`)
    else {
      const rows = now.lanes.toSorted(byInterest).map((lane) => laneRow(lane, now, rates))
      terminal.out(`${[summaryLine(now, rates), ...notices(now), '', ...showTable(LANE_HEADINGS, rows, LANE_RIGHT, 80)].join('\n')}\n`)
    }
    return EXIT.balanced
  })
}
