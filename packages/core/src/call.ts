/** Comes last in every port's method. An implementation must stop, and must not start a write, once `signal` has aborted. */
export interface Call {
  readonly signal: AbortSignal
  /**
   * Of bytes that are read: whoever asked keeps no part longer than until it is given back (`giveBack` of wire), or lets go of it for good. A source may
   * then use the memory of what was given back again. Never said by who hands parts to somebody else as well.
   */
  readonly lends?: true
}
