import { once } from 'node:events'
import { createWriteStream, type WriteStream } from 'node:fs'
import { chmod, rename } from 'node:fs/promises'
import type { Context } from '../context.ts'

/** Where the lines of a table go. */
export interface TableOut {
  write(text: string): Promise<void>
  /** Once all is written; a file that stood there is replaced only now. */
  end(): Promise<void>
}

class FileOut implements TableOut {
  readonly #path: string
  readonly #draft: string
  readonly #stream: WriteStream

  constructor(path: string) {
    this.#path = path
    this.#draft = `${path}.${process.pid}.draft`
    this.#stream = createWriteStream(this.#draft, { mode: 0o600 })
  }

  async write(text: string): Promise<void> {
    if (!this.#stream.write(text)) await once(this.#stream, 'drain')
  }

  async end(): Promise<void> {
    this.#stream.end()
    await once(this.#stream, 'close')
    await chmod(this.#draft, 0o600)
    await rename(this.#draft, this.#path)
  }
}

/** A file that its owner alone may read, or the terminal. */
export const tableOut = ({ terminal }: Context, path: string | undefined): TableOut =>
  path === undefined ? { write: async (text) => terminal.out(text), end: async () => {} } : new FileOut(path)
