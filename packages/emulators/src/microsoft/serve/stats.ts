import type { Limiter } from '../limits/limiter.ts'

/** What has happened since the tenant was started. */
export interface TenantStats {
  readonly requests: number
  /** By what was asked: `value`, `delta`, `folders`, `token` ... */
  readonly byKind: Readonly<Record<string, number>>
  readonly byStatus: Readonly<Record<string, number>>
  /** 429 answers, by the limits or by a fault. */
  readonly throttled: number
  readonly tokens: number
  readonly bytes: number
  readonly values: { readonly fetches: number; readonly messages: number }
  /** By mailbox address. `peakUsed`: share of the request quota, 0 to 1. */
  readonly mailboxes: Readonly<Record<string, { readonly requests: number; readonly peakInFlight: number; readonly peakUsed: number }>>
  readonly faults: Readonly<Record<string, number>>
}

/** Counts as requests come and go. */
export class Counting {
  requests = 0
  bytes = 0
  fetches = 0
  fetched = 0
  tokens = 0
  readonly #kinds = new Map<string, number>()
  readonly #statuses = new Map<string, number>()
  readonly #mailboxes = new Map<string, number>()

  asked(kind: string, mailbox: string | undefined): void {
    this.requests += 1
    this.#kinds.set(kind, (this.#kinds.get(kind) ?? 0) + 1)
    if (mailbox !== undefined) this.#mailboxes.set(mailbox, (this.#mailboxes.get(mailbox) ?? 0) + 1)
  }

  answered(status: number, bytes: number): void {
    this.#statuses.set(String(status), (this.#statuses.get(String(status)) ?? 0) + 1)
    this.bytes += bytes
  }

  report(limiter: Limiter, fired: ReadonlyMap<string, number>): TenantStats {
    const states = new Map(limiter.states().map((state) => [state.key, state]))
    return {
      requests: this.requests,
      byKind: Object.fromEntries(this.#kinds),
      byStatus: Object.fromEntries(this.#statuses),
      throttled: this.#statuses.get('429') ?? 0,
      tokens: this.tokens,
      bytes: this.bytes,
      values: { fetches: this.fetches, messages: this.fetched },
      mailboxes: Object.fromEntries(
        [...this.#mailboxes].map(([address, requests]) => [
          address,
          { requests, peakInFlight: states.get(address)?.peakInFlight ?? 0, peakUsed: states.get(address)?.peakUsed ?? 0 },
        ]),
      ),
      faults: Object.fromEntries(fired),
    }
  }
}
