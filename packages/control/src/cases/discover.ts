import { type Account, asFault, type Call, type Kind } from '@offramp/core'
import { patiently } from '../run/patiently.ts'
import type { Workplace } from '../workplace/workplace.ts'
import { LOOK_AT_ONCE } from './losses-before.ts'

/** One listing of an account: a folder with its size. Estimates of the source, never a proof. */
export interface FolderSize {
  /** Names from the root down. */
  readonly path: readonly string[]
  readonly items?: number
  readonly bytes?: number
  readonly hidden?: boolean
  /** Why it is not moved. */
  readonly skip?: string
}

export interface Discovered {
  readonly account: Account
  readonly kind: Kind
  readonly folders: readonly FolderSize[]
  /** An item in several folders is counted once, where the source counts so. */
  readonly items: number
  /** Absent where the source does not say. */
  readonly bytes?: number
  /** Why its size is not known. */
  readonly why?: string
}

/** What the source counts of an account as a whole is not the sum of its folders: an item may be in several. */
interface Sizes {
  readonly folders: readonly FolderSize[]
  readonly counted: readonly Pick<FolderSize, 'items' | 'bytes'>[]
}

async function sizesOf(workplace: Workplace, account: Account, kind: Kind, call: Call): Promise<Sizes> {
  const folders: FolderSize[] = []
  const counted: Pick<FolderSize, 'items' | 'bytes'>[] = []
  const source = await workplace.source.connect(account, kind)
  try {
    if (source.measure) {
      for await (const { collection, items, bytes } of source.measure(call)) {
        folders.push({ path: collection.path, items, ...(bytes === undefined ? {} : { bytes }) })
      }
    }
    for await (const { collection, collections, id, items, bytes, skip } of source.listings(call)) {
      const size = { ...(items === undefined ? {} : { items }), ...(bytes === undefined ? {} : { bytes }) }
      if (skip === undefined) counted.push(size)
      // Its collections were measured one by one.
      if (collections !== undefined && source.measure) continue
      folders.push({
        path: collection?.path ?? [id],
        ...size,
        ...(collection?.hidden === undefined ? {} : { hidden: collection.hidden }),
        ...(skip === undefined ? {} : { skip }),
      })
    }
  } finally {
    await source.close?.()
  }
  return { folders, counted }
}

function sum(numbers: readonly (number | undefined)[]): number | undefined {
  const known = numbers.filter((number) => number !== undefined)
  return known.length === 0 ? undefined : known.reduce((total, number) => total + number, 0)
}

async function sizeOf(workplace: Workplace, account: Account, kind: Kind, call: Call): Promise<Discovered> {
  let sizes: Sizes
  try {
    sizes = await patiently(workplace, call, () => sizesOf(workplace, account, kind, call))
  } catch (thrown) {
    call.signal.throwIfAborted()
    return { account, kind, folders: [], items: 0, why: asFault(thrown).message }
  }
  const { folders, counted } = sizes
  const walked = folders.filter(({ skip }) => skip === undefined)
  const total = (of: 'items' | 'bytes'): number | undefined => sum(counted.map((each) => each[of])) ?? sum(walked.map((each) => each[of]))
  const bytes = total('bytes')
  return { account, kind, folders, items: total('items') ?? 0, ...(bytes === undefined ? {} : { bytes }) }
}

/** Every account of the source with its folders, in the order in which the source names them. Writes nothing anywhere. */
export async function* discover(workplace: Workplace, kinds: readonly Kind[], call: Call): AsyncIterable<Discovered> {
  const ahead: Promise<Discovered>[] = []
  for await (const account of workplace.source.accounts(call)) {
    for (const kind of kinds) {
      const why = account.unavailable
      ahead.push(
        why === undefined ? sizeOf(workplace, account, kind, call) : Promise.resolve({ account, kind, folders: [], items: 0, why }),
      )
      // A later one may fail while an earlier one is still waited for.
      ahead.at(-1)?.catch(() => {})
    }
    while (ahead.length >= LOOK_AT_ONCE) {
      const first = ahead.shift()
      if (first !== undefined) yield await first
    }
  }
  for (const one of ahead) yield await one
}
