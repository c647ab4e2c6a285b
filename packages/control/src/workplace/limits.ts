import type { Limits } from '@offramp/engine'
import type { LimitSettings } from '../project/project.ts'

/** Of one write, in milliseconds: a 150 MB message at 5 MB/s. */
const PUT_MS = 30_000

/** The engine's limits from those of the project file. */
export const limitsOf = ({ pageItems, windowItems, windowMegabytes, sliceSeconds, putSeconds }: LimitSettings = {}): Limits => ({
  pageItems: pageItems ?? 200,
  windowItems: windowItems ?? 150,
  windowBytes: (windowMegabytes ?? 16) * 1_048_576,
  sliceMs: (sliceSeconds ?? 45) * 1000,
  putMs: putSeconds === undefined ? PUT_MS : putSeconds * 1000,
})

/** Twice the longest write: a write that began while the lease was ours ends before it can be another's. Milliseconds. */
export const leaseMsOf = ({ putMs }: Limits): number => 2 * putMs
