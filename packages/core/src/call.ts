/** Comes last in every port's method. An implementation must stop, and must not start a write, once `signal` has aborted. */
export interface Call {
  readonly signal: AbortSignal
}
