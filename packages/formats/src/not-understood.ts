import { Fault } from '@offramp/core'

/** The fault of an item that makes no sense. `message`: what is wrong with it, in a sentence without any of its content. */
export const notUnderstood = (message: string, cause?: unknown): Fault =>
  new Fault({ reach: 'item', code: 'not-understood', reason: 'not-understood', message, cause })

/** What `read` gives; whatever a parser throws on the way as the fault of an item that makes no sense. For bytes that others wrote. */
export function orNotUnderstood<T>(read: () => T): T {
  try {
    return read()
  } catch (thrown) {
    throw thrown instanceof Fault ? thrown : notUnderstood('It cannot be read.', thrown)
  }
}
