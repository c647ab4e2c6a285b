import type { Fault } from '@offramp/core'
import type { TurnEnd, TurnRequest } from './contract.ts'

/** Ends the turn from wherever it is thrown. */
export class TurnStop extends Error {
  readonly end: TurnEnd

  constructor(end: TurnEnd) {
    super(`The turn ends: ${end.state}`)
    this.name = 'TurnStop'
    this.end = end
  }
}

const RETRY_MS = 15_000
const LONGEST_WAIT_MS = 600_000

/** What says how long to wait. */
export type Patience = Pick<TurnRequest, 'clock' | 'fruitless'> & { readonly limits: Pick<TurnRequest['limits'], 'retryMs'> }

/** An endpoint does not do its part: wait, longer each time, and blame no item. */
export function trouble({ clock, fruitless = 0, limits }: Patience, fault: Fault): TurnStop {
  const wait = Math.min(LONGEST_WAIT_MS, (limits.retryMs ?? RETRY_MS) * 2 ** Math.min(fruitless, 10))
  return new TurnStop({ state: 'wait', until: clock.now() + wait, why: fault.message, trouble: true })
}

/** A line that breaks time and again, but carries something in between, is not made to rest longer each time: it would be idle most of the night. */
export function sooner(request: Patience, end: TurnEnd): TurnEnd {
  if (end.state !== 'wait' || end.trouble !== true) return end
  const soon = request.clock.now() + (request.limits.retryMs ?? RETRY_MS)
  return { ...end, until: Math.min(end.until, soon), gotOn: true }
}

/** What a fault that is nobody's item means for the whole turn. */
export function stopFor(request: Patience, fault: Fault): TurnStop {
  if (fault.reach === 'account' || fault.reach === 'run') return new TurnStop({ state: 'halted', fault })
  if (fault.reach === 'gate') {
    // A gate that does not say until when: come back soon, it will say so again.
    return new TurnStop({
      state: 'wait',
      until: fault.until ?? request.clock.now() + (request.limits.retryMs ?? RETRY_MS),
      why: fault.message,
    })
  }
  return trouble(request, fault)
}
