import type { CommonEffect, Rule } from '../../faults/rule.ts'

export type WorkspaceFaultRule = Rule<WorkspaceEffect>

export type WorkspaceEffect =
  | CommonEffect
  /**
   * Over a quota that is not. `user`: Gmail's text with a deadline `ms` ahead (default 1,000); `concurrent`: too many at once; `front`: the
   * front end's, without a deadline; `day`: the project's day is used up.
   */
  | { readonly kind: 'quota'; readonly sort: 'user' | 'concurrent' | 'front' | 'day'; readonly ms?: number; readonly status?: 403 | 429 }
  /** A gzip body that ends in its middle, in good order: what Google's client takes for the whole (facts 1.5). */
  | { readonly kind: 'truncate-gzip' }
  /** The message of this request answers 500, now and for ever. */
  | { readonly kind: 'poison-message' }
  /** At the token endpoint: an OAuth error with this code and text. */
  | { readonly kind: 'token-error'; readonly status?: 400 | 401; readonly error: string; readonly description?: string }
