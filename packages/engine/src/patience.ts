import { asFault, LeaseLost } from '@offramp/core'
import type { TurnState } from './turn-state.ts'
import { stopFor, TurnStop } from './turn-stop.ts'

/** Turns in trouble after which what is not an item stays as it is: the next pass tries once more. */
const PATIENCE = 3

/** Work at the end of a pass that is worth some patience, and not a lane. Undefined where it is left for another pass. */
export async function withPatience<T>({ request }: TurnState, work: () => Promise<T>): Promise<{ readonly done: T } | undefined> {
  try {
    return { done: await work() }
  } catch (thrown) {
    if (thrown instanceof LeaseLost || thrown instanceof TurnStop) throw thrown
    request.lease.signal.throwIfAborted()
    const fault = asFault(thrown)
    if ((fault.reach === 'call' || fault.reach === 'item') && (request.troubles ?? 0) >= PATIENCE) return undefined
    throw stopFor(request, fault)
  }
}
