import { createHash } from 'node:crypto'
import type { LanePlan } from '@offramp/core'

/** The same for the same lanes in any order. Wave and password reference may change without a new plan. */
export function planHash(lanes: readonly LanePlan[]): string {
  const lines = lanes.map(({ lane, source, destination }) => JSON.stringify([lane, source.id, destination.address])).toSorted()
  return createHash('sha256').update(lines.join('\n')).digest('hex').slice(0, 16)
}
