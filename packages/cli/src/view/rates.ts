import type { Snapshot } from '@offramp/control'
import type { LaneId, LaneOnBoard } from '@offramp/core'

/** Milliseconds over which a rate is taken. */
const WINDOW = 30_000

interface Sample {
  readonly at: number
  readonly items: number
  readonly bytes: number
}

/** What one lane, or all together, does in a second, and when it may be done. */
export interface Rate {
  readonly itemsPerSecond: number
  readonly bytesPerSecond: number
  /** Milliseconds; absent where the source gave no estimate or nothing moves. */
  readonly etaMs?: number
}

const settled = ({ counts }: LaneOnBoard): number => counts.unchanged + counts.arrived + counts.rejected + counts.failed

/** Takes rates from snapshots as they come. Counted in items, since providers count requests and not bytes. */
export class Rates {
  readonly #samples = new Map<LaneId | '', Sample[]>()

  add(snapshot: Snapshot): void {
    let items = 0
    let bytes = 0
    for (const lane of snapshot.lanes) {
      this.#keep(lane.plan.lane, { at: snapshot.at, items: settled(lane), bytes: lane.counts.bytes })
      items += settled(lane)
      bytes += lane.counts.bytes
    }
    this.#keep('', { at: snapshot.at, items, bytes })
  }

  lane(lane: LaneOnBoard): Rate {
    return this.#rate(lane.plan.lane, remaining(lane))
  }

  all(lanes: readonly LaneOnBoard[]): Rate {
    const open = lanes.filter(({ state }) => state.state !== 'done' && state.state !== 'halted').map(remaining)
    const known = open.length > 0 && open.every((left) => left !== undefined)
    return this.#rate('', known ? open.reduce<number>((sum, left) => sum + (left ?? 0), 0) : undefined)
  }

  #keep(key: LaneId | '', sample: Sample): void {
    const samples = this.#samples.get(key) ?? []
    samples.push(sample)
    while (samples.length > 2 && (samples[1]?.at ?? 0) < sample.at - WINDOW) samples.shift()
    this.#samples.set(key, samples)
  }

  #rate(key: LaneId | '', left: number | undefined): Rate {
    const samples = this.#samples.get(key) ?? []
    const [first] = samples
    const last = samples.at(-1)
    if (first === undefined || last === undefined || last.at <= first.at) return { itemsPerSecond: 0, bytesPerSecond: 0 }
    const seconds = (last.at - first.at) / 1000
    // A lost Redis counts anew, from nothing.
    const itemsPerSecond = Math.max(0, last.items - first.items) / seconds
    const bytesPerSecond = Math.max(0, last.bytes - first.bytes) / seconds
    const etaMs = left === undefined || itemsPerSecond === 0 ? undefined : (left / itemsPerSecond) * 1000
    return etaMs === undefined ? { itemsPerSecond, bytesPerSecond } : { itemsPerSecond, bytesPerSecond, etaMs }
  }
}

const remaining = (lane: LaneOnBoard): number | undefined => {
  const { expectedItems } = lane.counts
  return expectedItems === undefined ? undefined : Math.max(0, expectedItems - settled(lane))
}
