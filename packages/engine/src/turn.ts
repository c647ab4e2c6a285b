import { asFault, LeaseLost } from '@offramp/core'
import type { Turn, TurnEnd, TurnRequest } from './contract.ts'
import { giveDates } from './dates.ts'
import { retryLeftovers, suspectLeftovers } from './leftovers.ts'
import { stopOf, walkListings } from './listings.ts'
import { retireLeft } from './retire.ts'
import { ALL_SAFEGUARDS, type Safeguards } from './safeguards.ts'
import { sweep } from './sweep.ts'
import { openState, type TurnState } from './turn-state.ts'
import { sooner, TurnStop, trouble } from './turn-stop.ts'

async function work(state: TurnState): Promise<TurnEnd> {
  await suspectLeftovers(state)
  await walkListings(state)
  await retryLeftovers(state)
  // Whatever these took: a turn that ended now would begin with them once more.
  state.sliceFrom = state.request.clock.now()
  await sweep(state)
  await retireLeft(state)
  await giveDates(state)
  // Every item of the source is in the ledger now, so nothing of ours is unknown anywhere.
  await state.places.raiseAll()
  return { state: 'done' }
}

/** How the turn ends when something was thrown. */
function endOf(state: TurnState | undefined, request: TurnRequest, thrown: unknown): TurnEnd {
  if (thrown instanceof LeaseLost || request.lease.signal.aborted) return { state: 'lost' }
  if (thrown instanceof TurnStop) return thrown.end
  if (!state) return trouble(request, asFault(thrown)).end
  try {
    return stopOf(state, thrown).end
  } catch {
    return { state: 'lost' }
  }
}

/** A turn with some safeguards off, for the tests that show what each is for. */
export function turnWith(guards: Safeguards): Turn {
  return async (request, call) => {
    let state: TurnState | undefined
    try {
      state = await openState(request, guards, call)
      const end = await work(state)
      state.progress.tell()
      return end
    } catch (thrown) {
      const stop = endOf(state, request, thrown)
      const end = state?.progress.gotOn === true ? sooner(request, stop) : stop
      state?.progress.tell(end.state === 'wait' ? end : undefined)
      return end
    }
  }
}

/** See `Turn`. */
export const turn: Turn = turnWith(ALL_SAFEGUARDS)
