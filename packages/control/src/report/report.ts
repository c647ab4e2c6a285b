import type { LaneId } from '@offramp/core'
import type { LaneBalance } from '@offramp/engine'
import type { NameTable } from '../names/name-tap.ts'
import type { Losses } from './losses.ts'

/** One lane in the report. */
export interface LaneReport {
  readonly lane: LaneId
  readonly source: string
  readonly destination: string
  readonly kind: string
  readonly wave?: string
  /** Absent where nothing could be verified; `why` then says so. */
  readonly balance?: LaneBalance
  readonly losses?: Losses
  /** How promises that depend on the server were kept. */
  readonly assurances?: readonly string[]
  /** Of files: what is called otherwise at the destination. */
  readonly names?: NameTable
  /** Why it is not verified, or not finished: halted, not reachable. One that is halted may have a balance all the same. */
  readonly why?: string
  readonly remedy?: string
}

/** What was moved and what was not, with the proof. Machines get it as it is (`--json`). */
export interface Report {
  readonly format: 'offramp-report-1'
  readonly project: string
  readonly pass: number
  /** ISO 8601, UTC. */
  readonly madeAt: string
  readonly totals: Totals
  /** Weakenings that the operator chose, such as plain text to the destination. */
  readonly cautions: readonly string[]
  readonly lanes: readonly LaneReport[]
}

export interface Totals {
  readonly source: number
  readonly verified: number
  readonly skipped: number
  readonly failed: number
  /** Unexplained: at the source, and neither verified, skipped nor failed. */
  readonly remainder: number
  /** Bytes of verified items at the destination. */
  readonly bytes: number
  readonly hashed: number
  /** Lanes without a balance. */
  readonly unverified: number
  /** Further copies of one item at the destination. */
  readonly doubled: number
}

const skippedOf = (skipped: Readonly<Partial<Record<string, number>>>): number =>
  Object.values(skipped).reduce<number>((sum, count) => sum + (count ?? 0), 0)

/** Source, verified, skipped, failed, remainder and bytes of one lane, all collections together. */
export function laneTotals(balance: LaneBalance): Omit<Totals, 'unverified'> {
  const sum = { source: 0, verified: 0, skipped: 0, failed: 0, remainder: 0, bytes: 0 }
  for (const collection of balance.collections) {
    sum.source += collection.source
    sum.verified += collection.verified
    sum.skipped += skippedOf(collection.skipped)
    sum.failed += collection.failed
    // Too many is as wrong as too few, and must not cancel it out in a sum.
    sum.remainder += Math.abs(collection.remainder)
    sum.bytes += collection.bytes
  }
  const named = balance.exceptions.filter((exception) => exception.kind === 'doubled').length
  const doubled = named + (balance.moreByKind?.doubled ?? 0)
  return { ...sum, hashed: balance.hashed, doubled }
}

export interface ReportFacts {
  readonly project: string
  readonly pass: number
  /** Milliseconds since the Unix epoch. */
  readonly now: number
  readonly cautions: readonly string[]
  readonly lanes: readonly LaneReport[]
}

/** Adds up the lanes. */
export function makeReport({ project, pass, now, cautions, lanes }: ReportFacts): Report {
  const totals = { source: 0, verified: 0, skipped: 0, failed: 0, remainder: 0, bytes: 0, hashed: 0, unverified: 0, doubled: 0 }
  for (const { balance } of lanes) {
    if (balance === undefined) {
      totals.unverified++
      continue
    }
    const one = laneTotals(balance)
    totals.source += one.source
    totals.verified += one.verified
    totals.skipped += one.skipped
    totals.failed += one.failed
    totals.remainder += one.remainder
    totals.bytes += one.bytes
    totals.hashed += one.hashed
    totals.doubled += one.doubled
  }
  return { format: 'offramp-report-1', project, pass, madeAt: new Date(now).toISOString(), totals, cautions, lanes }
}

/** Green only when every item is accounted for and none failed, in every lane, and no lane is stopped. */
export const isBalanced = ({ totals, lanes }: Report): boolean =>
  totals.remainder === 0 &&
  totals.failed === 0 &&
  totals.unverified === 0 &&
  totals.doubled === 0 &&
  lanes.every(({ why }) => why === undefined)

/** What is wrong beyond that accounts are stopped or out of reach: failures, doubles, and items that are missing where all is said to be done. */
export const isWrong = ({ totals, lanes }: Report): boolean =>
  totals.failed > 0 ||
  totals.doubled > 0 ||
  lanes.some(({ balance, why }) => why === undefined && balance !== undefined && laneTotals(balance).remainder > 0)
