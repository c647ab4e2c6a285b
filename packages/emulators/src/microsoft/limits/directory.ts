/** What the directory charges for a request, and how it says so (facts 2.1). */
export interface UnitCharge {
  readonly allowed: boolean
  /** Seconds. */
  readonly retryAfter: number
  readonly headers: Readonly<Record<string, string>>
}

const PER_MS = 10_000
/** From this share on the directory tells how full the bucket is. */
const TELLS_FROM = 0.8

/** Units by the size of the tenant: below 50, up to 500, and more users. */
export const unitsFor = (users: number): number => (users < 50 ? 3_500 : users <= 500 ? 5_000 : 8_000)

/** Listing users costs 2; `$select` saves one, `$expand` adds one, `$top` below 20 saves one; nothing is free. */
export function unitCost(
  query: { readonly select: readonly string[] | undefined; readonly expand: readonly unknown[]; readonly top: number | undefined },
  base: number,
): number {
  const select = query.select === undefined ? 0 : -1
  const expand = query.expand.length > 0 ? 1 : 0
  const small = query.top !== undefined && query.top < 20 ? -1 : 0
  return Math.max(1, base + select + expand + small)
}

/** The directory's token bucket, per application and tenant. */
export class UnitBucket {
  readonly #amount: number
  #level: number
  #at: number

  constructor(amount: number, now: number) {
    this.#amount = amount
    this.#level = amount
    this.#at = now
  }

  take(cost: number, now: number): UnitCharge {
    this.#level = Math.min(this.#amount, this.#level + ((now - this.#at) / PER_MS) * this.#amount)
    this.#at = now
    const headers: Record<string, string> = { 'x-ms-resource-unit': String(cost) }
    const used = 1 - (this.#level - cost) / this.#amount
    if (used >= TELLS_FROM) headers['x-ms-throttle-limit-percentage'] = used.toFixed(2)
    if (this.#level >= cost) {
      this.#level -= cost
      return { allowed: true, retryAfter: 0, headers }
    }
    const wait = ((cost - this.#level) / this.#amount) * PER_MS
    const scope = { 'x-ms-throttle-scope': 'Tenant_Application/ReadWrite', 'x-ms-throttle-information': 'ResourceUnitLimitExceeded' }
    return { allowed: false, retryAfter: Math.max(1, Math.ceil(wait / 1000)), headers: { ...headers, ...scope } }
  }
}
