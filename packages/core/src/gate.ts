import type { Call } from './call.ts'

/** What a provider counts together, and how much of it. Costs and limits stand in a connector's `limits.ts`. */
export interface Quota {
  /**
   * The thing that is counted, e.g. `graph-mail:<app>:<mailbox>`. Holds ids, no secrets. What several quotas of one call have in common stands in
   * braces, so that a store of several parts can keep them together: `gmail:{<project>}:<user>` and `gmail:{<project>}`.
   */
  readonly key: string
  /** Weights allowed in any window of `perMs` milliseconds; several may hold at once. */
  readonly windows?: readonly { readonly amount: number; readonly perMs: number }[]
  /** Calls in flight at once. */
  readonly concurrent?: number
  /**
   * Further counts under which the same call falls, with the same weight (Gmail: the mailbox's, then the project's). The call enters when
   * all of them let it, and takes from all of them or from none. Of these, windows and shutting count, and `concurrent` does not.
   */
  readonly also?: readonly Omit<Quota, 'also' | 'concurrent'>[]
}

export interface Ticket {
  /** The call is over, well or badly. Safe to repeat. A ticket that is never handed back lapses by itself. */
  leave(): void
}

/** What a gate holds now, for the live view. */
export interface GateState {
  readonly key: string
  /** Milliseconds since the Unix epoch; absent when open. */
  readonly shutUntil?: number
  readonly why?: string
  readonly inFlight: number
  /** Used share of the fullest window, 0 to 1. */
  readonly used: number
}

/**
 * The one place where callers wait for a provider, shared by every worker.
 *
 * Nobody enters while it is shut, and never more than the quota allows, whatever number of processes ask. Waiters of one
 * key enter in about the order in which they came.
 */
export interface Gate {
  /**
   * Waits for a place and takes it. A wait that would be longer than the gate's patience is not begun: it throws a `gate`
   * fault whose `until` is the earliest useful time, and nothing is taken.
   */
  enter(quota: Quota, weight: number, call: Call): Promise<Ticket>
  /** The provider said when to come back: nobody enters before. Never shortens a wait that is already longer. */
  shut(key: string, until: number, why: string): Promise<void>
  states(): Promise<readonly GateState[]>
}
