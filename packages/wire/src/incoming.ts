import { Readable } from 'node:stream'
import type { Dispatcher } from 'undici'

export interface Head {
  readonly status: number
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>
}

/** Bytes that may lie here untaken before the connection is told to wait. */
const HELD = 128 * 1024

/**
 * An answer on its way in. undici's own `request` makes a stream, an abort signal's listeners and some promises of each answer: with messages of
 * 20 kB that was the largest part of a worker's time.
 */
export class Incoming implements Dispatcher.DispatchHandler {
  readonly #sent: unknown
  readonly #head = Promise.withResolvers<Head>()
  #controller: Dispatcher.DispatchController | undefined
  #chunks: Buffer[] = []
  #held = 0
  #ended = false
  #failure: { readonly reason: unknown } | undefined
  #wake: (() => void) | undefined

  /** `sent`: the request's body, which is let go of when nobody will take it. */
  constructor(sent: unknown) {
    this.#sent = sent
    this.#head.promise.catch(() => undefined)
  }

  get head(): Promise<Head> {
    return this.#head.promise
  }

  /**
   * What has come since the last time, in pieces; none at the end. Throws what has ended it before its end, once all that had come before has been
   * taken: whoever goes on from a byte would otherwise be where it was.
   */
  async take(): Promise<readonly Uint8Array[]> {
    while (this.#held === 0 && !this.#ended && this.#failure === undefined) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
    if (this.#held === 0 && this.#failure !== undefined) throw this.#failure.reason
    const taken = this.#chunks
    this.#chunks = []
    this.#held = 0
    this.#controller?.resume()
    return taken
  }

  /** Ends it early, and its connection with it. Nothing happens where it has ended already. */
  destroy(reason: unknown = new Error('The answer is not wanted any more.')): void {
    if (this.#ended || this.#failure !== undefined) return
    this.#chunks = []
    this.#held = 0
    this.#fail(reason)
    this.#controller?.abort(reason instanceof Error ? reason : new Error('broken off'))
  }

  #fail(reason: unknown): void {
    this.#failure ??= { reason }
    this.#head.reject(reason)
    this.#wake?.()
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller
    // Broken off before a connection had come about.
    if (this.#failure !== undefined) controller.abort(new Error('broken off'))
  }

  onResponseStart(
    _: Dispatcher.DispatchController,
    status: number,
    headers: Readonly<Record<string, string | string[] | undefined>>,
  ): void {
    if (status >= 200) this.#head.resolve({ status, headers: flat(headers) })
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#failure !== undefined || chunk.length === 0) return
    this.#chunks.push(chunk)
    this.#held += chunk.length
    if (this.#held >= HELD) controller.pause()
    this.#wake?.()
  }

  onResponseEnd(): void {
    this.#ended = true
    this.#wake?.()
  }

  onResponseError(_: Dispatcher.DispatchController, error: Error): void {
    this.#fail(error)
    if (this.#sent instanceof Readable) this.#sent.on('error', () => undefined).destroy(error)
  }
}

function flat(headers: Readonly<Record<string, string | string[] | undefined>>): Record<string, string> {
  const result: Record<string, string> = {}
  for (const name in headers) {
    const value = headers[name]
    if (value !== undefined) result[name.toLowerCase()] = Array.isArray(value) ? value.join(', ') : value
  }
  return result
}
