import { asFault, type Lease, LeaseLost, type Ledger } from '@offramp/core'
import { type Patience, trouble } from './turn-stop.ts'

/** A ledger that does not answer is no item's fault: the turn ends and waits. A lost lease stays what it is. */
async function must<T>(asked: Patience, answer: Promise<T>): Promise<T> {
  try {
    return await answer
  } catch (thrown) {
    throw thrown instanceof LeaseLost ? thrown : trouble(asked, asFault(thrown))
  }
}

export const steadyLedger = (asked: Patience, ledger: Ledger): Ledger => ({
  lease: (...args) => must(asked, ledger.lease(...args)),
  books: (...args) => must(asked, ledger.books(...args)),
  entries: (...args) => must(asked, ledger.entries(...args)),
  async *scan(...args) {
    try {
      yield* ledger.scan(...args)
    } catch (thrown) {
      throw thrown instanceof LeaseLost ? thrown : trouble(asked, asFault(thrown))
    }
  },
  owners: (...args) => must(asked, ledger.owners(...args)),
  tally: (...args) => must(asked, ledger.tally(...args)),
})

export const steadyLease = (asked: Patience, lease: Lease): Lease => ({
  lane: lease.lane,
  fence: lease.fence,
  signal: lease.signal,
  intend: (...args) => must(asked, lease.intend(...args)),
  withdraw: (...args) => must(asked, lease.withdraw(...args)),
  gained: (...args) => must(asked, lease.gained(...args)),
  settle: (...args) => must(asked, lease.settle(...args)),
  removed: (...args) => must(asked, lease.removed(...args)),
  house: (...args) => must(asked, lease.house(...args)),
  note: (...args) => must(asked, lease.note(...args)),
  advance: (...args) => must(asked, lease.advance(...args)),
  rewind: (...args) => must(asked, lease.rewind(...args)),
  raise: (...args) => must(asked, lease.raise(...args)),
  suspect: (...args) => must(asked, lease.suspect(...args)),
  cleared: (...args) => must(asked, lease.cleared(...args)),
  release: () => lease.release(),
})
