import { bytesToCrlf, encodeEightBitHeader, messagePrint } from '@offramp/formats'
import { asDovecotKeeps } from './dovecot-bytes.ts'

/** What may be recognised as this message: itself, and itself as servers that change bytes would hold it. */
export class Likeness {
  readonly size: number
  readonly #bytes: Buffer
  #prints: ReadonlySet<string> | undefined

  constructor(bytes: Buffer) {
    const normal = bytesToCrlf(bytes)
    this.#bytes = Buffer.isBuffer(normal) ? normal : Buffer.from(normal)
    this.size = this.#bytes.length
  }

  matches(other: Buffer): boolean {
    if (this.#bytes.equals(other)) return true
    this.#prints ??= new Set(this.#variants().map(messagePrint))
    return this.#prints.has(messagePrint(other))
  }

  /** Dovecot changes a few bytes; for Cyrus an 8-bit header was written in encoded words. */
  #variants(): Uint8Array[] {
    const kept = asDovecotKeeps(this.#bytes)
    const encoded = encodeEightBitHeader(this.#bytes)
    return [this.#bytes, ...(kept === this.#bytes ? [] : [kept]), ...(encoded === this.#bytes ? [] : [encoded])]
  }
}
