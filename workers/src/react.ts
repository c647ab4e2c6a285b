import type { Fault, LaneId, LaneState } from '@offramp/core'

/** How a turn ended. The shape of the engine's `TurnEnd`; what it was thrown is one of these as well. */
export type End =
  | { readonly state: 'more' }
  | { readonly state: 'done' }
  | { readonly state: 'wait'; readonly until: number; readonly why: string; readonly trouble?: true; readonly gotOn?: true }
  | { readonly state: 'halted'; readonly fault: Fault }
  | { readonly state: 'lost' }

/** What becomes of the job. */
export type Next =
  | { readonly go: 'home' }
  /** To the back of the queue, not before `at` (milliseconds since the Unix epoch). No attempt is used. */
  | { readonly go: 'again'; readonly at: number }

export interface Reaction {
  /** What is put on the board. Absent: it is left as it is. */
  readonly state?: LaneState
  /** Everything stops, and this is why. */
  readonly hold?: Fault
  readonly next: Next
}

/** Nobody is asked again sooner than this, milliseconds: a turn that "waits" for a moment must not spin. */
const SHORTEST_WAIT = 250

export interface Moment {
  readonly now: number
  /** How often in a row the lane has waited because an endpoint did not do its part. */
  readonly tries: number
  /** How many of these tries, the last ones, got on with nothing. */
  readonly fruitless: number
  /** How long another holder of the lease may still have it, in milliseconds. */
  readonly leaseMs: number
  /** Milliseconds until an end that did not do its part is tried again. */
  readonly retryMs: number
}

/** The worker's whole judgement: what follows from how a turn ended. */
export function reactTo(end: End, { now, tries, fruitless, leaseMs }: Moment): Reaction {
  switch (end.state) {
    case 'more':
      return { state: { state: 'ready' }, next: { go: 'again', at: now } }
    case 'done':
      return { state: { state: 'done', at: now }, next: { go: 'home' } }
    case 'wait': {
      const at = Math.max(end.until, now + SHORTEST_WAIT)
      return {
        state: {
          state: 'waiting',
          until: at,
          why: end.why,
          ...(end.trouble === true ? { tries: tries + 1, fruitless: end.gotOn === true ? 0 : fruitless + 1 } : { tries: 0 }),
        },
        next: { go: 'again', at },
      }
    }
    case 'halted': {
      const { fault } = end
      if (fault.reach === 'run') return { state: { state: 'ready' }, hold: fault, next: { go: 'home' } }
      const remedy = fault.remedy === undefined ? {} : { remedy: fault.remedy }
      return { state: { state: 'halted', code: fault.code, message: fault.message, ...remedy }, next: { go: 'home' } }
    }
    case 'lost':
      // Another worker has it, and writes the board. Should that one die, somebody must look again.
      return { next: { go: 'again', at: now + leaseMs } }
  }
}

/** Milliseconds, doubled with every fruitless try in a row, at most 5 minutes. */
const backoff = ({ fruitless, retryMs }: Moment): number => Math.min(retryMs * 2 ** Math.min(fruitless, 10), 300_000)

/**
 * A fault outside the engine (connecting to either end) as the end of a turn. What may pass by itself is a wait and never a failure: a
 * server that is away for a night is there again in the morning.
 */
export function endOf(fault: Fault, moment: Moment): End {
  switch (fault.reach) {
    case 'account':
    case 'run':
      return { state: 'halted', fault }
    case 'gate':
      return { state: 'wait', until: fault.until ?? moment.now + backoff(moment), why: fault.message }
    default:
      return { state: 'wait', until: moment.now + backoff(moment), why: fault.message, trouble: true }
  }
}

/** Names the lane and not the account: this goes to the log. */
export const fieldsOf = (lane: LaneId, end: End): object => {
  if (end.state === 'halted') return { lane, end: end.state, code: end.fault.code, reach: end.fault.reach }
  return end.state === 'wait' ? { lane, end: end.state, until: new Date(end.until).toISOString() } : { lane, end: end.state }
}
