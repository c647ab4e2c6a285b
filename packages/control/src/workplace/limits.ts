import type { Limits } from '@offramp/engine'
import type { LimitSettings } from '../project/project.ts'

/** Of one write, in milliseconds: a 60 MB message over a line of 10 Mbit/s. Slower lines and larger messages want `putSeconds`. */
const PUT_MS = 60_000

/** The engine's limits from those of the project file. */
export const limitsOf = ({
  pageItems,
  windowItems,
  windowMegabytes,
  sliceSeconds,
  putSeconds,
  retrySeconds,
}: LimitSettings = {}): Limits => ({
  pageItems: pageItems ?? 200,
  windowItems: windowItems ?? 150,
  windowBytes: (windowMegabytes ?? 16) * 1_048_576,
  sliceMs: (sliceSeconds ?? 45) * 1000,
  putMs: putSeconds === undefined ? PUT_MS : putSeconds * 1000,
  retryMs: (retrySeconds ?? 15) * 1000,
})

/** Twice the longest write: a write that began while the lease was ours ends before it can be another's. Milliseconds. */
export const leaseMsOf = ({ putMs }: Limits): number => 2 * putMs

const SILENCE_MS = 30_000

/**
 * How long nothing may be heard of a process before its job is another's and its calls in flight no longer count, in milliseconds. Longer
 * than the lease it would only keep the account waiting: the lease alone protects the writes.
 */
export const silenceMsOf = (limits: Limits): number => Math.min(SILENCE_MS, leaseMsOf(limits))
