import type { CommonEffect, Rule } from '../../faults/rule.ts'

export type CloudFaultRule = Rule<CloudEffect>

/** `mailbox` of a rule is the user's id here. */
export type CloudEffect =
  | CommonEffect
  /** The answer names an ETag that is not the object's. */
  | { readonly kind: 'wrong-etag' }
  /** The request is answered as if it had been done, and nothing was. */
  | { readonly kind: 'pretend'; readonly status?: number }
  /** The connection breaks before the server has done anything. */
  | { readonly kind: 'cut' }
