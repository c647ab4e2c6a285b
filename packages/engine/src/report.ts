import type { Item, Listing } from '@offramp/core'
import type { TurnRequest } from './contract.ts'

type Counts = { listed: number; unchanged: number; arrived: number; rejected: number; failed: number; bytes: number }

const nothing = (): Counts => ({ listed: 0, unchanged: 0, arrived: 0, rejected: 0, failed: 0, bytes: 0 })

/** Collects what happens, and tells it in increments. */
export class Progress {
  readonly #request: TurnRequest
  #counts = nothing()
  #gotOn = false
  #doing: { doing?: string; expectedItems?: number; expectedBytes?: number } = {}

  constructor(request: TurnRequest) {
    this.#request = request
  }

  /** Whether this turn has done anything that the next one need not do again. */
  get gotOn(): boolean {
    return this.#gotOn
  }

  getOn(): void {
    this.#gotOn = true
  }

  /** The whole lane's estimates are the sum of what its listings say; only given when all say so. */
  expect(listings: readonly Listing[]): void {
    const walked = listings.filter(({ skip }) => skip === undefined)
    const items = walked.map(({ items }) => items)
    const bytes = walked.map(({ bytes }) => bytes)
    this.#doing = {
      ...this.#doing,
      ...(items.every((n) => n !== undefined) ? { expectedItems: items.reduce((sum, n) => sum + n, 0) } : {}),
      ...(bytes.every((n) => n !== undefined) ? { expectedBytes: bytes.reduce((sum, n) => sum + n, 0) } : {}),
    }
  }

  doing(listing: Listing): void {
    this.#doing = { ...this.#doing, ...(listing.collection ? { doing: listing.collection.path.join(' / ') } : {}) }
  }

  /** Of a large file, while it is being written. */
  streaming({ home, size }: Pick<Item, 'home' | 'size'>, done: number): void {
    const of = size === undefined ? '' : ` of ${inBytes(size)}`
    this.#doing = { ...this.#doing, doing: `${home.path.join(' / ')}: ${inBytes(done)}${of} of a large file` }
    this.tell()
  }

  count(counts: Partial<Counts>): void {
    for (const name of Object.keys(this.#counts) as (keyof Counts)[]) this.#counts[name] += counts[name] ?? 0
  }

  tell(waiting?: { readonly why: string; readonly until: number }): void {
    const counts = this.#counts
    this.#counts = nothing()
    this.#request.report({ lane: this.#request.lease.lane, ...this.#doing, ...counts, ...(waiting ? { waiting } : {}) })
  }
}

const inBytes = (bytes: number): string => (bytes >= 1e9 ? `${(bytes / 1e9).toFixed(1)} GB` : `${Math.round(bytes / 1e6)} MB`)
