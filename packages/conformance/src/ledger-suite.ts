import type { Ledger } from '@offramp/core'
import { describe } from 'vitest'
import { ledgerEntryCases } from './ledger/entry-cases.ts'
import { ledgerHomeCases } from './ledger/home-cases.ts'
import { ledgerLeaseCases } from './ledger/lease-cases.ts'
import { ledgerReadCases } from './ledger/read-cases.ts'

/** One process that works on the store under test. */
export interface LedgerProcess {
  readonly ledger: Ledger
  /** From now on this process, and no other, cannot reach the store. */
  cut(): Promise<void>
}

/** What the suite needs around a ledger. Time is the lab's: no case waits for the wall clock. */
export interface LedgerLab {
  /** One more process on the same store. The lab ends it. */
  process(): Promise<LedgerProcess>
  /** Lets time pass for the store and every process, and what was due meanwhile happen, renewals included. */
  advance(ms: number): Promise<void>
  /** The store loses everything. */
  wipe(): Promise<void>
  /** Remembers the store as it is. Calling the answer puts it back, as a store that restarts without its last second. */
  save(): Promise<() => Promise<void>>
  close(): Promise<void>
}

export interface LedgerSuiteOptions {
  readonly name: string
  /** A fresh lab with an empty store for every case. */
  readonly open: () => Promise<LedgerLab>
}

/** One case a promise of core's `Ledger` and `Lease`. Call it at the top of a test file. */
export function ledgerSuite({ name, open }: LedgerSuiteOptions): void {
  describe(`ledger: ${name}`, () => {
    ledgerLeaseCases(open)
    ledgerEntryCases(open)
    ledgerReadCases(open)
    ledgerHomeCases(open)
  })
}
