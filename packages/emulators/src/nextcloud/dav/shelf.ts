import { createHash } from 'node:crypto'

/** Who put something where it stands. */
export type Writer =
  /** A client by PUT, MOVE or import. */
  | { readonly by: 'client'; readonly user: string }
  /** The server itself, delivering an invitation, reply or cancellation. */
  | { readonly by: 'scheduling'; readonly user: string }
  /** A person, by the control interface. */
  | { readonly by: 'person'; readonly user: string }
  | { readonly by: 'server' }

/** A calendar object or a card. */
export interface Stored {
  readonly name: string
  readonly bytes: Buffer
  readonly etag: string
  readonly uid: string
  /** `VEVENT`, `VTODO`, `VJOURNAL` or `VCARD`. */
  readonly component: string
  /** Milliseconds since the Unix epoch. */
  readonly modified: number
  readonly writer: Writer
  /** How often it has been written, from 1. */
  readonly writes: number
}

export interface Change {
  readonly token: number
  readonly name: string
  readonly operation: 'added' | 'modified' | 'deleted'
}

export const etagOf = (bytes: Uint8Array): string => `"${createHash('md5').update(bytes).digest('hex')}"`

/** What a collection holds, and how it came to be so: the ground of sync tokens. */
export class Shelf {
  readonly #objects = new Map<string, Stored>()
  readonly #uids = new Map<string, Set<string>>()
  readonly #changes: Change[] = []
  #token = 1

  get token(): number {
    return this.#token
  }

  get size(): number {
    return this.#objects.size
  }

  all(): readonly Stored[] {
    return [...this.#objects.values()]
  }

  get(name: string): Stored | undefined {
    return this.#objects.get(name)
  }

  byUid(uid: string): Stored | undefined {
    const [name] = this.#uids.get(uid) ?? []
    return name === undefined ? undefined : this.#objects.get(name)
  }

  put(facts: Omit<Stored, 'etag' | 'writes'>): Stored {
    const before = this.#objects.get(facts.name)
    const stored = { ...facts, etag: etagOf(facts.bytes), writes: (before?.writes ?? 0) + 1 }
    if (before) this.#forgetUid(before)
    this.#objects.set(facts.name, stored)
    const names = this.#uids.get(facts.uid) ?? new Set()
    this.#uids.set(facts.uid, names.add(facts.name))
    this.#note(facts.name, before ? 'modified' : 'added')
    return stored
  }

  remove(name: string): Stored | undefined {
    const stored = this.#objects.get(name)
    if (!stored) return undefined
    this.#objects.delete(name)
    this.#forgetUid(stored)
    this.#note(name, 'deleted')
    return stored
  }

  /** Something about the collection itself has changed. */
  touch(): void {
    this.#token += 1
  }

  /** What has changed since a token, the last change of each name; undefined where it was never given out. */
  since(token: number): readonly Change[] | undefined {
    if (token > this.#token || token < 1) return undefined
    const last = new Map<string, Change>()
    for (const change of this.#changes) {
      if (change.token < token) continue
      last.delete(change.name)
      last.set(change.name, change)
    }
    return [...last.values()]
  }

  #note(name: string, operation: Change['operation']): void {
    this.#changes.push({ token: this.#token, name, operation })
    this.#token += 1
  }

  #forgetUid({ uid, name }: Stored): void {
    const names = this.#uids.get(uid)
    names?.delete(name)
    if (names?.size === 0) this.#uids.delete(uid)
  }
}
