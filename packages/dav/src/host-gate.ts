import type { Gate, Quota, Ticket } from '@offramp/core'

/**
 * A gate that lets only so many calls to one host in, whichever account they are for: the account's place is taken first, then the host's. A
 * call never waits for an account while it holds the host's place, so nobody waits in a circle.
 */
export const hostGate = (gate: Gate, host: Quota): Gate => ({
  ...gate,
  shut: (key, until, why) => gate.shut(key, until, why),
  states: () => gate.states(),
  async enter(quota, weight, call): Promise<Ticket> {
    const own = await gate.enter(quota, weight, call)
    try {
      const shared = await gate.enter(host, weight, call)
      return {
        leave() {
          shared.leave()
          own.leave()
        },
      }
    } catch (thrown) {
      own.leave()
      throw thrown
    }
  },
})
