import type { LaneId } from './ledger.ts'

/** What a turn tells about itself while it runs. Counts are of this pass. */
export interface Progress {
  readonly lane: LaneId
  /** The listing being walked, as a person knows it. */
  readonly doing?: string
  /** Estimates from the source, when it has said so. */
  readonly expectedItems?: number
  readonly expectedBytes?: number
  /** Increments since the last report. */
  readonly listed: number
  readonly unchanged: number
  readonly arrived: number
  readonly rejected: number
  readonly failed: number
  readonly bytes: number
  /** What is being waited for, with its end in milliseconds since the Unix epoch. */
  readonly waiting?: { readonly why: string; readonly until: number }
}

export type ReportProgress = (progress: Progress) => void
