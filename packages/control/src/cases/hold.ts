import type { LaneId } from '@offramp/core'
import type { Workplace } from '../workplace/workplace.ts'

/** Asks all workers to settle what they are writing and rest. They do within a second or two; the pass is kept. */
export async function pause({ board, clock }: Workplace): Promise<void> {
  if ((await board.held()) === undefined) await board.hold({ by: 'operator', why: 'Paused by the operator.', since: clock.now() })
}

/** Ends a pause. Lanes that wait for a provider go on waiting. */
export async function resume({ board, waker }: Workplace): Promise<readonly LaneId[]> {
  await board.unhold()
  const open = (await board.lanes()).filter(({ state }) => state.state === 'ready' || state.state === 'moving')
  const lanes = open.map(({ plan }) => plan.lane)
  await waker.hurry(lanes)
  return lanes
}

/** What `retry` set going. */
export interface Retried {
  readonly lanes: readonly LaneId[]
  /** Failed items that are tried again. */
  readonly items: number
}

/**
 * Tries failures again and nothing else: lanes that were halted, and lanes with failed items. Within a pass a listing that was walked is not
 * walked again, so a lane that was done only settles its failures.
 */
export async function retry({ board, ledger, waker }: Workplace): Promise<Retried> {
  const lanes: LaneId[] = []
  let items = 0
  for (const { plan, state } of await board.lanes()) {
    if (state.state !== 'halted' && state.state !== 'done') continue
    const { failed } = await ledger.tally(plan.lane)
    if (state.state === 'done' && failed === 0) continue
    items += failed
    lanes.push(plan.lane)
    await board.setState(plan.lane, { state: 'ready' })
  }
  await board.unhold()
  await waker.hurry(lanes)
  return { lanes, items }
}
