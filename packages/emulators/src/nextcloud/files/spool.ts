import { closeSync, mkdirSync, mkdtempSync, openSync, readdirSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Blob, EMPTY, type Piece, type SpoolFile } from './blob.ts'

/** What is smaller stays in memory. */
const SMALL = 4 * 1024
/** What is larger has a file of its own, which goes when nobody reads it any more; the rest shares files. */
const LARGE = 1024 * 1024
const SLAB = 64 * 1024 * 1024
const ZEROS = Buffer.alloc(1024 * 1024)

const isZero = (bytes: Buffer): boolean => bytes[0] === 0 && bytes.length <= ZEROS.length && bytes.equals(ZEROS.subarray(0, bytes.length))

/** Takes bytes as they come. */
export interface BlobWriter {
  readonly size: number
  add(bytes: Buffer): void
  finish(): Blob
  /** Nothing of it is kept. */
  drop(): void
}

interface OpenFile {
  readonly file: SpoolFile
  readonly handle: number
  end: number
}

/** Where the bytes of files lie: a folder of its own in the system's temporary one, made when it is first needed. */
export class Spool {
  #folder: string | undefined
  #count = 0
  #slab: OpenFile | undefined
  /** Removes a file when nothing refers to it any more: versions and chunks go without anybody telling. */
  readonly #unused = new FinalizationRegistry((path: string) => rmSync(path, { force: true }))

  writer(): BlobWriter {
    let own: OpenFile | undefined
    let waiting: Buffer[] = []
    let size = 0
    let held = 0
    const pieces: Piece[] = []
    const write = (to: OpenFile, bytes: Buffer): void => {
      const at = to.end
      for (let done = 0; done < bytes.length; ) done += writeSync(to.handle, bytes, done, bytes.length - done, at + done)
      to.end += bytes.length
      append(pieces, { file: to.file, at, length: bytes.length })
    }
    const flush = (): void => {
      for (const bytes of waiting) {
        if (isZero(bytes)) append(pieces, { length: bytes.length })
        else {
          own ??= this.#open()
          write(own, bytes)
        }
      }
      waiting = []
      held = 0
    }
    const writeShared = (bytes: Buffer): void => {
      if (isZero(bytes)) append(pieces, { length: bytes.length })
      else write(this.#shared(bytes.length), bytes)
    }
    const close = (): void => {
      if (own) closeSync(own.handle)
      own = undefined
    }
    return {
      get size() {
        return size
      },
      add: (bytes) => {
        size += bytes.length
        waiting.push(bytes)
        held += bytes.length
        if (size > LARGE) flush()
      },
      finish: () => {
        if (size === 0) return EMPTY
        if (size > LARGE) flush()
        else if (size <= SMALL) pieces.push({ bytes: Buffer.concat(waiting), length: held })
        else writeShared(Buffer.concat(waiting))
        close()
        return { size, pieces }
      },
      drop: () => {
        waiting = []
        const path = own?.file.path
        close()
        if (path !== undefined) rmSync(path, { force: true })
      },
    }
  }

  /** Removes everything. */
  close(): void {
    if (this.#slab) closeSync(this.#slab.handle)
    this.#slab = undefined
    if (this.#folder !== undefined) removeFolder(this.#folder)
    this.#folder = undefined
  }

  #open(): OpenFile {
    this.#folder ??= newFolder()
    this.#count += 1
    const part = join(this.#folder, String(Math.floor(this.#count / 1000)))
    mkdirSync(part, { recursive: true })
    const file = { path: join(part, String(this.#count)) }
    this.#unused.register(file, file.path)
    return { file, handle: openSync(file.path, 'w+', 0o600), end: 0 }
  }

  #shared(length: number): OpenFile {
    if (this.#slab && this.#slab.end + length > SLAB) {
      closeSync(this.#slab.handle)
      this.#slab = undefined
    }
    this.#slab ??= this.#open()
    return this.#slab
  }
}

const PREFIX = 'offramp-cloud-files-'
const open = new Set<string>()
let isWatched = false

/** Named after this process: what one left that was killed is taken away by the next. */
function newFolder(): string {
  if (!isWatched) {
    isWatched = true
    sweep()
    process.once('exit', () => {
      for (const folder of open) rmSync(folder, { recursive: true, force: true })
    })
  }
  const folder = mkdtempSync(join(tmpdir(), `${PREFIX}${process.pid}-`))
  open.add(folder)
  return folder
}

function removeFolder(folder: string): void {
  open.delete(folder)
  rmSync(folder, { recursive: true, force: true })
}

function sweep(): void {
  for (const name of readdirSync(tmpdir())) {
    const pid = name.startsWith(PREFIX) ? /^(\d+)-/.exec(name.slice(PREFIX.length))?.[1] : undefined
    if (pid !== undefined && !isAlive(Number(pid))) rmSync(join(tmpdir(), name), { recursive: true, force: true })
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    // Somebody else's process is one as well.
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}

/** Behind the last piece, or as more of it where it goes on there. */
function append(pieces: Piece[], piece: Exclude<Piece, { readonly bytes: Buffer }>): void {
  const last = pieces.at(-1)
  const length = (last?.length ?? 0) + piece.length
  if (last && !('bytes' in last)) {
    if (!('file' in last) && !('file' in piece)) {
      pieces[pieces.length - 1] = { length }
      return
    }
    if ('file' in last && 'file' in piece && last.file === piece.file && last.at + last.length === piece.at) {
      pieces[pieces.length - 1] = { file: last.file, at: last.at, length }
      return
    }
  }
  pieces.push(piece)
}
