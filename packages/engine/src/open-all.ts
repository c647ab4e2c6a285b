import type { Item } from '@offramp/core'
import { homeOf } from './folders.ts'
import type { Fresh, Job } from './job.ts'
import { failed, rejectedOrFailed, settle, unopened } from './outcomes.ts'
import { faultOfItem, strike } from './strikes.ts'
import { checkStop, type TurnState } from './turn-state.ts'

/** How many are opened at once. Most sources answer from the page that they have listed; the gate holds back the others. */
const OPEN_AT_ONCE = 8

/** Opens the items of a batch and prepares their homes. What cannot be opened is settled here. */
export async function openAll(state: TurnState, listing: string, fresh: readonly Fresh[]): Promise<readonly Job[]> {
  const jobs: Job[] = []
  for (let at = 0; at < fresh.length; at += OPEN_AT_ONCE) {
    checkStop(state)
    const some = fresh.slice(at, at + OPEN_AT_ONCE)
    const opened = await Promise.allSettled(some.map(({ ref }) => state.request.source.open(ref, state.reading)))
    for (const [nth, one] of some.entries()) {
      const result = opened[nth]
      const item = result?.status === 'fulfilled' ? result.value : await openAgain(state, { ...one, listing }, result?.reason)
      if (item) jobs.push(await jobOf(state, { ...one, listing, item }))
    }
  }
  return jobs
}

async function jobOf(state: TurnState, of: Fresh & { readonly listing: string; readonly item: Item }): Promise<Job> {
  const { ref, entry, listing, item } = of
  return { ref, listing, item, home: await homeOf(state, listing, item), tries: (entry?.tries ?? 0) + 1, over: entry?.receipt }
}

/** Opening changes nothing, so it is simply tried again, until the third strike. */
async function openAgain(state: TurnState, of: Fresh & { readonly listing: string }, reason: unknown): Promise<Item | undefined> {
  for (let thrown = reason; ; ) {
    const fault = faultOfItem(state, thrown)
    const out = fault.reach === 'call' && (await strike(state, of.ref.id, { fault, at: 'read' }))
    if (fault.reach === 'item') return void (await settle(state, [rejectedOrFailed(unopened(state, of), fault)]))
    if (out) return void (await settle(state, [failed(unopened(state, of), fault.message)]))
    try {
      return await state.request.source.open(of.ref, state.reading)
    } catch (again) {
      thrown = again
    }
  }
}
