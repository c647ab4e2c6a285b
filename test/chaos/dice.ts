/** Chance that can be had again. */
export interface Dice {
  /** From `least` to `most`, both included. */
  int(least: number, most: number): number
  /** One of them; undefined of none. */
  pick<T>(from: readonly T[]): T | undefined
}

/** What decides every choice of a test: `OFFRAMP_CHAOS_SEED`, or any other number each time. Tests print it. */
export const chaosSeed = (): number => {
  const asked = Number(process.env['OFFRAMP_CHAOS_SEED'])
  return Number.isInteger(asked) && asked > 0 ? asked : Math.floor(Math.random() * 1_000_000) + 1
}

/** Mulberry32: small, and the same everywhere. */
export function dice(seed: number): Dice {
  let state = seed >>> 0
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const int = (least: number, most: number): number => least + Math.floor(next() * (most - least + 1))
  return { int, pick: (from) => from[int(0, Math.max(0, from.length - 1))] }
}
