import type { CommonEffect, Rule } from '../../faults/rule.ts'

export type CloudFaultRule = Rule<CloudEffect>

/** `mailbox` of a rule is the user's id here. */
export type CloudEffect =
  | CommonEffect
  /** The answer names an ETag that is not the object's. */
  | { readonly kind: 'wrong-etag' }
  /** The request is answered as if it had been done, and nothing was. */
  | { readonly kind: 'pretend'; readonly status?: number }
  /** The connection breaks before the server has done anything: at once, or when so many bytes of the body have come. */
  | { readonly kind: 'cut'; readonly afterBytes?: number }
  /** The bytes of a PUT get lost on the way, and it is accepted. */
  | { readonly kind: 'zero-bytes' }
  /** What a proxy says when it loses patience, 504 where nothing else is said. A MOVE of chunks is done in so many milliseconds, and 423 until then; all else is done. */
  | { readonly kind: 'late'; readonly ms: number; readonly status?: number }
  /** 207, with a document that would be gigabytes if its references were followed. */
  | { readonly kind: 'xml-bomb' }
