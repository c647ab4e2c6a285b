import type { Violations } from '../../serve/violations.ts'

export interface MannerFacts {
  readonly violations: Violations
  /** Read anew each time: an administrator may change them. */
  readonly limits: { readonly concurrent: number; readonly raceMs: number }
  readonly now: () => number
}

/** Remembers what a client has been told, and notes where it does not listen. */
export class Manners {
  readonly #facts: MannerFacts
  /** Until when a user has been asked to wait, and since when. */
  readonly #waits = new Map<string, { readonly since: number; readonly until: number }>()
  /** Credentials that were refused, and when first. */
  readonly #refused = new Map<string, number>()
  /** Collections whose creation was refused, and when. */
  readonly #collections = new Map<string, number>()
  readonly #deleted = new Set<string>()
  /** What a strict PUT was refused for: a lenient one may follow. */
  readonly #strict = new Set<string>()
  readonly #inFlight = new Map<string, number>()
  #most = 0

  constructor(facts: MannerFacts) {
    this.#facts = facts
  }

  /** The most requests that any user had in flight at once. */
  get most(): number {
    return this.#most
  }

  /** Counts a request; what it gives back is called when its answer leaves. */
  enter(user: string): () => void {
    const now = this.#facts.now()
    const wait = this.#waits.get(user)
    if (wait && now < wait.until && now - wait.since > this.#facts.limits.raceMs)
      this.#note(`called for ${user} before the time in Retry-After`)
    const count = (this.#inFlight.get(user) ?? 0) + 1
    this.#inFlight.set(user, count)
    this.#most = Math.max(this.#most, count)
    if (count > this.#facts.limits.concurrent) this.#note(`more than ${this.#facts.limits.concurrent} requests at once for ${user}`)
    let isOut = false
    return () => {
      if (!isOut) this.#inFlight.set(user, (this.#inFlight.get(user) ?? 1) - 1)
      isOut = true
    }
  }

  told(user: string, until: number): void {
    this.#waits.set(user, { since: this.#facts.now(), until })
  }

  refusedCredentials(credentials: string, user: string): void {
    const first = this.#refused.get(credentials)
    if (first === undefined) this.#refused.set(credentials, this.#facts.now())
    else if (this.#isLate(first)) this.#note(`went on with a password of ${user} that had been refused`)
  }

  /** They are good again: an administrator has mended it. */
  acceptedCredentials(credentials: string): void {
    this.#refused.delete(credentials)
  }

  refusedCollection(path: string): void {
    const first = this.#collections.get(path)
    if (first === undefined) this.#collections.set(path, this.#facts.now())
  }

  madeCollection(path: string): void {
    this.#collections.delete(path)
  }

  /** Looks at a PUT of a calendar object or a card. */
  put(path: string, headers: Readonly<Record<string, string | readonly string[] | undefined>>): void {
    const collection = path.slice(0, path.lastIndexOf('/') + 1)
    const refused = this.#collections.get(collection)
    if (refused !== undefined && this.#isLate(refused)) this.#note(`PUT into ${collection}, whose creation had been refused`)
    if (headers['if-match'] === undefined && headers['if-none-match'] === undefined)
      this.#note('PUT with neither If-Match nor If-None-Match')
    const isStrict = /\bhandling=strict\b/.test(String(headers['prefer'] ?? ''))
    if (!isStrict && !this.#strict.has(path)) this.#note('PUT without Prefer: handling=strict: a repair would go unnoticed')
    if (this.#deleted.has(path)) this.#note(`PUT of ${path} after DELETE: it must be written over instead`)
  }

  refusedStrict(path: string): void {
    this.#strict.add(path)
  }

  deleted(path: string): void {
    this.#deleted.add(path)
  }

  #isLate(since: number): boolean {
    return this.#facts.now() - since > this.#facts.limits.raceMs
  }

  #note(text: string): void {
    this.#facts.violations.note(text)
  }
}
