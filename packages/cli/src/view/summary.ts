import { cleanText, type Snapshot, showBytes, showCount, showDuration } from '@offramp/control'
import type { LaneOnBoard } from '@offramp/core'
import type { Rates } from './rates.ts'

const count = (lanes: readonly LaneOnBoard[], state: LaneOnBoard['state']['state']): number =>
  lanes.filter((lane) => lane.state.state === state).length

const sum = (lanes: readonly LaneOnBoard[], of: (lane: LaneOnBoard) => number): number => lanes.reduce((total, lane) => total + of(lane), 0)

/** An account is done when all its kinds are. */
function accountsDone(lanes: readonly LaneOnBoard[]): string {
  const all = new Set(lanes.map(({ plan }) => plan.source.id))
  const open = new Set(lanes.filter(({ state }) => state.state !== 'done').map(({ plan }) => plan.source.id))
  return `${all.size - open.size}/${all.size} accounts done`
}

/** The whole pass on one line. */
export function summaryLine({ lanes, workers, plan }: Snapshot, rates: Rates): string {
  const rate = rates.all(lanes)
  const parts = [
    `pass ${plan?.pass ?? '?'}`,
    accountsDone(lanes),
    `${count(lanes, 'moving')} moving`,
    `${count(lanes, 'waiting')} waiting`,
    ...(count(lanes, 'halted') > 0 ? [`${count(lanes, 'halted')} HALTED`] : []),
    `${showCount(sum(lanes, ({ counts }) => counts.arrived))} new (${showBytes(sum(lanes, ({ counts }) => counts.bytes))})`,
    `${showCount(sum(lanes, ({ counts }) => counts.unchanged))} unchanged`,
    `${showCount(sum(lanes, ({ counts }) => counts.rejected))} skipped`,
    `${showCount(sum(lanes, ({ counts }) => counts.failed))} failed`,
    `${rate.itemsPerSecond.toFixed(1)}/s, ${showBytes(rate.bytesPerSecond)}/s`,
    ...(rate.etaMs === undefined ? [] : [`about ${showDuration(rate.etaMs)} left`]),
    `${workers.length} ${workers.length === 1 ? 'worker' : 'workers'}`,
  ]
  return parts.join(' | ')
}

const until = (at: number): string => new Date(at).toTimeString().slice(0, 8)

/** What everybody should know, beside the lanes. `early`: workers may still be starting. */
export function notices({ held, shut, workers, lanes }: Snapshot, early = false): readonly string[] {
  const lines: string[] = []
  if (held !== undefined)
    lines.push(`HELD: ${cleanText(held.why, 200)}${held.remedy === undefined ? '' : ` ${cleanText(held.remedy, 300)}`}`)
  for (const gate of shut)
    lines.push(`Waiting for the provider until ${until(gate.shutUntil ?? 0)}: ${cleanText(gate.why ?? gate.key, 120)}`)
  if (!early && workers.length === 0 && lanes.some(({ state }) => state.state !== 'done' && state.state !== 'halted')) {
    lines.push('No worker has been heard of: start some with `offramp worker`, or run without --no-workers.')
  }
  for (const { worker, lagMs } of workers)
    if (lagMs > 1000)
      lines.push(`Worker ${cleanText(worker, 40)} did not answer for ${(lagMs / 1000).toFixed(1)} s: its machine is overloaded.`)
  return lines
}
