import type { Reason } from '@offramp/core'
import type { CollectionBalance, Exception } from '../contract.ts'

/** Exceptions that are kept with their words; the others are counted. */
const MOST_EXCEPTIONS = 1_000

interface Row {
  readonly name: string
  source: number
  verified: number
  skipped: Partial<Record<Reason, number>>
  failed: number
  bytes: number
}

/** The balance as it grows. `remainder` is never set: it is what is left. */
export class Balance {
  readonly #rows = new Map<string, Row>()
  readonly #exceptions: Exception[] = []
  #more = 0

  /** One item of the source. `id`: the collection's; names may repeat. */
  row(id: string, name: string): Row {
    const known = this.#rows.get(id)
    if (known) return known
    const made: Row = { name, source: 0, verified: 0, skipped: {}, failed: 0, bytes: 0 }
    this.#rows.set(id, made)
    return made
  }

  except(exception: Exception): void {
    if (this.#exceptions.length < MOST_EXCEPTIONS) this.#exceptions.push(exception)
    else this.#more++
  }

  collections(): readonly CollectionBalance[] {
    return [...this.#rows.values()].map((row) => {
      const skipped = Object.values(row.skipped).reduce((sum, n) => sum + n, 0)
      return { ...row, remainder: row.source - row.verified - skipped - row.failed }
    })
  }

  exceptions(): { readonly exceptions: readonly Exception[]; readonly moreExceptions: number } {
    return { exceptions: this.#exceptions, moreExceptions: this.#more }
  }
}
