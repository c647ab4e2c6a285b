import type { Call, Fault, Quota } from '@offramp/core'

/** Where a request gets its bearer token from. One per credential and process; safe for many callers at once. */
export interface TokenSource {
  /** A token that is good for now. Throws a fault of its own when none is to be had. */
  token(call: Call): Promise<string>
  /** The server did not accept this token: the next call asks for a new one, unless that has happened already. */
  refused(token: string): void
}

export interface WireRequest {
  readonly method:
    | 'GET'
    | 'HEAD'
    | 'POST'
    | 'PUT'
    | 'DELETE'
    | 'OPTIONS'
    | 'PROPFIND'
    | 'PROPPATCH'
    | 'REPORT'
    | 'MKCOL'
    | 'MKCALENDAR'
    | 'MOVE'
    | 'COPY'
    | 'PATCH'
  /** Absolute, encoded. Never quoted in a fault or a log line with its query. */
  readonly url: string
  readonly headers?: Readonly<Record<string, string>>
  /**
   * A function gives the bytes anew for each try; `headers` then announce them as `content-length`, and a body of any other length is a fault that
   * nothing has been stored of.
   */
  readonly body?: string | Uint8Array | (() => AsyncIterable<Uint8Array>)
  /**
   * Where the URL was learned, if not from the operator: from an answer of this host. It is then asked only where that host may redirect to, and
   * over https where that host was.
   */
  readonly toldBy?: string
  /** What the provider counts this call under, and how much it costs. */
  readonly quota: Quota
  readonly weight: number
  readonly token?: TokenSource
  /** Whom the call is about, for the person who reads a fault: `the mailbox of anna@example.com`. */
  readonly about: string
  /** The connector's own word for what it asks for; handed to `classify`, so that one status can mean two things. */
  readonly asks?: string
  /** A 2xx answer of another sort (a sign-in page) is a fault and never content. `any`: HTML may be what was asked for. */
  readonly expects: 'json' | 'bytes' | 'any'
  /**
   * `whole`: the body is read before `send` resolves, so that a reset in its middle is tried again like any other. `stream`: the
   * body is read by the caller, whose place in the gate is held until it has been read, discarded, aborted or timed out.
   */
  readonly reads: 'whole' | 'stream'
  /**
   * Many megabytes: a GET for a call that lends, or a PUT of parts, has a connection of its own, and large pieces of memory that are used again. Not through
   * a proxy.
   */
  readonly large?: boolean
  /** Bytes, also after decompression. */
  readonly maxBytes: number
  /** Milliseconds: until the head of the answer, between two chunks, and for everything. */
  readonly headTimeoutMs?: number
  readonly idleTimeoutMs?: number
  readonly timeoutMs?: number
  /** How often to try, counting the first. Waits at the gate are no tries. Methods that are not safe are tried once. */
  readonly tries?: number
  /**
   * For a request of several: the first of the answers within the answer that is a refusal. It is then taken for the refusal of the whole, so that a
   * token is renewed, a gate is shut and a try is made again as if it had been asked alone. With `reads: 'whole'`.
   */
  readonly refusedWithin?: (answer: Pick<WireAnswer, 'headers' | 'text'>) => Promise<Within | undefined>
  /** The call may be repeated although its method is not a safe one (a token request). */
  readonly repeatable?: boolean
}

/** One answer of several that came as one. `headers` in lower case. */
export interface Within {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  /** Instead of the request's own. */
  readonly asks?: string
}

/** A 2xx answer. Its body can be read once, in one of the three ways. */
export interface WireAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  /** Throws a `call` fault when it breaks off, stalls, or is longer than allowed. */
  readonly body: AsyncIterable<Uint8Array>
  text(): Promise<string>
  json(): Promise<unknown>
  /** Lets go of the connection without reading on. */
  discard(): void
}

/** What a connector's table of faults gets to see of an answer that is not 2xx. */
export interface ResponseFacts {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  /** The first 64 kB of the body as text. Empty where it could not be read. */
  readonly body: string
  readonly about: string
  readonly asks: string | undefined
  /** Milliseconds since the Unix epoch. */
  readonly now: number
  /** What `Retry-After` says, as milliseconds from now, made sane. */
  readonly retryAfterMs: number | undefined
}

/**
 * Undefined where the connector has nothing to say that the status does not. A `gate` fault without `until` gets one from
 * `Retry-After` or from a growing back-off.
 */
export type Classify = (facts: ResponseFacts) => Fault | undefined
