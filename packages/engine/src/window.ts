import type { Call, Item } from '@offramp/core'
import { withBytes } from './bodies.ts'
import type { Limits } from './contract.ts'

/** An item as it comes out of the window. */
export type Ready<T> =
  /** Its bytes are in hand. */
  | { readonly job: T; readonly state: 'held'; readonly item: Item; readonly bytes: number }
  /** Too large to be held beside others: to be streamed, alone. */
  | { readonly job: T; readonly state: 'large' }
  | { readonly job: T; readonly state: 'failed'; readonly fault: unknown }

/** What an item is taken for whose size the source does not say. */
const GUESS_BYTES = 64 * 1024

/**
 * Reads under way at once, of those that the window has room for: more than any source lets in at a time (32, of files). One that waits at a gate
 * holds ten objects and outlives a collection or two of the garbage; 600 of them were a fifth of a worker's time.
 */
const READS = 40

interface Read<T> {
  readonly job: T
  reserved: number
  readonly done: Promise<Ready<T>>
}

/**
 * Reads bodies ahead, concurrently and in order, never holding more than the limits allow. Bytes count from the start of a read until
 * `release`; an item that proves larger than it said is dropped and handed out as `large`.
 */
export class Window<T extends { readonly item: Item }> {
  readonly #limits: Limits
  readonly #call: Call
  readonly #waiting: T[]
  readonly #reading: Read<T>[] = []
  #items = 0
  #bytes = 0
  #underWay = 0

  constructor(jobs: readonly T[], options: { readonly limits: Limits; readonly call: Call }) {
    this.#waiting = [...jobs]
    this.#limits = options.limits
    this.#call = options.call
  }

  /** True when every job has been handed out. */
  get empty(): boolean {
    return this.#waiting.length === 0 && this.#reading.length === 0
  }

  /** The next in order; undefined when it cannot be read before something is released. */
  async next(): Promise<Ready<T> | undefined> {
    this.#fill()
    const read = this.#reading.shift()
    if (!read) return undefined
    const ready = await read.done
    if (ready.state !== 'held') this.#leave(read.reserved)
    else this.#bytes += ready.bytes - read.reserved
    return ready
  }

  /** These bodies have been written, or given up. */
  release(bodies: readonly { readonly bytes: number }[]): void {
    for (const { bytes } of bodies) this.#leave(bytes)
    this.#fill()
  }

  #leave(bytes: number): void {
    this.#items--
    this.#bytes -= bytes
  }

  #fill(): void {
    for (let job = this.#waiting[0]; job; job = this.#waiting[0]) {
      const large = (job.item.size ?? 0) > this.#limits.windowBytes
      const reserved = large ? 0 : (job.item.size ?? Math.min(GUESS_BYTES, this.#limits.windowBytes))
      const full = this.#items >= this.#limits.windowItems || this.#bytes + reserved > this.#limits.windowBytes
      if ((full && this.#items > 0) || this.#underWay >= READS) return
      this.#waiting.shift()
      this.#items++
      this.#bytes += reserved
      const read = { job, reserved }
      const done: Promise<Ready<T>> = large ? Promise.resolve({ job, state: 'large' }) : this.#begin(read)
      this.#reading.push(Object.assign(read, { done }))
    }
  }

  async #begin(read: Pick<Read<T>, 'job' | 'reserved'>): Promise<Ready<T>> {
    this.#underWay++
    const ready = await this.#read(read)
    this.#underWay--
    // After a stop nothing more is begun.
    if (!this.#call.signal.aborted) this.#fill()
    return ready
  }

  /** Never rejects, so that a read whose turn never comes leaves no unhandled rejection. */
  async #read(read: Pick<Read<T>, 'job' | 'reserved'>): Promise<Ready<T>> {
    const { job } = read
    const parts: Uint8Array[] = []
    let bytes = 0
    try {
      for await (const part of job.item.body(this.#call)) {
        bytes += part.length
        // An overrun may use only what is free: what others have reserved stays theirs, or the bound would be a wish.
        if (bytes > read.reserved && !this.#reserve(read, bytes - read.reserved)) return { job, state: 'large' }
        parts.push(part)
      }
      return { job, state: 'held', item: withBytes(job.item, parts), bytes }
    } catch (fault) {
      return { job, state: 'failed', fault }
    }
  }

  #reserve(read: { reserved: number }, more: number): boolean {
    if (this.#bytes + more > this.#limits.windowBytes) return false
    this.#bytes += more
    read.reserved += more
    return true
  }
}
