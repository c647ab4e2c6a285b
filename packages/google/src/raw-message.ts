import { Fault } from '@offramp/core'
import { type Json, objectOf } from '@offramp/wire'
import type { Spool } from './spool.ts'

const QUOTE = 34
const BACKSLASH = 92
const COLON = 58

/**
 * Takes Gmail's answer to `format=raw` apart as it arrives. The value of `raw`, which may be 200 MB of base64url, is decoded piece by piece
 * and is never one string; everything else is kept as text and parsed at the end. https://developers.google.com/workspace/gmail/api/reference/rest/v1/users.messages
 */
export class RawMessage {
  #state: 'outside' | 'string' | 'escape' | 'raw' | 'raw-escape' = 'outside'
  /** Everything but the value of `raw`. */
  readonly #rest: string[] = []
  /** The string that is being read outside `raw`, without its quotes; what was read last, while a colon may follow. */
  #text = ''
  #isKey = false
  #escape = ''
  /** Base64 characters that do not make whole bytes yet. */
  #odd = ''

  /** The bytes of the message in this piece of the answer. */
  push(chunk: Uint8Array): Buffer {
    const text = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length).toString('latin1')
    const coded: string[] = []
    let at = 0
    while (at < text.length) at = this.#isRaw() ? this.#inRaw(text, at, coded) : this.#inRest(text, at)
    return this.#decode(coded.join(''))
  }

  /** The answer without `raw`. Throws a `call` fault where it broke off or is no JSON. */
  end(about: string): Json {
    try {
      if (this.#state !== 'outside') throw new Error('open')
      return objectOf(JSON.parse(Buffer.from(this.#rest.join(''), 'latin1').toString('utf8')))
    } catch {
      throw new Fault({ reach: 'call', code: 'google-bad-json', message: `A message of ${about} came as something else than JSON.` })
    }
  }

  #isRaw(): boolean {
    return this.#state === 'raw' || this.#state === 'raw-escape'
  }

  #inRest(text: string, from: number): number {
    let at = from
    for (; at < text.length; at++) {
      const code = text.charCodeAt(at)
      if (this.#state === 'escape') {
        this.#text += text.charAt(at)
        this.#state = 'string'
      } else if (this.#state === 'string') {
        if (code === BACKSLASH) this.#state = 'escape'
        else if (code === QUOTE) this.#state = 'outside'
        else this.#text += text.charAt(at)
      } else if (code === COLON) this.#isKey = this.#text === 'raw'
      else if (code === QUOTE) {
        if (this.#isKey) {
          this.#rest.push(text.slice(from, at + 1))
          this.#state = 'raw'
          this.#isKey = false
          this.#text = ''
          return at + 1
        }
        this.#text = ''
        this.#state = 'string'
      } else if (code > 32) this.#isKey = false
    }
    this.#rest.push(text.slice(from, at))
    return at
  }

  #inRaw(text: string, from: number, coded: string[]): number {
    if (this.#state === 'raw-escape') return this.#inEscape(text, from, coded)
    const quote = text.indexOf('"', from)
    const end = quote < 0 ? text.length : quote
    const slash = text.indexOf('\\', from)
    if (slash >= 0 && slash < end) {
      coded.push(text.slice(from, slash))
      this.#state = 'raw-escape'
      this.#escape = ''
      return slash + 1
    }
    coded.push(text.slice(from, end))
    if (quote < 0) return end
    this.#rest.push('"')
    this.#state = 'outside'
    return quote + 1
  }

  /** `\u003d` for `=`, and `\/`: some of Google's front ends escape what HTML would mind. */
  #inEscape(text: string, from: number, coded: string[]): number {
    this.#escape += text.charAt(from)
    const isUnicode = this.#escape.startsWith('u')
    if (!isUnicode || this.#escape.length === 5) {
      coded.push(isUnicode ? String.fromCharCode(Number.parseInt(this.#escape.slice(1), 16)) : this.#escape)
      this.#state = 'raw'
    }
    return from + 1
  }

  #decode(coded: string): Buffer {
    const all = this.#odd + coded
    const whole = this.#isRaw() ? all.length - (all.length % 4) : all.length
    this.#odd = all.slice(whole)
    return Buffer.from(all.slice(0, whole), 'base64url')
  }
}

/** The bytes of a message as they arrive. Throws a `call` fault where they break off. */
export async function* rawBytes(chunks: AsyncIterable<Uint8Array>, about: string): AsyncGenerator<Uint8Array> {
  const reading = new RawMessage()
  for await (const chunk of chunks) {
    const bytes = reading.push(chunk)
    if (bytes.length > 0) yield bytes
  }
  reading.end(about)
}

/** A message that was asked for with `format=raw`. */
export interface ReadMessage {
  /** The answer without `raw`. */
  readonly message: Json
  readonly size: number
  /** The first part of the message, at least its header block unless that is longer than 256 kB. */
  readonly head: Buffer
  /** All of it. Absent where it is longer than what may be held in memory. */
  readonly bytes?: Buffer
  /** All of a longer one. Absent where there is no room for it. */
  readonly spool?: Spool
}

/** What to do with a message that is longer than what may be held in memory. */
export interface Keeping {
  /** Bytes held in memory. */
  readonly most: number
  /** Somewhere else to keep the bytes. Undefined where there is no such place. */
  spool?(): Promise<Spool | undefined>
}

const HEAD_BYTES = 262_144

/** Reads a message to its end, and keeps it in memory or, where it is too long for that, in a spool. */
export async function readMessage(chunks: AsyncIterable<Uint8Array>, keeping: Keeping, about: string): Promise<ReadMessage> {
  const reading = new RawMessage()
  let parts: Buffer[] = []
  let size = 0
  let head: Buffer | undefined
  let spool: Spool | undefined
  try {
    for await (const chunk of chunks) {
      const bytes = reading.push(chunk)
      size += bytes.length
      if (head !== undefined) {
        spool = await added(spool, bytes)
        continue
      }
      parts.push(bytes)
      if (size <= keeping.most) continue
      const first = Buffer.concat(parts)
      parts = []
      // A copy, so that the rest is let go.
      head = Buffer.from(first.subarray(0, HEAD_BYTES))
      spool = await added(await keeping.spool?.(), first)
    }
    const message = reading.end(about)
    if (head !== undefined) return { message, size, head, ...(spool === undefined ? {} : { spool }) }
    const bytes = Buffer.concat(parts)
    return { message, size, head: bytes.subarray(0, HEAD_BYTES), bytes }
  } catch (thrown) {
    await spool?.end()
    throw thrown
  }
}

/** Undefined where the disk is full: the message is then read once more while it is written. */
async function added(spool: Spool | undefined, bytes: Buffer): Promise<Spool | undefined> {
  try {
    await spool?.add(bytes)
    return spool
  } catch {
    await spool?.end()
    return undefined
  }
}
