import { asFault, type Call, type LanePlan } from '@offramp/core'
import { draftOf } from '../cases/draft.ts'
import { patiently } from '../run/patiently.ts'
import { walkSource } from '../share-files/walk-source.ts'
import type { OpenedProject } from '../workplace/open-project.ts'
import type { Workplace } from '../workplace/workplace.ts'
import { type ChangedName, nameFinder } from './changed-names.ts'

/** A changed name, whose it is, and what it is called by now where it has been moved. */
export interface FoundName extends ChangedName {
  readonly account: string
  readonly now?: string
}

/** One account whose names could not be looked at. */
export interface UnreadNames {
  readonly account: string
  readonly why: string
}

/** What of one lane is called otherwise at the destination. Moves nothing. */
export async function namesOf(workplace: Workplace, plan: LanePlan, call: Call): Promise<readonly FoundName[]> {
  return patiently(workplace, call, async () => {
    const { source, destination, close } = await workplace.connect(plan, call)
    try {
      const find = nameFinder(destination)
      if (find === undefined) return []
      const found: FoundName[] = []
      for await (const items of walkSource(source, call)) {
        const changed = items.flatMap((item) => find(item))
        const ids = changed.flatMap(({ id }) => id ?? [])
        const entries = ids.length === 0 ? [] : await workplace.ledger.entries(plan.lane, ids)
        const now = new Map(ids.map((id, index) => [id, entries[index]?.receipt?.locator]))
        for (const one of changed) {
          const stands = one.id === undefined ? undefined : now.get(one.id)
          found.push({ account: plan.source.name, ...one, ...(stands === undefined ? {} : { now: stands }) })
        }
      }
      return found
    } finally {
      await close()
    }
  })
}

/** All that will be, or is, called otherwise at the destination, account by account. Throws `InputRefused` for a table that cannot be used. */
export async function* names(workplace: Workplace, opened: OpenedProject, call: Call): AsyncIterable<FoundName | UnreadNames> {
  const { lanes } = await draftOf(workplace, opened, call)
  for (const plan of lanes.filter(({ kind }) => kind === 'file')) {
    try {
      yield* await namesOf(workplace, plan, call)
    } catch (thrown) {
      call.signal.throwIfAborted()
      yield { account: plan.source.name, why: asFault(thrown).message }
    }
  }
}
