import { carried, cleanText, type Snapshot, showBytes, showCount, showDuration } from '@offramp/control'
import type { LaneOnBoard } from '@offramp/core'
import type { Rates } from './rates.ts'

const clockTime = (at: number): string => new Date(at).toTimeString().slice(0, 8)

/** What a lane is doing, or what it waits for and until when. */
export function laneWords({ state, counts }: LaneOnBoard, now: number): string {
  switch (state.state) {
    case 'done':
      return 'done'
    case 'halted':
      return `HALTED: ${state.message}`
    case 'waiting':
      return `waits until ${clockTime(state.until)}: ${state.why}`
    case 'ready':
      return 'in the queue'
    case 'moving': {
      if (counts.waiting !== undefined && counts.waiting.until > now)
        return `waits until ${clockTime(counts.waiting.until)}: ${counts.waiting.why}`
      return counts.doing ?? 'connecting'
    }
  }
}

const share = ({ counts }: LaneOnBoard): string => {
  const done = counts.unchanged + counts.arrived + counts.rejected + counts.failed
  if (counts.expectedItems === undefined || counts.expectedItems === 0) return showCount(done)
  return `${showCount(done)} / ${showCount(counts.expectedItems)}`
}

export const LANE_HEADINGS = ['Account', 'Items', 'New', 'Skipped', 'Failed', 'Size', 'Per s', 'Left', 'Now'] as const
export const LANE_RIGHT = [1, 2, 3, 4, 5, 6, 7] as const

/** A lane's row in the live table. */
export function laneRow(lane: LaneOnBoard, snapshot: Snapshot, rates: Rates): readonly string[] {
  const { counts, plan, state } = lane
  const rate = rates.lane(lane)
  const moving = state.state === 'moving'
  return [
    `${cleanText(plan.source.name, 60)}${carried(plan.kind)}`,
    share(lane),
    showCount(counts.arrived),
    showCount(counts.rejected),
    showCount(counts.failed),
    showBytes(counts.bytes),
    moving ? rate.itemsPerSecond.toFixed(rate.itemsPerSecond < 10 ? 1 : 0) : '',
    moving && rate.etaMs !== undefined ? showDuration(rate.etaMs) : '',
    cleanText(laneWords(lane, snapshot.at), 80),
  ]
}

/** What is told first: trouble, then movement, then the rest. */
const ORDER = { halted: 0, moving: 1, waiting: 2, ready: 3, done: 4 } as const

export const byInterest = (a: LaneOnBoard, b: LaneOnBoard): number =>
  ORDER[a.state.state] - ORDER[b.state.state] || (nameOf(a) < nameOf(b) ? -1 : 1)

const nameOf = ({ plan }: LaneOnBoard): string => `${plan.source.name}\n${plan.kind}`
