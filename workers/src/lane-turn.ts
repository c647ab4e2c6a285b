import type { Ends, Workplace } from '@offramp/control'
import { asFault, type LaneId, type LaneOnBoard, type Lease, LeaseLost, type Log, type Progress } from '@offramp/core'
import { type End, endOf, fieldsOf, type Moment, type Next, reactTo } from './react.ts'

export interface TurnMeans {
  readonly workplace: Workplace
  /** Names this worker on the board and in the lease. */
  readonly worker: string
  readonly log: Log
  /** Takes what a turn tells about itself; must not block. */
  readonly report: (progress: Progress) => void
  /** What has been reported is on the board when this resolves. */
  readonly flush: (lane: LaneId) => Promise<void>
}

const HOME: Next = { go: 'home' }

/** Whether there is anything to do, before a lease is taken and anybody is asked. */
async function reasonNot(lane: LaneId, { workplace }: TurnMeans): Promise<{ readonly next: Next } | { readonly board: LaneOnBoard }> {
  const { board, clock } = workplace
  if ((await board.held()) !== undefined) return { next: HOME }
  const found = await board.lane(lane)
  // Not on the board: another project's, an older plan's, or everything was lost and control plans anew.
  if (found === undefined || found.state.state === 'done' || found.state.state === 'halted') return { next: HOME }
  if (found.state.state === 'waiting' && found.state.until > clock.now()) return { next: { go: 'again', at: found.state.until } }
  return { board: found }
}

async function move(found: LaneOnBoard, held: { lease: Lease; pass: number; signal: AbortSignal }, means: TurnMeans): Promise<End> {
  const { workplace, report } = means
  const { lease, pass, signal } = held
  let ends: Ends | undefined
  try {
    // Connecting ends with the lease as well: nothing of ours may outlive it.
    ends = await workplace.connect(found.plan, { signal: AbortSignal.any([signal, lease.signal]) })
    const { ledger, clock, limits, large, verbs } = workplace
    const { source, destination } = ends
    const { tries: troubles, fruitless } = momentOf(found, workplace)
    return await verbs.turn({ source, destination, ledger, lease, pass, limits, large, clock, report, troubles, fruitless }, { signal })
  } catch (thrown) {
    if (thrown instanceof LeaseLost || lease.signal.aborted) return { state: 'lost' }
    if (signal.aborted) return { state: 'more' }
    const fault = asFault(thrown)
    if (fault.code === 'unclassified')
      means.log.error({ lane: found.plan.lane, code: fault.code, error: errorName(thrown) }, 'a turn threw what is no fault')
    return endOf(fault, momentOf(found, workplace))
  } finally {
    await ends?.close()
  }
}

/** An error's class, for the log: its text may hold what was being read. */
const errorName = (thrown: unknown): string => (thrown instanceof Error ? thrown.name : typeof thrown)

const momentOf = (found: LaneOnBoard, { clock, leaseMs, limits }: Workplace): Moment => ({
  now: clock.now(),
  tries: found.state.state === 'waiting' ? found.state.tries : 0,
  fruitless: found.state.state === 'waiting' ? (found.state.fruitless ?? found.state.tries) : 0,
  leaseMs,
  retryMs: limits.retryMs ?? 15_000,
})

/**
 * One job: takes the lane's lease, moves for a slice of time, and says what becomes of the job. When `signal` aborts, the turn settles what
 * it is writing and gives the lane back. Throws only when Redis cannot be reached.
 */
export async function takeTurn(lane: LaneId, means: TurnMeans, signal: AbortSignal): Promise<Next> {
  const { workplace, worker, log } = means
  const { board, ledger, clock, leaseMs } = workplace
  const looked = await reasonNot(lane, means)
  if ('next' in looked) return looked.next
  const found = looked.board
  const plan = await board.plan()
  if (plan === undefined) return HOME
  const lease = await ledger.lease(lane, worker, leaseMs)
  if (lease === undefined) return { go: 'again', at: clock.now() + leaseMs / 2 }
  try {
    await board.setState(lane, { state: 'moving', worker, since: clock.now() })
    const end = await move(found, { lease, pass: plan.pass, signal }, means)
    log.info(fieldsOf(lane, end), 'turn ended')
    await means.flush(lane)
    const { state, hold, next } = reactTo(end, momentOf(found, workplace))
    if (hold !== undefined)
      await board.hold({
        by: 'fault',
        why: hold.message,
        since: clock.now(),
        ...(hold.remedy === undefined ? {} : { remedy: hold.remedy }),
      })
    if (state !== undefined) await board.setState(lane, state)
    return next
  } finally {
    await lease.release()
  }
}
