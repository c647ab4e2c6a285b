import type { Call, Destination, Item, LaneId, Ledger, Source } from '@offramp/core'
import { type ChangedName, nameFinder } from './changed-names.ts'

/** The table of changed names of one lane, for a report. */
export interface NameTable {
  readonly changed: number
  /** As many as a report can hold. `offramp names` tells all. */
  readonly first: readonly (Omit<ChangedName, 'id'> & { readonly now?: string })[]
}

const MOST = 1000

interface Tapped {
  /** The source, which is looked over the shoulder. */
  readonly source: Source
  table(call: Call): Promise<NameTable | undefined>
}

/** Finds changed names while somebody else walks the source, so that it is not walked once more. */
export function nameTap(
  { source, destination }: { source: Source; destination: Destination },
  of: { ledger: Ledger; lane: LaneId },
): Tapped {
  const find = source.profile.kind === 'file' ? nameFinder(destination) : undefined
  if (find === undefined) return { source, table: async () => undefined }
  const first: ChangedName[] = []
  const seen = new Set<string>()
  let changed = 0
  const look = (item: Item): void => {
    if (seen.has(item.id)) return
    seen.add(item.id)
    for (const one of find(item)) if (++changed <= MOST) first.push(one)
  }
  const { census } = source
  const tapped: Source =
    census === undefined
      ? {
          ...source,
          async open(ref, call) {
            const item = await source.open(ref, call)
            look(item)
            return item
          },
        }
      : {
          ...source,
          async *census(listing, call) {
            for await (const items of census.call(source, listing, call)) {
              for (const item of items) look(item)
              yield items
            }
          },
        }
  return {
    source: tapped,
    async table() {
      const ids = first.flatMap(({ id }) => id ?? [])
      const entries = ids.length === 0 ? [] : await of.ledger.entries(of.lane, ids)
      const now = new Map(ids.map((id, index) => [id, entries[index]?.receipt?.locator]))
      return {
        changed,
        first: first.map(({ id, ...one }) => {
          const stands = id === undefined ? undefined : now.get(id)
          return { ...one, ...(stands === undefined ? {} : { now: stands }) }
        }),
      }
    },
  }
}
