import { asFault, type Gate } from '@offramp/core'
import { type Patience, waitOut } from './patiently.ts'

/**
 * A gate for a command, which has no place among workers to give back: it waits at the gate itself, however long. A comparison that was sent away
 * and began anew each time would never end where it asks for more than a minute allows.
 */
export const patientGate = (gate: Pick<Gate, 'enter' | 'shut' | 'states'>, patience: Patience): Gate => ({
  async enter(quota, weight, call) {
    for (;;) {
      try {
        return await gate.enter(quota, weight, call)
      } catch (thrown) {
        call.signal.throwIfAborted()
        const fault = asFault(thrown)
        if (fault.reach !== 'gate') throw thrown
        await waitOut(patience, { why: fault.message, until: fault.until ?? patience.clock.now() }, call)
      }
    }
  },
  shut: (key, until, why) => gate.shut(key, until, why),
  states: () => gate.states(),
})
