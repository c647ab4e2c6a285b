/** Numbers that look random and are the same for the same seed. */
export interface Random {
  /** A whole number from `from` to `to`, both included. */
  whole(from: number, to: number): number
  one<T>(list: readonly [T, ...T[]]): T
  /** Some of a list, each once, in its order. */
  some<T>(list: readonly T[], most: number): readonly T[]
  chance(of: number): boolean
}

export function randomFrom(seed: number): Random {
  let state = seed >>> 0
  // mulberry32
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let value = Math.imul(state ^ (state >>> 15), state | 1)
    value ^= value + Math.imul(value ^ (value >>> 7), value | 61)
    return ((value ^ (value >>> 14)) >>> 0) / 4_294_967_296
  }
  const whole = (from: number, to: number): number => from + Math.floor(next() * (to - from + 1))
  return {
    whole,
    one: (list) => list[whole(0, list.length - 1)] ?? list[0],
    chance: (of) => next() < of,
    some(list, most) {
      const wanted = Math.min(whole(0, most), list.length)
      const at = new Set<number>()
      while (at.size < wanted) at.add(whole(0, list.length - 1))
      return list.filter((_, index) => at.has(index))
    },
  }
}
