import type { Beat, GateState, Held, LaneOnBoard, Plan } from '@offramp/core'
import type { Workplace } from '../workplace/workplace.ts'

/** How everything stands at one moment. */
export interface Snapshot {
  /** Milliseconds since the Unix epoch. */
  readonly at: number
  readonly project: string
  readonly plan?: Plan
  readonly held?: Held
  readonly lanes: readonly LaneOnBoard[]
  readonly workers: readonly Beat[]
  /** Gates that are shut: what is waited for, and until when. */
  readonly shut: readonly GateState[]
}

/** In the hands of a worker that is alive. One that was killed leaves its lanes marked as moving until somebody takes them up. */
export const isMoving = ({ state }: LaneOnBoard, workers: readonly Beat[]): boolean =>
  state.state === 'moving' && workers.some(({ worker, left }) => worker === state.worker && left !== true)

/** One look at the board, the workers and the gates. Moves nothing. */
export async function snapshot({ board, gate, clock, project }: Workplace): Promise<Snapshot> {
  const [plan, held, lanes, workers, gates] = await Promise.all([board.plan(), board.held(), board.lanes(), board.beats(), gate.states()])
  const at = clock.now()
  return {
    at,
    project,
    lanes,
    workers: workers.filter(({ left }) => left !== true),
    shut: gates.filter(({ shutUntil }) => shutUntil !== undefined && shutUntil > at),
    ...(plan === undefined ? {} : { plan }),
    ...(held === undefined ? {} : { held }),
  }
}
