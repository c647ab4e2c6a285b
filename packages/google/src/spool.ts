import { createCipheriv, createDecipheriv, randomBytes, randomUUID } from 'node:crypto'
import { type FileHandle, open, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import type { Call } from '@offramp/core'

const CIPHER = 'aes-256-ctr'
const NO_IV = Buffer.alloc(16)

/** Bytes read back at once. */
const CHUNK = 256 * 1024

/**
 * Bytes that are too many for memory, in a file without a name: it is gone with the process, however that ends. What stands on the disk is
 * encrypted under a key that is made for this file and never leaves the process.
 */
export class Spool {
  readonly #file: FileHandle
  readonly #key = randomBytes(32)
  readonly #cipher = createCipheriv(CIPHER, this.#key, NO_IV)
  #size = 0
  #readers = 0
  #ended = false

  private constructor(file: FileHandle) {
    this.#file = file
  }

  /** Throws what the file system says. */
  static async open(folder: string): Promise<Spool> {
    const path = join(folder, `offramp-${randomUUID()}`)
    const file = await open(path, 'wx+', 0o600)
    try {
      await unlink(path)
      return new Spool(file)
    } catch (thrown) {
      await file.close()
      throw thrown
    }
  }

  /** Throws what the file system says: a full disk, for one. */
  async add(piece: Uint8Array): Promise<void> {
    await this.#file.writeFile(this.#cipher.update(piece))
    this.#size += piece.length
  }

  /** From the first byte, as often as wanted. */
  async *read({ signal }: Call): AsyncGenerator<Uint8Array> {
    if (this.#ended) throw new Error('A spool was read after its end.')
    this.#readers++
    const decipher = createDecipheriv(CIPHER, this.#key, NO_IV)
    try {
      for (let at = 0; at < this.#size; ) {
        signal.throwIfAborted()
        const { bytesRead, buffer } = await this.#file.read(Buffer.allocUnsafe(CHUNK), 0, CHUNK, at)
        if (bytesRead === 0) throw new Error('A spool is shorter than what was written to it.')
        at += bytesRead
        yield decipher.update(buffer.subarray(0, bytesRead))
      }
    } finally {
      this.#readers--
      await this.#close()
    }
  }

  /** Lets it go, once nobody reads it any more. Safe to repeat; never throws. */
  async end(): Promise<void> {
    this.#ended = true
    await this.#close()
  }

  async #close(): Promise<void> {
    if (this.#ended && this.#readers === 0) await this.#file.close().catch(() => undefined)
  }
}
