import { createHash } from 'node:crypto'
import type { Collection, Role, Traits } from '@offramp/core'

/** One item in a memory account, as it stands now. */
export interface Held {
  readonly id: string
  readonly home: string
  readonly naturalKey: string
  readonly body: Uint8Array
  readonly traits: Traits
  /** Rises with every change of text, traits or home. */
  readonly version: number
  readonly revision: string
  /** Position in its home: a moved item comes last. */
  readonly order: number
}

interface Change {
  readonly seq: number
  readonly collection: string
  readonly id: string
}

export const revisionOf = (body: Uint8Array): string => createHash('sha256').update(body).digest('hex').slice(0, 16)

/**
 * A person's account at a source, with the log of changes that delta listings are made of. Its methods are what the person does;
 * `memorySource` reads it.
 */
export class MemoryAccount {
  readonly #collections = new Map<string, Collection>()
  readonly #parents = new Map<string, string>()
  readonly #items = new Map<string, Held>()
  readonly #changes: Change[] = []
  #counter = 0
  #generation = 1

  /** Cursors of an earlier generation are dead. */
  get generation(): number {
    return this.#generation
  }

  get sequence(): number {
    return this.#changes.length
  }

  collections(): readonly Collection[] {
    return [...this.#collections.values()]
  }

  collection(id: string): Collection | undefined {
    return this.#collections.get(id)
  }

  items(): readonly Held[] {
    return [...this.#items.values()]
  }

  item(id: string): Held | undefined {
    return this.#items.get(id)
  }

  /** Changes of these collections after `seq`, oldest first. */
  changes(seq: number, collections: ReadonlySet<string>): readonly Change[] {
    return this.#changes.slice(seq).filter((change) => collections.has(change.collection))
  }

  addCollection(name: string, parent?: string, role?: Role): string {
    const above = parent === undefined ? [] : (this.#collections.get(parent)?.path ?? [])
    const id = `c${++this.#counter}`
    this.#collections.set(id, { id, path: [...above, name], ...(role ? { role } : {}) })
    if (parent !== undefined) this.#parents.set(id, parent)
    return id
  }

  /** What is below goes along. No item changes, and no listing of changes tells of it. */
  rename(id: string, name: string): void {
    const collection = this.#collections.get(id)
    if (!collection) throw new Error(`There is no collection ${id} in this account.`)
    const parent = this.#collections.get(this.#parents.get(id) ?? '')
    this.#collections.set(id, { ...collection, path: [...(parent?.path ?? []), name] })
    for (const [child, above] of this.#parents) if (above === id) this.rename(child, this.#collections.get(child)?.path.at(-1) ?? '')
  }

  /** Two collections with the same parent have each other's name afterwards. */
  exchange(one: string, other: string): void {
    const [first, second] = [one, other].map((id) => this.#collections.get(id)?.path.at(-1) ?? '')
    this.rename(one, second ?? '')
    this.rename(other, first ?? '')
  }

  /** Collections under the same parent, itself among them. */
  siblings(id: string): readonly string[] {
    return [...this.#collections.keys()].filter((other) => this.#parents.get(other) === this.#parents.get(id))
  }

  add(home: string, facts: { body: Uint8Array; naturalKey: string; traits?: Traits }): string {
    const id = `i${++this.#counter}`
    this.#keep({ id, home, traits: {}, ...facts, version: 1, revision: revisionOf(facts.body), order: ++this.#counter })
    return id
  }

  mark(id: string, traits: Traits): void {
    const held = this.#must(id)
    this.#keep({ ...held, traits: { ...held.traits, ...traits }, version: held.version + 1 })
  }

  edit(id: string, body: Uint8Array): void {
    const held = this.#must(id)
    this.#keep({ ...held, body, revision: revisionOf(body), version: held.version + 1 })
  }

  move(id: string, home: string): void {
    const held = this.#must(id)
    this.#log(held.home, id)
    this.#keep({ ...held, home, version: held.version + 1, order: ++this.#counter })
  }

  remove(id: string): void {
    const held = this.#must(id)
    this.#items.delete(id)
    this.#log(held.home, id)
  }

  /** The server forgets every cursor that it has given out. */
  forgetCursors(): void {
    this.#generation++
  }

  #keep(held: Held): void {
    this.#items.set(held.id, held)
    this.#log(held.home, held.id)
  }

  #log(collection: string, id: string): void {
    this.#changes.push({ seq: this.#changes.length, collection, id })
  }

  #must(id: string): Held {
    const held = this.#items.get(id)
    if (!held) throw new Error(`There is no item ${id} in this account.`)
    return held
  }
}
