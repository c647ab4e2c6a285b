import type { Call } from '@offramp/core'
import { draftPlan, type PlanDraft } from '../plan/make-plan.ts'
import type { Patience } from '../run/patiently.ts'
import type { OpenedProject } from '../workplace/open-project.ts'
import type { Workplace } from '../workplace/workplace.ts'

/** Turns the table of mappings into lanes, asking the source who everybody is. Throws `InputRefused` with all lines that cannot be used. */
export const draftOf = (workplace: Workplace & Pick<Patience, 'mostTroubles'>, opened: OpenedProject, call: Call): Promise<PlanDraft> => {
  const { source, sourceId, destinations } = workplace
  const { mappingsFile: file, kinds, mappings } = opened
  return draftPlan({ file, sourceId, source, destinations, kinds, mappings, patience: workplace }, call)
}
