import type { Beat, Board, Held, LaneCounts, LaneId, LaneOnBoard, LanePlan, LaneState, Plan, Progress } from '@offramp/core'

const NOTHING: LaneCounts = { listed: 0, unchanged: 0, arrived: 0, rejected: 0, failed: 0, bytes: 0 }

const samePlan = (a: Plan | undefined, b: Plan | undefined): boolean => a?.hash === b?.hash && a?.pass === b?.pass

/** The board in one process: the same promises as the shared one. */
export class MemoryBoard implements Board {
  #plan: Plan | undefined
  #held: Held | undefined
  #lanes = new Map<LaneId, LaneOnBoard>()
  #beats = new Map<string, Beat>()

  /** As if Redis had lost everything. */
  wipe(): void {
    this.#plan = undefined
    this.#held = undefined
    this.#lanes = new Map()
    this.#beats = new Map()
  }

  async plan(): Promise<Plan | undefined> {
    return this.#plan
  }

  async publish(plan: Plan, lanes: readonly LanePlan[], before: Plan | undefined): Promise<boolean> {
    if (!samePlan(this.#plan, before)) return false
    const newPass = plan.pass !== before?.pass
    const old = this.#lanes
    this.#lanes = new Map(
      lanes.map((one) => {
        const was = old.get(one.lane)
        if (newPass || was === undefined) return [one.lane, { plan: one, state: { state: 'ready' }, counts: NOTHING }]
        const state: LaneState = was.state.state === 'halted' ? { state: 'ready' } : was.state
        return [one.lane, { plan: one, state, counts: was.counts }]
      }),
    )
    this.#plan = plan
    this.#held = undefined
    return true
  }

  async lane(lane: LaneId): Promise<LaneOnBoard | undefined> {
    return this.#lanes.get(lane)
  }

  async lanes(): Promise<readonly LaneOnBoard[]> {
    return [...this.#lanes.values()]
  }

  async setState(lane: LaneId, state: LaneState): Promise<void> {
    const found = this.#lanes.get(lane)
    if (found !== undefined) this.#lanes.set(lane, { ...found, state })
  }

  async held(): Promise<Held | undefined> {
    return this.#held
  }

  async hold(held: Held): Promise<void> {
    this.#held = held
  }

  async unhold(): Promise<void> {
    this.#held = undefined
  }

  async progress({ lane, ...more }: Progress): Promise<void> {
    const found = this.#lanes.get(lane)
    if (found === undefined) return
    const { counts } = found
    const { waiting: _old, ...kept } = counts
    const sum = {
      listed: counts.listed + more.listed,
      unchanged: counts.unchanged + more.unchanged,
      arrived: counts.arrived + more.arrived,
      rejected: counts.rejected + more.rejected,
      failed: counts.failed + more.failed,
      bytes: counts.bytes + more.bytes,
    }
    this.#lanes.set(lane, { ...found, counts: { ...kept, ...more, ...sum } })
  }

  async beat(beat: Beat): Promise<void> {
    this.#beats.set(beat.worker, beat)
  }

  async beats(): Promise<readonly Beat[]> {
    return [...this.#beats.values()]
  }
}
