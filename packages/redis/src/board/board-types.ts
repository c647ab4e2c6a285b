import type { Account, Kind, LaneId, Progress } from '@offramp/core'

/** One lane as it was planned. Holds references to secrets, and no secret. */
export interface BoardLanePlan {
  readonly lane: LaneId
  readonly kind: Kind
  readonly source: Pick<Account, 'id' | 'name' | 'kind'>
  readonly destination: { readonly endpoint: string; readonly account: string; readonly address: string; readonly passwordRef?: string }
  readonly wave?: string
}

export interface BoardPlan {
  readonly hash: string
  readonly pass: number
  readonly madeAt: number
}

export type BoardState =
  | { readonly state: 'ready' }
  | { readonly state: 'moving'; readonly worker: string; readonly since: number }
  | { readonly state: 'waiting'; readonly until: number; readonly why: string; readonly tries: number }
  | { readonly state: 'halted'; readonly code: string; readonly message: string; readonly remedy?: string }
  | { readonly state: 'done'; readonly at: number }

export type BoardCounts = Omit<Progress, 'lane'>

export interface BoardLane {
  readonly plan: BoardLanePlan
  readonly state: BoardState
  readonly counts: BoardCounts
}

export interface BoardHeld {
  readonly by: 'operator' | 'fault'
  readonly why: string
  readonly remedy?: string
  readonly since: number
}

export interface BoardBeat {
  readonly worker: string
  readonly host: string
  readonly pid: number
  readonly since: number
  readonly at: number
  readonly lanes: number
  readonly rssBytes: number
  readonly lagMs: number
}

/** What arrived over the last minute, in all lanes. */
export interface BoardRate {
  readonly itemsPerSecond: number
  readonly bytesPerSecond: number
}

/**
 * What control and workers tell each other beside the ledger, kept in Redis. It fits control's `Board` port, which says what each method
 * promises. Everything may be lost: control then plans anew.
 */
export interface RedisBoard {
  plan(): Promise<BoardPlan | undefined>
  publish(plan: BoardPlan, lanes: readonly BoardLanePlan[], before: BoardPlan | undefined): Promise<boolean>
  lane(lane: LaneId): Promise<BoardLane | undefined>
  lanes(): Promise<readonly BoardLane[]>
  setState(lane: LaneId, state: BoardState): Promise<void>
  held(): Promise<BoardHeld | undefined>
  hold(held: BoardHeld): Promise<void>
  unhold(): Promise<void>
  progress(progress: Progress): Promise<void>
  /** Over the last minute, in steps of five seconds. */
  rate(): Promise<BoardRate>
  beat(beat: BoardBeat): Promise<void>
  beats(): Promise<readonly BoardBeat[]>
}
