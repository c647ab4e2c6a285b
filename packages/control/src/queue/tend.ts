import type { Board, LaneOnBoard } from '@offramp/core'
import type { Wake, Waker } from './waker.ts'

export const isOpen = ({ state }: LaneOnBoard): boolean => state.state !== 'done' && state.state !== 'halted'

const wakeOf = ({ plan, state }: LaneOnBoard): Wake =>
  state.state === 'waiting' ? { lane: plan.lane, at: state.until } : { lane: plan.lane }

/**
 * Fills the queue from the board, so that a lost job, queue or Redis costs nothing but this look. Cheap while nothing is missing: unless
 * `thorough`, the queue is written to only when it has fewer jobs than there are open lanes. Returns how many were missing.
 */
export async function tend(board: Board, waker: Waker, thorough = false): Promise<number> {
  if ((await board.held()) !== undefined) return 0
  const open = (await board.lanes()).filter(isOpen)
  const missing = Math.max(0, open.length - (await waker.open()))
  // A job that belongs to no open lane hides one that is missing: hence the thorough look now and then.
  if (missing > 0 || thorough) await waker.wake(open.map(wakeOf))
  return missing
}
