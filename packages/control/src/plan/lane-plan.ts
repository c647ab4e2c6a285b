import { createHash } from 'node:crypto'
import type { Account, Kind, LaneId } from '@offramp/core'

/** One lane as it was planned: all that a worker needs besides the project file. Holds references to secrets, and no secret. */
export interface LanePlan {
  readonly lane: LaneId
  readonly kind: Kind
  readonly source: Pick<Account, 'id' | 'name' | 'kind'>
  readonly destination: {
    /** Name of the destination endpoint. */
    readonly endpoint: string
    /** The login or address as the operator wrote it. */
    readonly account: string
    /** `DestinationEndpoint.addressOf`: must never change under a lane that has entries. */
    readonly address: string
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

/** The same for the same lanes in any order. Wave and password reference may change without a new plan. */
export function planHash(lanes: readonly LanePlan[]): string {
  const lines = lanes.map(({ lane, source, destination }) => JSON.stringify([lane, source.id, destination.address])).toSorted()
  return createHash('sha256').update(lines.join('\n')).digest('hex').slice(0, 16)
}
