import type { FaultFacts } from '@offramp/core'
import type { ResponseFacts } from '@offramp/wire'

/** An error answer as the tables see it. */
export interface Seen {
  readonly facts: ResponseFacts
  /** From the outermost to the innermost, as Graph nests them. */
  readonly codes: readonly string[]
  readonly message: string
}

export interface Row<Asks extends string> {
  readonly status?: readonly number[]
  /** Matched against every nested code, whatever its case: `syncStateNotFound` and `SyncStateNotFound` are both sent. */
  readonly code?: RegExp
  /** Matched against the message. */
  readonly says?: RegExp
  readonly asks?: readonly Asks[]
  readonly gives: (seen: Seen) => Omit<FaultFacts, 'message'> & { readonly message: string }
}

/** The first row in which everything that it names is met. */
export const firstMatch = <Asks extends string>(table: readonly Row<Asks>[], seen: Seen): Row<Asks> | undefined =>
  table.find((row) => matches(row, seen))

function matches<Asks extends string>(row: Row<Asks>, { facts, codes, message }: Seen): boolean {
  if (row.status !== undefined && !row.status.includes(facts.status)) return false
  if (row.asks !== undefined && !row.asks.some((each) => each === facts.asks)) return false
  if (row.says !== undefined && !row.says.test(message)) return false
  const pattern = row.code
  return pattern === undefined || codes.some((code) => pattern.test(code))
}

/** Whom it is about, as a sentence begins with it. */
export const cap = ({ facts }: Seen): string => facts.about.charAt(0).toUpperCase() + facts.about.slice(1)
