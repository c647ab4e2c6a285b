import type { Reason } from '@offramp/core'
import type { CollectionBalance, Exception, LaneBalance } from '../contract.ts'

/** Exceptions of each kind that are kept with their words; the others are counted. A kind never takes another's room. */
const MOST_OF_A_KIND = 1_000

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
  readonly #kept = new Map<Exception['kind'], number>()
  readonly #losses = new Map<string, number>()
  readonly #more: Partial<Record<Exception['kind'], number>> = {}

  /** One item of the source. `id`: the collection's; names may repeat. */
  row(id: string, name: string): Row {
    const known = this.#rows.get(id)
    if (known) return known
    const made: Row = { name, source: 0, verified: 0, skipped: {}, failed: 0, bytes: 0 }
    this.#rows.set(id, made)
    return made
  }

  except(exception: Exception): void {
    const { kind } = exception
    const kept = this.#kept.get(kind) ?? 0
    if (kept >= MOST_OF_A_KIND) {
      this.#more[kind] = (this.#more[kind] ?? 0) + 1
      return
    }
    this.#kept.set(kind, kept + 1)
    this.#exceptions.push(exception)
  }

  /** One item has lost this on the way. */
  lessen(loss: string): void {
    this.#losses.set(loss, (this.#losses.get(loss) ?? 0) + 1)
  }

  losses(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#losses)
  }

  collections(): readonly CollectionBalance[] {
    return [...this.#rows.values()].map((row) => {
      const skipped = Object.values(row.skipped).reduce((sum, n) => sum + n, 0)
      return { ...row, remainder: row.source - row.verified - skipped - row.failed }
    })
  }

  exceptions(): Required<Pick<LaneBalance, 'exceptions' | 'moreExceptions' | 'moreByKind'>> {
    const moreExceptions = Object.values(this.#more).reduce((sum, n) => sum + n, 0)
    return { exceptions: this.#exceptions, moreExceptions, moreByKind: this.#more }
  }
}
