import type {
  Board,
  Call,
  Clock,
  Destination,
  DestinationEndpoint,
  Finding,
  Gate,
  LanePlan,
  Ledger,
  Source,
  SourceEndpoint,
} from '@offramp/core'
import type { Limits, OneAtATime, Rebuild, Turn, Verify } from '@offramp/engine'
import type { QueueConnection, Waker } from '../queue/waker.ts'

/** The engine's verbs, as control and workers use them. */
export interface Verbs {
  readonly turn: Turn
  readonly verify: Verify
  readonly rebuild: Rebuild
}

/** Both ends of one lane, connected. */
export interface Ends {
  readonly source: Source
  readonly destination: Destination
  /** Never throws. */
  close(): Promise<void>
}

/** Everything that one process needs to work on a project: its books in Redis and its two ends. Made once, in a composition root. */
export interface Workplace {
  /** The project's name. */
  readonly project: string
  readonly clock: Clock
  /** Told when a provider is waited for, with the end in milliseconds since the Unix epoch. */
  readonly tellWait?: (why: string, until: number) => void
  readonly ledger: Ledger
  readonly gate: Gate
  readonly board: Board
  /** What Redis says of itself. One that would lose the books is not opened at all. */
  readonly safety: readonly Finding[]
  readonly waker: Waker
  /** For the queue's own connections. */
  readonly redis: QueueConnection
  readonly source: SourceEndpoint
  /** Names the source for lane ids. */
  readonly sourceId: string
  readonly destinations: ReadonlyMap<string, DestinationEndpoint>
  readonly verbs: Verbs
  readonly limits: Limits
  /** For items larger than the window, of all lanes that this process moves. */
  readonly large: OneAtATime
  /** How long a lane stays with a worker that has died, in milliseconds. */
  readonly leaseMs: number
  /** Connects to both ends of a lane. Faults with their reach. */
  connect(plan: LanePlan, call: Call): Promise<Ends>
  close(): Promise<void>
}
