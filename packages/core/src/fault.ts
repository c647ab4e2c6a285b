import type { Reason } from './reason.ts'

/** A classified failure, named by how far it spreads. Provider codes stop at a connector's `faults.ts`. */
export type Reach =
  /** This call only: a reset socket, one 5xx, an unknown outcome. The unknown is always this. */
  | 'call'
  /** Everyone who shares the gate, until `until`. A wait, not a failure: no strike, no attempt. */
  | 'gate'
  /** This item, for a documented, permanent reason. */
  | 'item'
  /** The listing's cursor is dead: rewind it, keep the entries. */
  | 'listing'
  /** This account (consent, password, quota, licence): its lanes stop and the remedy is shown. */
  | 'account'
  /** Our own bug, or a broken project: stop and say so. */
  | 'run'

export interface FaultFacts {
  readonly reach: Reach
  /** Stable, kebab-case, for logs and tests: `graph-sync-state-lost`, `imap-over-quota`. */
  readonly code: string
  /** What happened, to whom, in a sentence for the person who reads it. No secrets, no subjects. */
  readonly message: string
  /** With `gate`: when to come back. Milliseconds since the Unix epoch. */
  readonly until?: number
  /** With `gate`: the key of the quota that is used up, where it is one of `Quota.also`. Absent: the call's own. */
  readonly gate?: string
  /** With `listing`: where to begin again, as a cursor, where that is cheaper than from nothing. Absent: from nothing. */
  readonly restart?: string
  /** With `item`. */
  readonly reason?: Reason
  /** With `account` and `run`: what to do about it. */
  readonly remedy?: string
  /** With `call`: the other end could not be reached or hung up, so a neighbour would have failed too. */
  readonly connection?: boolean
  /** With `call`, of a write: it is known that nothing was written, and that nothing will arrive late. */
  readonly unwritten?: boolean
  /** Kept for debugging; never logged whole, since SDK errors hold request headers. */
  readonly cause?: unknown
}

export class Fault extends Error {
  readonly reach: Reach
  readonly code: string
  readonly until: number | undefined
  readonly gate: string | undefined
  readonly restart: string | undefined
  readonly reason: Reason | undefined
  readonly remedy: string | undefined
  readonly connection: boolean
  readonly unwritten: boolean

  constructor(facts: FaultFacts) {
    super(facts.message, facts.cause === undefined ? undefined : { cause: facts.cause })
    this.name = 'Fault'
    this.reach = facts.reach
    this.code = facts.code
    this.until = facts.until
    this.gate = facts.gate
    this.restart = facts.restart
    this.reason = facts.reason
    this.remedy = facts.remedy
    this.connection = facts.connection ?? false
    this.unwritten = facts.unwritten ?? false
  }
}

/** Any thrown value as a fault: what is not one already is of reach `call`, because its effect is unknown. */
export function asFault(thrown: unknown): Fault {
  if (thrown instanceof Fault) return thrown
  const message = thrown instanceof Error ? thrown.message : String(thrown)
  return new Fault({ reach: 'call', code: 'unclassified', message, cause: thrown })
}
