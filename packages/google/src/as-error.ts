import { Fault, type Finding } from '@offramp/core'

/** What went wrong, as a line of a check. */
export function asError(about: string, thrown: unknown): Finding {
  const says = thrown instanceof Error ? thrown.message : String(thrown)
  const remedy = thrown instanceof Fault ? thrown.remedy : undefined
  return { level: 'error', about, says, ...(remedy === undefined ? {} : { remedy }) }
}
