import { asFault, type Call, Fault, type Kind, type LaneOnBoard, type LanePlan, LeaseLost } from '@offramp/core'
import { nameTap } from '../names/name-tap.ts'
import { lossesOf } from '../report/losses.ts'
import { type LaneReport, makeReport, type Report } from '../report/report.ts'
import { eachAtOnce } from '../run/each-at-once.ts'
import { patiently } from '../run/patiently.ts'
import type { Workplace } from '../workplace/workplace.ts'
import { LOOK_AT_ONCE } from './losses-before.ts'

export interface VerifyOptions {
  /** Share of the items whose content is read back, 0 to 1. */
  readonly sample: number
  /** Told after every lane. */
  readonly tell?: (done: number, of: number) => void
}

const named = ({ lane, kind, source, destination, wave }: LanePlan): LaneReport => ({
  lane,
  kind,
  source: source.name,
  destination: destination.account,
  ...(wave === undefined ? {} : { wave }),
})

async function balanceOnce(workplace: Workplace, plan: LanePlan, sample: number, call: Call): Promise<LaneReport> {
  const { ledger, verbs, leaseMs } = workplace
  if (plan.kind === 'mail' && plan.source.manner !== workplace.source.manner) throw otherManner(plan)
  const ends = await workplace.connect(plan, call)
  // With a lease, listings in which items wait are rewound. Without one somebody is moving the lane, and it is only looked at.
  const lease = await ledger.lease(plan.lane, 'verify', leaseMs)
  try {
    const { source: walked, destination } = ends
    const { source, table } = nameTap({ source: walked, destination }, { ledger, lane: plan.lane })
    const request = { source, destination, ledger, lane: plan.lane, sample, report: () => {} }
    const balance = await verbs.verify(request, lease, call)
    const { assurances } = destination.profile
    const names = await table(call)
    return {
      ...named(plan),
      balance,
      losses: lossesOf(source.profile, destination.profile),
      ...(assurances === undefined ? {} : { assurances }),
      ...(names === undefined || names.changed === 0 ? {} : { names }),
    }
  } finally {
    await lease?.release()
    await ends.close()
  }
}

const otherManner = ({ source }: LanePlan): Fault =>
  new Fault({
    reach: 'run',
    code: 'other-manner',
    message: `${source.name} was moved with ${source.manner ?? 'another setting of the source'}; as the project file is now, its items are others and cannot be compared.`,
    remedy: 'Put the old setting of the source back.',
  })

/** A provider that asks for patience gets it: the lane is then compared from its beginning. */
const balanceOf = (workplace: Workplace, plan: LanePlan, sample: number, call: Call): Promise<LaneReport> =>
  patiently(workplace, call, () => balanceOnce(workplace, plan, sample, call))

async function laneReport(workplace: Workplace, { plan, state }: LaneOnBoard, sample: number, call: Call): Promise<LaneReport> {
  if (state.state === 'halted') {
    // Its balance is worth having all the same, where both ends can be reached.
    const halted = { why: state.message, ...(state.remedy === undefined ? {} : { remedy: state.remedy }) }
    const found = await balanceOf(workplace, plan, sample, call).catch(() => {
      call.signal.throwIfAborted()
      return named(plan)
    })
    return { ...found, ...halted }
  }
  try {
    return await balanceOf(workplace, plan, sample, call)
  } catch (thrown) {
    call.signal.throwIfAborted()
    if (thrown instanceof LeaseLost) return { ...named(plan), why: 'It was being moved while it was verified.', remedy: 'Verify again.' }
    const fault = asFault(thrown)
    return { ...named(plan), why: fault.message, ...(fault.remedy === undefined ? {} : { remedy: fault.remedy }) }
  }
}

const KINDS: readonly Kind[] = ['mail', 'event', 'contact', 'task', 'file']

/** What belongs to one account stands together. */
const byAccount = ({ plan: a }: LaneOnBoard, { plan: b }: LaneOnBoard): number =>
  a.source.name === b.source.name ? KINDS.indexOf(a.kind) - KINDS.indexOf(b.kind) : a.source.name < b.source.name ? -1 : 1

/** "0 of 0 items" would read like a balance. */
const nothingPlanned = (project: string): Fault =>
  new Fault({
    reach: 'run',
    code: 'nothing-planned',
    message: `No account of project ${project} is planned: nothing has been moved yet, or Redis has lost its books.`,
    remedy: 'Run: offramp run (what stands at the destination already is found again, and not written twice).',
  })

/**
 * Compares every lane of the plan anew, item by item, with both of its ends. Moves nothing. Faults: `run` with code `nothing-planned` where
 * there is no lane to compare.
 */
export async function verify(workplace: Workplace, { sample, tell }: VerifyOptions, call: Call): Promise<Report> {
  const { board, clock, project, destinations } = workplace
  const plan = await board.plan()
  const onBoard = (await board.lanes()).toSorted(byAccount)
  if (plan === undefined || onBoard.length === 0) throw nothingPlanned(project)
  const lanes: LaneReport[] = []
  let done = 0
  await eachAtOnce(onBoard, LOOK_AT_ONCE, async (lane, index) => {
    lanes[index] = await laneReport(workplace, lane, sample, call)
    tell?.(++done, onBoard.length)
  })
  const cautions = [...destinations.values()].flatMap(({ caution }) => (caution === undefined ? [] : [caution]))
  return makeReport({ project, pass: plan.pass, now: clock.now(), cautions, lanes })
}
