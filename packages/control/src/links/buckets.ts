import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { appendFile, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

/** One file of a lane, as it is on its way through the table of links. */
export interface Linked {
  readonly path: readonly string[]
  readonly old?: string
  /** Where its copy stands. Absent: it has none. */
  readonly copy?: { readonly place: string; readonly locator: string }
}

const COUNT = 64

/** Lines that wait for their file, in characters. */
const HELD = 65_536

/**
 * What does not fit into memory, on disk, sorted by the folder of the destination: each folder is then looked at once. Readable by its owner alone, and
 * gone at the end.
 */
export class Buckets {
  readonly #folder: string
  readonly #held: string[] = Array.from({ length: COUNT }, () => '')

  readonly #spilled = new Set<number>()

  private constructor(folder: string) {
    this.#folder = folder
  }

  static async make(): Promise<Buckets> {
    // mkdtemp gives rights to the owner alone.
    return new Buckets(await mkdtemp(join(tmpdir(), 'offramp-links-')))
  }

  async add(linked: Linked): Promise<void> {
    const index =
      (createHash('sha256')
        .update(linked.copy?.place ?? '')
        .digest()[0] ?? 0) % COUNT
    const held = `${this.#held[index] ?? ''}${JSON.stringify(linked)}\n`
    this.#held[index] = held.length > HELD ? '' : held
    if (held.length > HELD) await this.#spill(index, held)
  }

  /** All that was added, a bucket at a time: everything of one folder is in one. */
  async *read(): AsyncIterable<readonly Linked[]> {
    for (let index = 0; index < COUNT; index++) {
      const linked: Linked[] = []
      await this.#spill(index, this.#held[index] ?? '')
      this.#held[index] = ''
      if (!this.#spilled.has(index)) continue
      const lines = createInterface({
        input: createReadStream(this.#path(index)),
        crlfDelay: Number.POSITIVE_INFINITY,
      })
      for await (const line of lines) linked.push(JSON.parse(line))
      if (linked.length > 0) yield linked
    }
  }

  async remove(): Promise<void> {
    await rm(this.#folder, { recursive: true, force: true })
  }

  async #spill(index: number, held: string): Promise<void> {
    if (held === '') return
    this.#spilled.add(index)
    await appendFile(this.#path(index), held, { mode: 0o600 })
  }

  #path(index: number): string {
    return join(this.#folder, `${index}.ndjson`)
  }
}
