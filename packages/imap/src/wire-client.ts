import { once } from 'node:events'
import type { Writable } from 'node:stream'
import { ImapFlow, type ImapFlowOptions } from 'imapflow'
import { compiler } from 'imapflow/lib/handler/imap-handler.js'
import type { ImapAttribute, ImapResponse } from 'imapflow/lib/handler/types.js'

export type Line = ImapResponse
export type Attribute = ImapAttribute

/** An argument of a command; a list is parenthesized. */
export type Argument = Token | readonly Argument[]

export interface Token {
  readonly type: 'ATOM' | 'STRING' | 'SEQUENCE' | 'LITERAL'
  readonly value: string | Buffer
  readonly section?: readonly Argument[]
  readonly partial?: readonly number[]
  readonly isLiteral8?: boolean
}

export const atom = (value: string): Token => ({ type: 'ATOM', value })
/** Quoted, so that a mailbox name is never taken for something else. */
export const quoted = (value: string): Token => ({ type: 'STRING', value })
export const sequence = (value: string): Token => ({ type: 'SEQUENCE', value })

export type Untagged = Readonly<Record<string, (line: Line) => Promise<void>>>

interface Request {
  readonly tag: string
  readonly command: string
  readonly attributes: unknown
  readonly options?: { readonly literalPlus?: boolean }
}

/** Parts of imapflow 2.10.2 that its types leave out. Checked when a client is made, so that an update that changes them says so. */
interface Inner {
  exec(command: string, attributes: readonly Argument[] | false, options: object): Promise<{ response: Line; next(): void }>
  send(request: Request): Promise<void>
  write(chunk: Buffer | string): unknown
  writeSocket: Writable
  commandParts: unknown[]
  currentRequest: { tag: string; sent?: boolean } | false
}

const isInner = (client: object): client is Inner =>
  ['exec', 'send', 'write'].every((name) => typeof Reflect.get(client, name) === 'function') &&
  ['commandParts', 'currentRequest'].every((name) => name in client)

export interface WireClient {
  readonly flow: ImapFlow
  /** Sends one command and waits for its tagged OK. With `literalPlus` all literals go at once, without waiting to be asked for each. */
  exec(
    command: string,
    attributes: readonly Argument[],
    options?: { readonly untagged?: Untagged; readonly literalPlus?: boolean },
  ): Promise<Line>
}

/**
 * imapflow for connection, TLS, login, parsing; its commands are gone round. Its own `append` waits a round trip for each literal over 4 kB
 * although the server has LITERAL+, knows no MULTIAPPEND, and puts the personal namespace in front of paths that are elsewhere.
 */
export function makeWireClient(options: ImapFlowOptions): WireClient {
  const flow = new ImapFlow(options)
  flow.on('error', () => {})
  if (!isInner(flow)) throw new Error('This version of imapflow is not the one that the IMAP connector was written for (2.10.2).')
  const inner: Inner = flow
  const sendAsUsual = inner.send.bind(inner)
  const writeAsUsual = inner.write.bind(inner)
  let writing: Promise<void> | undefined
  inner.write = (chunk) => {
    if (!Buffer.isBuffer(chunk) || chunk.length <= SLICE) return writeAsUsual(chunk)
    writing = writeSlices(inner, chunk, writeAsUsual)
    return undefined
  }
  inner.send = async (request) => {
    if (request.options?.literalPlus !== true) return sendAsUsual(request)
    // Checked by the compiler at run time; its type is imapflow's own, wider one.
    const bytes = compiler(
      { tag: request.tag, command: request.command, attributes: asNodes(request.attributes) },
      { literalPlus: true, asArray: false },
    )
    inner.commandParts = []
    inner.write(Buffer.isBuffer(bytes) ? bytes : Buffer.concat(bytes))
    if (inner.currentRequest !== false && inner.currentRequest.tag === request.tag) inner.currentRequest.sent = true
  }
  return {
    flow,
    async exec(command, attributes, { untagged = {}, literalPlus = false } = {}) {
      try {
        const { response, next } = await inner.exec(command, attributes.length === 0 ? false : attributes, { untagged, literalPlus })
        next()
        return response
      } finally {
        // A server may refuse a literal when it has read its size; the rest is still sent, and belongs to no other command.
        await writing
        writing = undefined
      }
    },
  }
}

/** Bytes that TLS is given at once: of one write it keeps the text and the ciphertext until all of it is sent. */
const SLICE = 256 * 1024

/** Nothing else is sent meanwhile: `exec` waits for the end of it. A connection that ends answers the command by itself. */
async function writeSlices({ writeSocket }: Inner, bytes: Buffer, last: (bytes: Buffer) => unknown): Promise<void> {
  const gone = new AbortController()
  const stop = () => gone.abort()
  writeSocket.once('close', stop)
  try {
    let at = 0
    for (; at + SLICE < bytes.length; at += SLICE) {
      if (writeSocket.write(bytes.subarray(at, at + SLICE))) continue
      await once(writeSocket, 'drain', { signal: gone.signal })
    }
    // With the line break that ends the command.
    last(bytes.subarray(at))
  } catch {
    // The connection has ended, and whoever waits for the answer hears of it.
  } finally {
    writeSocket.off('close', stop)
  }
}

type CompilerInput = Parameters<typeof compiler>[0]

const asNodes = (attributes: unknown): Exclude<CompilerInput['attributes'], undefined> => (Array.isArray(attributes) ? attributes : null)
