import type { LaneId, Progress } from '@offramp/core'
import type { LanePlan, Plan } from '../plan/lane-plan.ts'

/** How a lane stands, as its last worker left it. Times are milliseconds since the Unix epoch. */
export type LaneState =
  /** A worker may take it. */
  | { readonly state: 'ready' }
  | { readonly state: 'moving'; readonly worker: string; readonly since: number }
  /** Nobody touches it before `until`; kept here so that the wait survives every restart. */
  | { readonly state: 'waiting'; readonly until: number; readonly why: string; readonly tries: number }
  /** Stopped until the operator has done something. */
  | { readonly state: 'halted'; readonly code: string; readonly message: string; readonly remedy?: string }
  | { readonly state: 'done'; readonly at: number }

/** Counts of this pass. */
export interface LaneCounts {
  readonly listed: number
  readonly unchanged: number
  readonly arrived: number
  readonly rejected: number
  readonly failed: number
  readonly bytes: number
  readonly expectedItems?: number
  readonly expectedBytes?: number
  readonly doing?: string
  readonly waiting?: { readonly why: string; readonly until: number }
}

export interface LaneOnBoard {
  readonly plan: LanePlan
  readonly state: LaneState
  readonly counts: LaneCounts
}

/** Why nobody moves anything now. */
export interface Held {
  readonly by: 'operator' | 'fault'
  readonly why: string
  readonly remedy?: string
  readonly since: number
}

/** One worker process, as it last said. */
export interface Beat {
  readonly worker: string
  readonly host: string
  readonly pid: number
  readonly since: number
  readonly at: number
  /** Lanes in hand. */
  readonly lanes: number
  readonly rssBytes: number
  /** Longest time for which the process did not answer, since the last beat. Milliseconds. */
  readonly lagMs: number
  /** Its last word: it has ended in good order. */
  readonly left?: true
}

/**
 * What control and workers tell each other beside the ledger: the plan, how lanes stand, who is alive. It may be lost as a whole: control
 * then plans anew, and the ledger or, should it be lost too, the destination says what has been moved.
 */
export interface Board {
  /** Undefined when nothing was planned, or everything was lost. */
  plan(): Promise<Plan | undefined>
  /**
   * Puts up a plan in place of `before`; false, and nothing done, when another plan stands there by now. Lanes that the last plan had too
   * keep their state; those of a new pass, and those that were halted, become ready. The hold of an operator or fault ends.
   */
  publish(plan: Plan, lanes: readonly LanePlan[], before: Plan | undefined): Promise<boolean>
  lane(lane: LaneId): Promise<LaneOnBoard | undefined>
  lanes(): Promise<readonly LaneOnBoard[]>
  setState(lane: LaneId, state: LaneState): Promise<void>
  held(): Promise<Held | undefined>
  hold(held: Held): Promise<void>
  unhold(): Promise<void>
  /** Adds increments to the lane's counts. */
  progress(progress: Progress): Promise<void>
  beat(beat: Beat): Promise<void>
  /** Those that have been heard of within the last minute. */
  beats(): Promise<readonly Beat[]>
}
