import { type Call, type Destination, Fault, type LaneId, type Ledger, type Receipt, type Traits, versionKey } from '@offramp/core'
import { looseKey } from '../natural-keys.ts'
import { copyKey } from '../same-copy.ts'
import { type PackedTraits, traitPacker } from './trait-check.ts'

/** What stands at the destination, as little of it as a balance needs: some 200 bytes a copy. */
export interface Copies {
  /** By `copyKey`: every copy that an entry owns and that is there. */
  readonly owned: ReadonlyMap<string, Standing>
  /** By `likeness`: copies that no entry owns. */
  readonly others: ReadonlyMap<string, readonly Receipt[]>
  /** Copies that more than one entry owns, by `copyKey`. */
  readonly shared: ReadonlySet<string>
  /** Keys of entries that have arrived. */
  readonly arrived: ReadonlySet<string>
}

export interface Standing extends PackedTraits {
  readonly size: number
  readonly receivedAt: number | undefined
  readonly modifiedAt?: number
  /** Its state as the destination tells it now, where a person may change a copy's content. */
  readonly memo?: string
  /** What it has in common with its doubles, if there are any. */
  readonly like: string
}

/** What equal copies have in common. Content decides. */
export const likeness = (size: number, naturalKey: string): string => versionKey(`${size} ${looseKey(naturalKey)}`)

interface At {
  readonly ledger: Ledger
  readonly destination: Destination
  readonly lane: LaneId
}

/** Reads the ledger once and walks every place that one of its receipts names. */
export async function readCopies({ ledger, destination, lane }: At, call: Call): Promise<Copies> {
  const claims = new Set<string>()
  const shared = new Set<string>()
  const arrived = new Set<string>()
  const places = new Set<string>()
  for await (const { key, state, receipt } of ledger.scan(lane)) {
    if (state === 'arrived') arrived.add(key)
    if (!receipt) continue
    const copy = copyKey(receipt)
    if (claims.has(copy)) shared.add(copy)
    claims.add(copy)
    places.add(receipt.place)
  }
  const owned = new Map<string, Standing>()
  const pack = traitPacker()
  const others = new Map<string, Receipt[]>()
  const mayChange = destination.hashOf !== undefined || destination.profile.kind === 'file'
  const state = ({ memo }: Receipt) => (mayChange && memo !== undefined ? { memo } : {})
  for (const place of places) {
    for await (const { receipt, naturalKey, traits } of destination.walk({ place }, call)) {
      const copy = copyKey(receipt)
      const like = likeness(receipt.size, naturalKey)
      if (claims.has(copy)) owned.set(copy, { size: receipt.size, like, ...dates(traits), ...state(receipt), ...pack(traits) })
      else others.set(like, [...(others.get(like) ?? []), receipt])
    }
  }
  return { owned, others, shared, arrived }
}

const dates = ({ receivedAt, modifiedAt }: Traits) => ({ receivedAt, ...(modifiedAt === undefined ? {} : { modifiedAt }) })

/** Undefined where it is gone. */
export async function readBack(destination: Destination, receipt: Receipt, call: Call): Promise<AsyncIterable<Uint8Array> | undefined> {
  const parts = destination.read(receipt, call)[Symbol.asyncIterator]()
  const first = await parts.next().catch((thrown: unknown) => {
    if (thrown instanceof Fault && thrown.reach === 'item') return undefined
    throw thrown
  })
  if (!first) return undefined
  return (async function* () {
    for (let part = first; !part.done; part = await parts.next()) yield part.value
  })()
}
