import type { Quota } from '@offramp/core'

/** What is to be moved. */
export interface Load {
  readonly items: number
  readonly bytes: number
}

/** One quota, and what moving costs of it. A quota of bytes has `perByte: 1`. */
export interface Toll {
  /** Named for people: `Graph requests of one mailbox`. */
  readonly name: string
  readonly windows: NonNullable<Quota['windows']>
  /** Weight of one item, and of one byte. */
  readonly perItem?: number
  readonly perByte?: number
}

export interface Forecast {
  /** Milliseconds below which it cannot be done, however fast everything else is. */
  readonly atLeastMs: number
  /** The toll that decides it; absent where none holds anything back. */
  readonly decidedBy?: string
}

/** A full window may be spent at once; each further one takes its time. */
const waiting = (weight: number, amount: number, perMs: number): number => Math.max(0, Math.ceil(weight / amount) - 1) * perMs

/** The lower bound that the providers' quotas set. Not an estimate of the real time, which also has servers and lines in it. */
export function forecast(load: Load, tolls: readonly Toll[]): Forecast {
  let bound: Forecast = { atLeastMs: 0 }
  for (const { name, windows, perItem = 0, perByte = 0 } of tolls) {
    const weight = load.items * perItem + load.bytes * perByte
    for (const { amount, perMs } of windows) {
      const ms = waiting(weight, amount, perMs)
      if (ms > bound.atLeastMs) bound = { atLeastMs: ms, decidedBy: name }
    }
  }
  return bound
}
