import type { Account } from './endpoint.ts'
import type { Kind } from './kind.ts'
import type { LaneId } from './ledger.ts'
import type { Progress } from './progress.ts'

/** One lane as it was planned: all that a worker needs besides the project file. Holds references to secrets, and no secret. */
export interface LanePlan {
  readonly lane: LaneId
  readonly kind: Kind
  /** `manner`: `SourceEndpoint.manner`; must never change under a lane that has entries. */
  readonly source: Pick<Account, 'id' | 'name' | 'kind'> & { readonly manner?: string }
  readonly destination: {
    /** Name of the destination endpoint. */
    readonly endpoint: string
    /** The login or address as the operator wrote it. */
    readonly account: string
    /** `DestinationEndpoint.addressOf`: must never change under a lane that has entries. */
    readonly address: string
    /** Files: the folder in the account below which they go, names joined by `/`. Absent: the account's root, or what the project says. */
    readonly folder?: string
    /** Files: the Team folder into which they go. Never with `folder`. */
    readonly team?: string
    /** The account's own password, by reference. */
    readonly passwordRef?: string
  }
  readonly wave?: string
}

/** What all who work on a pass agree on. */
export interface Plan {
  /** Hash of who goes where: another table is another plan. */
  readonly hash: string
  /** From 1. */
  readonly pass: number
  /** Milliseconds since the Unix epoch. */
  readonly madeAt: number
}

/** How a lane stands, as its last worker left it. Times are milliseconds since the Unix epoch. */
export type LaneState =
  /** A worker may take it. */
  | { readonly state: 'ready' }
  | { readonly state: 'moving'; readonly worker: string; readonly since: number }
  /** Nobody touches it before `until`; kept here so that the wait survives every restart. */
  | { readonly state: 'waiting'; readonly until: number; readonly why: string; readonly tries: number; readonly fruitless?: number }
  /** Stopped until the operator has done something. */
  | { readonly state: 'halted'; readonly code: string; readonly message: string; readonly remedy?: string }
  | { readonly state: 'done'; readonly at: number }

/** Counts of this pass, and the newest words. */
export type LaneCounts = Omit<Progress, 'lane'>

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
