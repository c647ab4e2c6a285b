import { Fault } from '@offramp/core'

/** The fault of an item that makes no sense. `message`: what is wrong with it, in a sentence without any of its content. */
export const notUnderstood = (message: string, cause?: unknown): Fault =>
  new Fault({ reach: 'item', code: 'not-understood', reason: 'not-understood', message, cause })
