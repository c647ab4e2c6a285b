import type { Call, Clock, Destination, Fault, LaneId, Lease, Ledger, Reason, ReportProgress, Source } from '@offramp/core'

/** How much of a lane is in the worker's hands at once. */
export interface Limits {
  /** Refs asked of a page. A batch is one page. */
  readonly pageItems: number
  /** Bodies being read ahead or waiting to be written: count and bytes. One item larger than `windowBytes` goes alone. */
  readonly windowItems: number
  readonly windowBytes: number
  /** Milliseconds after which a turn yields at the next batch, so that lanes share the workers fairly. */
  readonly sliceMs: number
  /** Longest time one write may take, in milliseconds. Must be well inside the lease. */
  readonly putMs: number
  /** Milliseconds until an endpoint that did not do its part is tried again, doubled with every try in a row that gets on with nothing. Absent: 15,000. */
  readonly retryMs?: number
}

/** Does the work when its turn has come. */
export type InTurn = <T>(work: () => Promise<T>, call: Call) => Promise<T>

/**
 * Does the work when all that came before is over, well or badly. Shared by all turns of a process, so that it holds one large item at a
 * time and not one for each lane: a destination may need an item's bytes as a whole, and more than once. `streams`: for files, of which
 * no destination holds more than a part, so that some may be under way at once. Absent: they have no turns to wait for.
 */
export interface OneAtATime extends InTurn {
  readonly streams?: InTurn
}

export interface TurnRequest {
  readonly source: Source
  readonly destination: Destination
  readonly ledger: Ledger
  /** Held by the caller, who releases it. The turn's own signal is the lease's together with the call's. */
  readonly lease: Lease
  /** Number of the pass, from 1. Listings whose `donePass` has reached it are left alone. */
  readonly pass: number
  readonly limits: Limits
  /** For items larger than `limits.windowBytes`. Absent: this turn has the process for itself. */
  readonly large?: OneAtATime
  readonly clock: Clock
  readonly report: ReportProgress
  /**
   * How many turns of this lane in a row have ended with `trouble`, counted by the worker: what is tried again and again is blamed after some. Absent: 0.
   */
  readonly troubles?: number
  /** How many of these, the last ones in a row, have got on with nothing: the waits grow with it. Absent: 0, so that every wait is the shortest. */
  readonly fruitless?: number
}

/** How a turn ended; the worker reacts to it, and to nothing else. */
export type TurnEnd =
  /** The slice is over, or the call's signal asked for a stop at the next batch: wake the lane again. */
  | { readonly state: 'more' }
  /** The pass is complete: every listing walked, doubts settled, failures tried again, swept. */
  | { readonly state: 'done' }
  /**
   * `trouble`: an endpoint does not do its part, rather than asking for patience. Nothing is blamed on items. `gotOn`: before that, an item
   * arrived or a part of a large file was taken, so that the line works, though not for long. (Not a page of a listing: a cursor that dies is walked anew.)
   */
  | { readonly state: 'wait'; readonly until: number; readonly why: string; readonly trouble?: true; readonly gotOn?: true }
  /** Reach `account` (this lane stops) or `run` (everything stops). */
  | { readonly state: 'halted'; readonly fault: Fault }
  /** The lease passed on: another worker carries on. Not an error. */
  | { readonly state: 'lost' }

export interface CollectionBalance {
  /** The listing's or collection's name for people, parts joined by ` / `. */
  readonly name: string
  readonly source: number
  readonly verified: number
  readonly skipped: Readonly<Partial<Record<Reason, number>>>
  readonly failed: number
  /** At the source, and neither verified, skipped nor failed. Anything but 0 is red. */
  readonly remainder: number
  /** Bytes of verified items at the destination. */
  readonly bytes: number
}

/** One thing that an owner should know about one item. */
export interface Exception {
  readonly kind: 'skipped' | 'failed' | 'missing' | 'waiting' | 'altered' | 'lessened' | 'doubled' | 'left'
  readonly collection: string
  readonly label: string
  readonly message: string
}

export interface LaneBalance {
  readonly lane: LaneId
  readonly collections: readonly CollectionBalance[]
  /** How many of the verified had their content read back and hashed. */
  readonly hashed: number
  /** What was lost of single items on the way, with of how many, in every collection together. */
  readonly losses?: Readonly<Record<string, number>>
  /** Arrived once and gone from the source since: their copies stay. Not part of the equation. */
  readonly goneSince: number
  /** Bounded for each kind, so that many harmless ones never crowd out what is missing or has failed. */
  readonly exceptions: readonly Exception[]
  /** Exceptions beyond the bound, of all kinds together. */
  readonly moreExceptions: number
  /** The same by kind. Absent in reports of versions that kept no such count. */
  readonly moreByKind?: Readonly<Partial<Record<Exception['kind'], number>>>
}

export interface VerifyRequest {
  readonly source: Source
  readonly destination: Destination
  readonly ledger: Ledger
  readonly lane: LaneId
  /** Share of verified items whose content is read back and hashed, 0 to 1; `--deep` is 1. At least one item a place where above 0. */
  readonly sample: number
  readonly report: ReportProgress
}

/**
 * Works the lane until the slice ends. When `call.signal` aborts, stops taking new batches and returns `more` once what is being
 * written has settled (graceful); when the lease's signal aborts, stops at once and writes nothing more.
 */
export type Turn = (request: TurnRequest, call: Call) => Promise<TurnEnd>

/**
 * Lists the source anew, walks every place, and balances both against the ledger. Writes nothing, except that listings in which items
 * are waiting get their cursor rewound when a lease is given.
 */
export type Verify = (request: VerifyRequest, lease: Lease | undefined, call: Call) => Promise<LaneBalance>

/**
 * After a lost ledger: matches source and destination and writes entries for what is there already; copies nothing. `turn` on a
 * lane without books does the same as it goes; this only says the result beforehand.
 */
export type Rebuild = (
  request: TurnRequest,
  call: Call,
) => Promise<{ readonly adopted: number; readonly toCopy: number; readonly foreign: number }>
