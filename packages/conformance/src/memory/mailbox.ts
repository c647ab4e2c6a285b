import { createHash } from 'node:crypto'
import type { Traits } from '@offramp/core'

/** One copy in a memory mailbox. Its body never changes, as in IMAP. */
export interface Copy {
  readonly uid: number
  readonly body: Uint8Array
  readonly naturalKey: string
  traits: Traits
  /** Which item it was written for, and in what text: where a destination leaves its seal on what it writes. */
  readonly by?: { readonly id: string; readonly hash: string }
}

/** A folder of a memory mailbox. */
export interface Folder {
  readonly path: readonly string[]
  /** UIDVALIDITY. */
  generation: number
  /** UIDNEXT. */
  next: number
  /** In the order of UIDs. */
  copies: Map<number, Copy>
}

export const sameBytes = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0

export const hashOf = (body: Uint8Array): string => createHash('sha256').update(body).digest('hex').slice(0, 16)

/**
 * What a server holds: the truth that several connections look at, and what a person does to it. IMAP-like: a copy has a number that
 * is never given again, a moved copy gets a new one, a rebuilt folder renumbers everything.
 */
export class Mailbox {
  readonly #folders = new Map<string, Folder>()
  /** Bytes that fit in; a write beyond is refused. */
  quota = Number.POSITIVE_INFINITY

  folders(): readonly Folder[] {
    return [...this.#folders.values()]
  }

  folder(path: readonly string[]): Folder | undefined {
    return this.#folders.get(JSON.stringify(path))
  }

  make(path: readonly string[]): Folder {
    const known = this.folder(path)
    if (known) return known
    const made: Folder = { path, generation: 1, next: 1, copies: new Map() }
    this.#folders.set(JSON.stringify(path), made)
    return made
  }

  append(folder: Folder, facts: { body: Uint8Array; naturalKey: string; traits: Traits }): Copy {
    const copy: Copy = { ...facts, uid: folder.next++ }
    folder.copies.set(copy.uid, copy)
    return copy
  }

  move(from: Folder, uid: number, to: Folder): Copy {
    const copy = from.copies.get(uid)
    if (!copy) throw new Error(`There is no copy ${uid} in ${from.path.join('/')}.`)
    from.copies.delete(uid)
    return this.append(to, copy)
  }

  /** The server loses its index: the same copies, with new numbers in a new generation. */
  rebuild(folder: Folder): void {
    const copies = [...folder.copies.values()]
    folder.generation++
    folder.next = 1
    folder.copies = new Map()
    for (const copy of copies) this.append(folder, copy)
  }

  bytes(): number {
    return this.folders().reduce((sum, { copies }) => [...copies.values()].reduce((more, { body }) => more + body.length, sum), 0)
  }
}
