/** Something that goes wrong, when, and how. Plain data, so that another process can ask for it. */
export interface Rule<Effect> {
  readonly name?: string
  /** A regular expression over path and query, e.g. `/messages/[^/]+/\\$value$`. Default: all. */
  readonly path?: string
  readonly method?: string
  /** An address. Default: all. */
  readonly mailbox?: string
  /** Default: every request that fits. */
  readonly when?: FaultWhen
  /** At most so often. */
  readonly times?: number
  readonly effect: Effect
}

/** Counted over the requests that fit path, method and mailbox. From 1. */
export type FaultWhen =
  | { readonly nth: number | readonly number[] }
  | { readonly every: number }
  | { readonly first: number }
  | { readonly from: number; readonly to?: number }
  /** Decided by seed and count, so it is the same in each run. */
  | { readonly probability: number; readonly seed?: number }

/** 429, or 503 where `status` says so. Seconds; or none; an HTTP date so many seconds ahead; or any text at all. */
export interface ThrottleEffect {
  readonly kind: 'throttle'
  readonly status?: 429 | 503
  readonly retryAfter?: number | { readonly date: number } | { readonly text: string } | 'none'
  readonly code?: string
}

/** What any provider, or anything between it and the client, may do. */
export type CommonEffect =
  | ThrottleEffect
  | {
      readonly kind: 'status'
      readonly status: number
      readonly body?: 'json' | 'empty' | 'html' | 'text'
      readonly code?: string
      readonly message?: string
    }
  /** The connection is reset: before any answer, or after so many bytes of the body. */
  | { readonly kind: 'reset'; readonly afterBytes?: number }
  /** Content-Length says the whole, then the connection ends in good order. */
  | { readonly kind: 'truncate'; readonly bytes: number }
  /** Never answers, until the client goes away. */
  | { readonly kind: 'hang' }
  /** The body comes in small pieces. */
  | { readonly kind: 'drip'; readonly chunkBytes: number; readonly everyMs: number }
  | { readonly kind: 'delay'; readonly ms: number }
  /** 200 with the HTML of a sign-in page. */
  | { readonly kind: 'sign-in-page' }
  | { readonly kind: 'expired-token' }
