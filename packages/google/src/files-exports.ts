import { tmpdir } from 'node:os'
import { type Call, Fault } from '@offramp/core'
import { askExport, END_BYTES, mustBeWhole, type Wanted } from './files-export.ts'
import { EXPORTS } from './limits.ts'
import { Spool } from './spool.ts'

/** One export, as it was given once: the next would have other bytes. */
export interface Exported {
  /** Bytes. */
  readonly size: number
  /** As often as wanted, until it is let go. */
  read(from: number, call: Call): AsyncIterable<Uint8Array>
}

interface Held {
  readonly parts: Uint8Array[]
  spool: Spool | undefined
  size: number
  ended: boolean
}

/** The exports that one drive's opened documents have in hand: small ones in memory, larger ones in files without a name. */
export class Exports {
  readonly #held = new Set<Held>()
  readonly #folder: string

  constructor(folder = tmpdir()) {
    this.#folder = folder
  }

  async take(wanted: Wanted, call: Call): Promise<Exported> {
    const held: Held = { parts: [], spool: undefined, size: 0, ended: false }
    this.#held.add(held)
    try {
      await this.#fill(held, wanted, call)
    } catch (thrown) {
      await this.#drop(held)
      throw thrown
    }
    await this.#trim()
    return { size: held.size, read: (from, at) => read(held, from, at) }
  }

  /** Nothing is wanted any more. */
  async end(): Promise<void> {
    for (const held of this.#held) await this.#drop(held)
  }

  async #fill(held: Held, wanted: Wanted, call: Call): Promise<void> {
    const answer = await askExport(wanted, call)
    let head = Buffer.alloc(0)
    let tail = Buffer.alloc(0)
    for await (const piece of answer.body) {
      if (head.length < END_BYTES) head = Buffer.concat([head, piece]).subarray(0, END_BYTES)
      tail = Buffer.concat([tail.subarray(-END_BYTES), piece.subarray(-END_BYTES)]).subarray(-END_BYTES)
      await this.#add(held, piece)
    }
    mustBeWhole(wanted, head, tail)
  }

  async #add(held: Held, piece: Uint8Array): Promise<void> {
    held.size += piece.length
    if (held.spool === undefined && held.size > EXPORTS.inMemory) {
      const spool = await Spool.open(this.#folder)
      // Let go of while the file was being made.
      if (held.ended) {
        await spool.end()
        throw letGo()
      }
      held.spool = spool
      for (const part of held.parts.splice(0)) await held.spool.add(part)
    }
    if (held.spool === undefined) held.parts.push(Buffer.from(piece))
    else await held.spool.add(piece)
  }

  /** The oldest are let go: whoever still wants one opens the document again. */
  async #trim(): Promise<void> {
    let bytes = 0
    for (const { size, spool } of this.#held) bytes += spool === undefined ? size : 0
    for (const held of this.#held) {
      if (this.#held.size <= EXPORTS.atOnce && bytes <= EXPORTS.bytes) return
      if (held.spool === undefined) bytes -= held.size
      await this.#drop(held)
    }
  }

  async #drop(held: Held): Promise<void> {
    this.#held.delete(held)
    held.ended = true
    held.parts.splice(0)
    await held.spool?.end()
  }
}

async function* read(held: Held, from: number, call: Call): AsyncGenerator<Uint8Array> {
  call.signal.throwIfAborted()
  if (held.ended) throw letGo()
  let at = 0
  for await (const piece of held.spool?.read(call) ?? [...held.parts]) {
    call.signal.throwIfAborted()
    const skip = Math.max(0, from - at)
    at += piece.length
    if (skip < piece.length) yield piece.subarray(skip)
  }
}

const letGo = (): Fault =>
  new Fault({
    reach: 'call',
    code: 'google-export-let-go',
    message: 'An export was held for too long; the document is opened again.',
  })
