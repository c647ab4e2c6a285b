import type { Call } from '@offramp/core'

/**
 * How a memory connector reaches its far side: every effect on shared state, and every look at it, goes through here. A test
 * decides in it what happens at each such point: wait, fail before, fail after, store late, or never come back.
 */
export type Wire = <T>(what: string, effect: () => T, call?: Call) => Promise<T>

/** Everything arrives at once, and nothing once the signal has aborted. */
export const directWire: Wire = async (_what, effect, call) => {
  call?.signal.throwIfAborted()
  return effect()
}
