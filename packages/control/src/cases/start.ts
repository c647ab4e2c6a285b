import type { Board, Call, LaneId, LaneOnBoard, LanePlan, Plan } from '@offramp/core'
import { type PlanDraft, refuseChangedIdentity, type Standing } from '../plan/make-plan.ts'
import { planHash } from '../plan/plan-hash.ts'
import { InputRefused, type Problem } from '../project/problem.ts'
import { isOpen } from '../queue/tend.ts'
import { eachAtOnce } from '../run/each-at-once.ts'
import type { OpenedProject } from '../workplace/open-project.ts'
import type { Workplace } from '../workplace/workplace.ts'
import { draftOf } from './draft.ts'
import { isMoving } from './snapshot.ts'

/** What `start` did. */
export interface Started {
  readonly plan: Plan
  readonly lanes: readonly LanePlan[]
  /** `first`: nothing was known. `next`: the last pass was complete, this one carries what has changed since. `same`: an unfinished pass goes on. */
  readonly how: 'first' | 'next' | 'same'
  /** Accounts of the last plan that the table no longer has: left as they are. */
  readonly left: readonly LanePlan[]
  readonly warnings: readonly Problem[]
}

async function standingOf(
  workplace: Workplace,
  before: readonly LaneOnBoard[],
  lanes: readonly LanePlan[],
): Promise<ReadonlyMap<LaneId, Standing>> {
  const identity = ({ destination, source }: LanePlan): string => JSON.stringify([destination.address, source.manner])
  const now = new Map(lanes.map((plan) => [plan.lane, identity(plan)]))
  const standing = new Map<LaneId, Standing>()
  const asked = before.filter(({ plan }) => now.has(plan.lane) && now.get(plan.lane) !== identity(plan))
  await eachAtOnce(asked, 16, async ({ plan }) => {
    const { arrived, rejected, failed, intended } = await workplace.ledger.tally(plan.lane)
    const { manner } = plan.source
    standing.set(plan.lane, { address: plan.destination.address, entries: arrived + rejected + failed + intended, manner })
  })
  return standing
}

/**
 * Which pass comes now. A pass is over when no lane of it is open: one account that stays halted must not keep all others from their delta.
 * Where nothing at all was done, it is the same pass that is tried again.
 */
function passOf(before: Plan | undefined, lanes: readonly LaneOnBoard[]): Pick<Started, 'how'> & { readonly pass: number } {
  if (before === undefined) return { how: 'first', pass: 1 }
  const complete = lanes.some(({ state }) => state.state === 'done') && !lanes.some(isOpen)
  return complete ? { how: 'next', pass: before.pass + 1 } : { how: 'same', pass: before.pass }
}

/** Another plan while lanes are on their way would pull the ground from under their workers. */
function refuseOtherPlan(before: Plan | undefined, hash: string, moving: boolean): void {
  if (before === undefined || before.hash === hash || !moving) return
  const says = 'The table differs from the one that is being moved now. Pause first (offramp pause), then start again.'
  throw new InputRefused([{ level: 'error', file: 'mappings', says }])
}

async function publish(board: Board, made: { plan: Plan; lanes: readonly LanePlan[]; before: Plan | undefined }): Promise<Plan> {
  if (await board.publish(made.plan, made.lanes, made.before)) return made.plan
  // Somebody pressed start as well. The same table: then we both mean the same.
  const other = await board.plan()
  if (other?.hash === made.plan.hash) return other
  throw new InputRefused([
    {
      level: 'error',
      file: 'mappings',
      says: 'Somebody started this project with another table at this moment. Agree on one, and start again.',
    },
  ])
}

/** What a pass would be. Nobody has been woken, and the board is as it was. */
export interface Prepared {
  readonly draft: PlanDraft
  readonly hash: string
  readonly before: Plan | undefined
  /** The board as it stands. */
  readonly standing: readonly LaneOnBoard[]
}

/** Everything that can refuse a pass, before anything starts. Throws `InputRefused` for a table that cannot be used. */
export async function prepare(workplace: Workplace, opened: OpenedProject, call: Call): Promise<Prepared> {
  const { board } = workplace
  const draft = await draftOf(workplace, opened, call)
  const { lanes } = draft
  const before = await board.plan()
  const standing = await board.lanes()
  const hash = planHash(lanes)
  const workers = await board.beats()
  refuseOtherPlan(
    before,
    hash,
    standing.some((lane) => isMoving(lane, workers)),
  )
  refuseChangedIdentity(lanes, await standingOf(workplace, standing, lanes), opened.mappingsFile)
  return { draft, hash, before, standing }
}

/** Puts the pass up and wakes its lanes. */
export async function begin({ board, waker, clock }: Workplace, { draft, hash, before, standing }: Prepared): Promise<Started> {
  const { lanes, warnings } = draft
  const { how, pass } = passOf(before, standing)
  const plan = await publish(board, { plan: { hash, pass, madeAt: clock.now() }, lanes, before })
  await waker.hurry(lanes.map(({ lane }) => lane))
  const kept = new Set(lanes.map(({ lane }) => lane))
  return { plan, lanes, how, left: standing.map((one) => one.plan).filter(({ lane }) => !kept.has(lane)), warnings }
}

/**
 * Plans the pass and wakes its lanes; workers do the rest. Safe to repeat and to press twice: an unfinished pass goes on where it is.
 * Throws `InputRefused` for a table that cannot be used.
 */
export const start = async (workplace: Workplace, opened: OpenedProject, call: Call): Promise<Started> =>
  begin(workplace, await prepare(workplace, opened, call))
