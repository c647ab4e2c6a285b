import { asFault, type Call, Fault, type Item, type LanePlan } from '@offramp/core'
import { draftOf } from '../cases/draft.ts'
import { patiently } from '../run/patiently.ts'
import { walkSource } from '../share-files/walk-source.ts'
import type { OpenedProject } from '../workplace/open-project.ts'
import type { Ends, Workplace } from '../workplace/workplace.ts'
import { Buckets, type Linked } from './buckets.ts'

/** One file: where it was opened, and where it is opened now. */
export interface Link {
  readonly account: string
  /** Names at the source, from the root of the drive down, the file's own last. */
  readonly path: readonly string[]
  /** Web address at the source. Absent: it has none. */
  readonly old?: string
  /** Web address at the destination. Absent: it was not moved, or the server has no addresses for people. */
  readonly new?: string
}

/** A lane of which nothing, or not all, could be told. */
export interface Unlinked {
  readonly account: string
  readonly why: string
}

const linkedOf = ({ home, naturalKey, label, address }: Item, copy: Linked['copy']): Linked => ({
  path: [...home.path, label ?? naturalKey],
  ...(address === undefined ? {} : { old: address }),
  ...(copy === undefined ? {} : { copy }),
})

async function sorted({ ledger }: Workplace, { plan, ends, buckets }: Lane, call: Call): Promise<void> {
  for await (const items of walkSource(ends.source, call)) {
    const entries = await ledger.entries(
      plan.lane,
      items.map(({ id }) => id),
    )
    for (const [index, item] of items.entries()) {
      const receipt = entries[index]?.receipt
      await buckets.add(linkedOf(item, receipt === undefined ? undefined : { place: receipt.place, locator: receipt.locator }))
    }
  }
}

interface Lane {
  readonly plan: LanePlan
  readonly ends: Ends
  readonly buckets: Buckets
}

/** Addresses in one folder, by name. A folder that somebody has removed has none. */
async function addressesIn({ destination }: Ends, place: string, call: Call): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>()
  try {
    for await (const { receipt, address } of destination.walk({ place }, call))
      if (address !== undefined) found.set(receipt.locator, address)
  } catch (thrown) {
    if (!(thrown instanceof Fault) || thrown.reason !== 'gone') throw thrown
  }
  return found
}

async function* joined(workplace: Workplace, { plan, ends, buckets }: Lane, call: Call): AsyncIterable<Link> {
  for await (const some of buckets.read()) {
    const byPlace = Map.groupBy(some, ({ copy }) => copy?.place)
    for (const [place, linked] of byPlace) {
      const found = place === undefined ? new Map<string, string>() : await patiently(workplace, call, () => addressesIn(ends, place, call))
      for (const { path, old, copy } of linked) {
        const now = copy === undefined ? undefined : found.get(copy.locator)
        yield { account: plan.source.name, path, ...(old === undefined ? {} : { old }), ...(now === undefined ? {} : { new: now }) }
      }
    }
  }
}

async function* ofLane(workplace: Workplace, plan: LanePlan, call: Call): AsyncIterable<Link | Unlinked> {
  let buckets = await Buckets.make()
  let ends: Ends | undefined
  try {
    const opened = await patiently(workplace, call, () => workplace.connect(plan, call))
    ends = opened
    await patiently(workplace, call, async () => {
      await buckets.remove()
      buckets = await Buckets.make()
      await sorted(workplace, { plan, ends: opened, buckets }, call)
    })
    yield* joined(workplace, { plan, ends: opened, buckets }, call)
  } catch (thrown) {
    call.signal.throwIfAborted()
    yield { account: plan.source.name, why: asFault(thrown).message }
  } finally {
    await ends?.close()
    await buckets.remove()
  }
}

/**
 * Old and new address of every file of every account in the table: from the source as it is now, the ledger, and the destination, each folder of which is
 * listed once. Holds one folder at a time in memory. Writes nothing at either end.
 */
export async function* links(workplace: Workplace, opened: OpenedProject, call: Call): AsyncIterable<Link | Unlinked> {
  const { lanes } = await draftOf(workplace, opened, call)
  for (const plan of lanes.filter(({ kind }) => kind === 'file')) yield* ofLane(workplace, plan, call)
}
